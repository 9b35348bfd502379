"""What can go wrong with Redis. Nothing above this folder has to care: answers go on without it."""

from __future__ import annotations


class RedisUnavailable(Exception):
    """Redis did not answer in time, refused, or is being left alone after it failed."""
