"""What was done best in one match."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct


class Record(Struct, frozen=True, kw_only=True):
    """One record: a player, a match, and what he did in it."""

    kind: str
    """kills, streak, multi_kill, headshots, kd, accuracy, longest_kill or damage."""
    title: str
    """For people: "Most kills in a match"."""
    rank: int
    value: float
    """Kills; percent of an accuracy; metres of a distance; points of damage."""
    display_value: str
    player_id: str
    player_name: str
    guid: str
    name: str
    match_id: str
    server_id: str
    server_name: str
    map_name: str
    gametype: str
    at: datetime
    """When the match began; of the longest kill, when it happened."""
    kills: int
    deaths: int
    headshots: int
    weapon: str
    """Of the longest kill; else empty."""
    target_id: str
    target_name: str


class Records(Struct, frozen=True, kw_only=True):
    """GET /stats/records: kind by kind, the best first; a kind that nobody reached is missing."""

    records: list[Record]
    period: str
    since: datetime | None
    """When the period begins; null when it has no begin."""
    until: datetime | None
