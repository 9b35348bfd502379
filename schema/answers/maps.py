"""Maps and their heatmaps."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct

from schema.answers.teams import TeamPerformance


class MapWeapon(Struct, frozen=True, kw_only=True):
    """A weapon that kills much on a map."""

    id: str
    name: str
    weapon: str
    weapon_name: str
    kills: int


class MapItem(Struct, frozen=True, kw_only=True):
    """One map of the list."""

    id: str
    name: str
    map_name: str
    display_name: str
    total_matches: int
    matches_played: int
    total_kills: int
    kills: int
    total_deaths: int
    total_headshots: int
    unique_players: int
    avg_kill_distance: float
    hs_percent: float
    avg_duration: int
    avg_playtime: int
    """As avg_duration: seconds a match lasts on average."""
    avg_players: float
    popular_weapon: str
    """The one with most kills; empty when nobody was killed."""
    top_weapons: list[MapWeapon]
    last_played: datetime | None


class MapName(Struct, frozen=True, kw_only=True):
    """A map one may ask for."""

    name: str
    display_name: str


class MapNames(Struct, frozen=True, kw_only=True):
    """GET /stats/maps/list."""

    maps: list[MapName]


class MapPopularity(Struct, frozen=True, kw_only=True):
    """One of the maps played most."""

    map_name: str
    display_name: str
    kills: int
    deaths: int
    kd_ratio: float
    headshots: int
    matches_played: int
    popularity_pct: float
    """Percent of all matches."""


class MapPlayer(Struct, frozen=True, kw_only=True):
    """A player who kills much on a map."""

    id: str
    name: str
    player_id: str
    player_name: str
    kills: int
    deaths: int


class HeatPoint(Struct, frozen=True, kw_only=True):
    """A square of a map, by its lower corner, and what was counted in it."""

    x: float
    y: float
    value: int


class HeatmapData(Struct, frozen=True, kw_only=True):
    """Both heatmaps of a map."""

    kills: list[HeatPoint]
    deaths: list[HeatPoint]


class MapPage(Struct, frozen=True, kw_only=True):
    """GET /stats/map/{m}."""

    map_name: str
    name: str
    display_name: str
    total_matches: int
    total_kills: int
    total_deaths: int
    total_headshots: int
    unique_players: int
    total_playtime: int
    avg_duration: int
    avg_players: float
    avg_kill_distance: float
    hs_percent: float
    popular_weapon: str
    top_weapons: list[MapWeapon]
    teams: TeamPerformance
    last_played: datetime | None
    top_players: list[MapPlayer]
    heatmap_data: HeatmapData
