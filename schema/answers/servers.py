"""Game servers."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct


class ServerItem(Struct, frozen=True, kw_only=True):
    """One registered server of the list; the numbers are of the last 24 hours."""

    id: str
    name: str
    address: str
    port: int
    display_name: str
    is_online: bool
    """Whether anything was heard of it in the last five minutes."""
    is_official: bool
    current_players: int
    players: int
    max_players: int
    current_map: str
    gametype: str
    rank: int
    """By kills of the last 24 hours."""
    trend: int
    """Places won against the 24 hours before; below 0: lost."""
    total_kills: int
    total_matches: int
    unique_players: int
    avg_players_24h: float
    """Mean of the heartbeats' player counts."""
    peak_players_24h: int
    uptime_percent: float
    """Share of the last 24 hours, by whole hours, in which it was heard of."""
    last_seen: datetime | None
    country: str
    country_name: str
    region: str
