"""Which UUID a match has: the original's rule, with `no_match` kept apart by server and session (spec/openmohaa.md 2.6)."""

from __future__ import annotations

import re
from typing import Final
from uuid import UUID, uuid3

NO_MATCH: Final = "no_match"
"""What a server sends before its first match, or for ever when its game-flow module is off."""

_ALL_ZERO: Final = UUID(int=0)
_UUID = re.compile(r"[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}", re.IGNORECASE)


def match_uuid(wire_id: str, server_id: str, session_id: str) -> UUID:
    """UUID of a match as received from a server's session.

    `no_match` and nothing are no match: each session of each server has one of its own. A UUID stays what it is.
    """
    if wire_id in ("", NO_MATCH):
        return uuid3(_ALL_ZERO, f"{NO_MATCH}@{server_id}/{session_id}")
    return match_uuid_of_path(wire_id)


def match_uuid_of_path(text: str) -> UUID:
    """UUID meant by a match id in a path, which may be the UUID or the id as it was received."""
    if _UUID.fullmatch(text):
        return UUID(text)
    return uuid3(_ALL_ZERO, text)
