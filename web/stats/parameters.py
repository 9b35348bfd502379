"""What the stats routes read of a request.

Path parts are decoded once, by aiohttp, which keeps `%2F` inside its segment. The forum encodes a space as `+`: where
the literal finds nothing, `+` is read as a space. Numbers of the query are read leniently and bounded, never refused.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final

from aiohttp import web

from query import maps
from web.world import World

API: Final = "/api/v1"
OFFSET_MAX: Final = 10_000_000
PAGE_MAX: Final = 100_000

_YES: Final = frozenset(("1", "true", "yes", "on"))


def now() -> datetime:
    """The moment of the request, UTC."""
    return datetime.now(UTC)


def server_names(world: World) -> Mapping[str, str]:
    """server_id -> name of every registered server."""
    return {server_id: server.name for server_id, server in world.keys.server_names().items()}


def spellings(text: str) -> tuple[str, ...]:
    """The literal first, then what PHP's urlencode may have meant."""
    return (text, text.replace("+", " ")) if "+" in text else (text,)


async def map_name(world: World, text: str) -> str:
    """The map meant by a path part: the literal, else its `+` as spaces; the literal when neither is known."""
    for spelling in spellings(text):
        if await maps.is_map(world.clickhouse, spelling):
            return spelling
    return text


def flag(request: web.Request, name: str) -> bool:
    """Whether a parameter of the query says yes."""
    return request.query.get(name, "").strip().lower() in _YES


def number(request: web.Request, name: str, default: int, least: int, most: int) -> int:
    """A whole number of the query, within its bounds; the default for anything that is none."""
    try:
        return max(least, min(most, int(request.query[name])))
    except (KeyError, ValueError):
        return default
