"""What a search found."""

from __future__ import annotations

from msgspec import Struct

from schema.answers.maps import MapName
from schema.answers.players import NamedPlayer
from schema.answers.weapons import WeaponName


class FoundServer(Struct, frozen=True, kw_only=True):
    """A registered server."""

    id: str
    name: str


class FoundMatch(Struct, frozen=True, kw_only=True):
    """A match that is named in full."""

    id: str
    match_wire_id: str
    map_name: str


class SearchAnswer(Struct, frozen=True, kw_only=True):
    """GET /search: at most ten of each sort."""

    q: str
    players: list[NamedPlayer]
    maps: list[MapName]
    weapons: list[WeaponName]
    servers: list[FoundServer]
    matches: list[FoundMatch]
