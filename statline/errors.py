"""Failures that end a command with one line for the user."""

from __future__ import annotations


class CommandFailed(Exception):
    """What a command cannot do, and what the user can do about it, in one line. Exit code 1."""
