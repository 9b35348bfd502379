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
    avg_kill_distance: float


class WeaponName(Struct, frozen=True, kw_only=True):
    """A weapon one may ask for."""

    id: str
    name: str
    display_name: str
    weapon_class: str


class WeaponNames(Struct, frozen=True, kw_only=True):
    """GET /stats/weapons/list."""

    weapons: list[WeaponName]


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
    longest_kill: float
    """Metres."""
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
    id: str
    name: str
    display_name: str
    weapon_class: str
    spellings: list[str]
    """Every name it was received under; the most used one first."""
    total_kills: int
    total_headshots: int
    avg_accuracy: float


class WeaponSeries(Struct, frozen=True, kw_only=True):
    """One weapon through the buckets of a chart."""

    id: str
    name: str
    weapon_class: str
    kills: list[int]
    headshots: list[int]
    shots_fired: list[int]
    accuracy: list[float]
    share: list[float]
    """Percent of all kills of the bucket."""


class WeaponUsage(Struct, frozen=True, kw_only=True):
    """How the use of weapons changed."""

    by: str
    """day or week."""
    buckets: list[str]
    """First day of each, oldest first; those in which nobody used a weapon are missing."""
    weapons: list[WeaponSeries]


class DistanceBand(Struct, frozen=True, kw_only=True):
    """Kills from a distance."""

    from_m: int
    to_m: int | None
    """Null: any further."""
    kills: int
    share: float
    """Percent of the kills whose distance is known."""
    headshots: int
    hs_percent: float


class WeaponDistances(Struct, frozen=True, kw_only=True):
    """From how far a weapon kills. Shots that hit nobody have no distance, so there is no accuracy by distance."""

    name: str
    bands: list[DistanceBand]
    unknown_kills: int
    """Kills without two known positions."""
