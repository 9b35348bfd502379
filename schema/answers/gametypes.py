"""Game types."""

from __future__ import annotations

from msgspec import Struct


class GametypeItem(Struct, frozen=True, kw_only=True):
    """One game type and what happened in it."""

    id: str
    gametype: str
    name: str
    display_name: str
    description: str
    icon: str
    total_matches: int
    matches_played: int
    total_kills: int
    total_deaths: int
    total_headshots: int
    unique_players: int
    total_players: int
    map_count: int


class GametypeMap(Struct, frozen=True, kw_only=True):
    """A map on which a game type was played."""

    name: str
    map_name: str
    display_name: str
    matches: int
    kills: int


class GametypePage(GametypeItem, frozen=True, kw_only=True):
    """GET /stats/gametype/{g}."""

    maps: list[GametypeMap]


class GametypeName(Struct, frozen=True, kw_only=True):
    """A game type one may ask for."""

    id: str
    name: str
    display_name: str


class GametypeNames(Struct, frozen=True, kw_only=True):
    """GET /stats/gametypes/list."""

    gametypes: list[GametypeName]
