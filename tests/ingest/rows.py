"""Rows for tests: name the columns that matter, the rest is neutral."""

from __future__ import annotations

from typing import Any

from schema.columns import INDEX, Row, neutral_row


def row(event_type: str, **columns: Any) -> Row:
    """A decoded event of match m1 in session s1."""
    made = neutral_row()
    values = {"event_type": event_type, "match_wire_id": "m1", "session_id": "s1"} | columns
    for name, value in values.items():
        made[INDEX[name]] = value
    return made


def kill(attacker: str, victim: str, **columns: Any) -> Row:
    """A player_kill."""
    return row("player_kill", player_guid=attacker, target_guid=victim, **columns)


def value(made: Row, column: str) -> Any:
    """A column of a row."""
    return made[INDEX[column]]
