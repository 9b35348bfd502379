"""What the simulated game hands to the script: an event, and the match it belongs to."""

from __future__ import annotations

from typing import NamedTuple

Value = str | int | float
"""A field's value: text as the script casts it, or a number where the handler passes it uncast."""

Fields = list[tuple[str, Value]]
"""Fields in the handler's order; that order is part of the wire format."""


class Event(NamedTuple):
    """One event: its type, map time in milliseconds (distinct within a match) and the fields after the base ones."""

    type: str
    at_ms: int
    fields: Fields


class MatchIds(NamedTuple):
    """What the base fields of every event of a match say (spec/openmohaa.md 1.4)."""

    match_id: str
    session_id: str
    map_name: str
    gametype: str
    server_id: str
