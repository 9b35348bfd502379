"""How a match went, second by second: what its page draws."""

from __future__ import annotations

from msgspec import Struct


class Death(Struct, frozen=True, kw_only=True):
    """One death of a match, and who caused it."""

    at_s: float
    """Seconds after the match's first event."""
    kind: str
    """kill, team_kill, suicide, world or bot (R1-R5)."""
    killer_id: str
    killer: str
    victim_id: str
    victim: str
    weapon: str
    distance_m: float
    streak: int
    """Kills of the killer without a death, this one included; 0 for what is no kill."""
    from_x: float
    from_y: float
    to_x: float
    to_y: float


class RoundMark(Struct, frozen=True, kw_only=True):
    """A round's beginning."""

    at_s: float
    number: int


class Course(Struct, frozen=True, kw_only=True):
    """The deaths and rounds of a match in order."""

    seconds: float
    deaths: list[Death]
    rounds: list[RoundMark]
