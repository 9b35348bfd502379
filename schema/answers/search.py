"""What a search found."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct

from schema.answers.maps import MapName
from schema.answers.players import NamedPlayer
from schema.answers.weapons import WeaponName


class FoundServer(Struct, frozen=True, kw_only=True):
    """A registered server."""

    id: str
    name: str


class FoundMatch(Struct, frozen=True, kw_only=True):
    """A match whose id begins so, or that was played on a map or server that was found."""

    id: str
    match_wire_id: str
    map_name: str
    server_id: str
    last_event_at: datetime | None


class SearchAnswer(Struct, frozen=True, kw_only=True):
    """GET /search: at most ten of each sort."""

    q: str
    players: list[NamedPlayer]
    maps: list[MapName]
    weapons: list[WeaponName]
    servers: list[FoundServer]
    matches: list[FoundMatch]
