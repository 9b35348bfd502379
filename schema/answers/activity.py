"""When and how much is played."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct


class ActivityHour(Struct, frozen=True, kw_only=True):
    """One hour of one weekday."""

    day: int
    """1 to 7, Monday first."""
    hour: int
    value: int
    """Kills, players or matches, whichever was asked for."""
    kills: int
    players: int
    """Different players seen in that hour of the week over the period."""
    matches: int


class Pulse(Struct, frozen=True, kw_only=True):
    """GET /stats/server/pulse: the last 24 hours, the running one included."""

    lethality_rating: float
    """Kills in a minute."""
    kills_per_hour: float
    lead_exchange_rate: float
    """Shots in a minute."""
    total_lead_poured: int
    """Hits."""
    meat_grinder_map: str
    """The map with most kills; empty when nobody was killed."""
    active_players: int
    active_matches: int
    total_kills: int
    total_deaths: int
    from_time: datetime
    minutes: float


class Record(Struct, frozen=True, kw_only=True):
    """A record of a period."""

    kind: str
    title: str
    value: float
    display_value: str
    player_id: str
    player_name: str
    weapon: str
    match_id: str
    map_name: str
