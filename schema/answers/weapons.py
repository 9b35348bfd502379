"""Weapons."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct


class WeaponItem(Struct, frozen=True, kw_only=True):
    """One weapon of the list."""

    id: str
    name: str
    weapon: str
    weapon_name: str
    weapon_class: str
    kills: int
    total_kills: int
    headshots: int
    deaths: int
    shots: int
    hits: int
    shots_fired: int
    shots_hit: int
    accuracy: float
    headshot_ratio: float
    damage: float


class WeaponStats(Struct, frozen=True, kw_only=True):
    """Everything about one weapon."""

    name: str
    total_kills: int
    total_headshots: int
    total_deaths: int
    shots_fired: int
    shots_hit: int
    unique_users: int
    last_used: datetime | None
    """Null when it was never used."""
    avg_kill_distance: float
    accuracy: float
    headshot_ratio: float
    damage: float


class WeaponUser(Struct, frozen=True, kw_only=True):
    """A player who kills much with a weapon."""

    id: str
    name: str
    player_id: str
    player_name: str
    kills: int
    headshots: int
    hs_ratio: float


class WeaponPage(Struct, frozen=True, kw_only=True):
    """GET /stats/weapon/{w}."""

    stats: WeaponStats
    top_players: list[WeaponUser]
    name: str
    total_kills: int
    total_headshots: int
    avg_accuracy: float
