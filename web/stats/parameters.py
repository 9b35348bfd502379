"""What the stats routes read of a request.

Path parts are decoded once, by aiohttp, which keeps `%2F` inside its segment. The forum encodes a space as `+`: where
the literal finds nothing, `+` is read as a space. Numbers of the query that the original knew are read leniently and
bounded, never refused; parameters of ours (`from`, `to`, `server`, `map`, `gametype`, `weapon`, `min_sample`, `cursor`,
`around`) answer 400 to what they cannot mean.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Final

from aiohttp import web

from query import maps, weapons
from query.periods import ALL, Period, between, period
from query.scope import SAMPLE_MAX, TEXT_MAX, Scope
from schema.gametypes import GAMETYPES, fold_gametype
from web.errors import bad_request
from web.world import World

API: Final = "/api/v1"
OFFSET_MAX: Final = 10_000_000
PAGE_MAX: Final = 100_000

_YES: Final = frozenset(("1", "true", "yes", "on"))
# RFC 3339, or a day alone. A `+` of the offset that was not encoded arrives as a space.
_TIME: Final = re.compile(
    r"\d{4}-\d{2}-\d{2}(?:[Tt ]\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?(?:[Zz]|[+ -]\d{2}:\d{2}))?", re.ASCII
)


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


def scope(request: web.Request) -> Scope:
    """The filters of the query, names as they were written (`known_names` finds those that are meant).

    `period` (day, week, month, year, else all) or `from` and `to` (RFC 3339 or a day, `to` excluded, widened to full hours
    UTC), `server`, `map`, `weapon` (at most 200 characters each), `gametype`, `bots` (1 counts them too), `min_sample`
    (0 to 10^9). Raises a 400 that says what cannot be.
    """
    return Scope(
        period=_period(request),
        server_id=text(request, "server"),
        map_name=text(request, "map"),
        gametype=_gametype(request),
        weapon=text(request, "weapon"),
        with_bots=flag(request, "bots"),
        sample_min=whole(request, "min_sample", SAMPLE_MAX),
    )


async def known_names(world: World, asked: Scope) -> Scope:
    """The same with map and weapon as they were received, whatever case or spaces they were asked for with."""
    if asked.map_name:
        asked = replace(asked, map_name=await map_name(world, asked.map_name))
    if asked.weapon:
        asked = replace(asked, weapon=await weapons.received_name(world.clickhouse, asked.weapon))
    return asked


def text(request: web.Request, name: str) -> str:
    """A text of the query without spaces around it, empty when it is missing; 400 beyond 200 characters."""
    found = request.query.get(name, "").strip()
    if len(found) > TEXT_MAX:
        raise bad_request(f"{name} is longer than {TEXT_MAX} characters")
    return found


def whole(request: web.Request, name: str, most: int) -> int | None:
    """A whole number from 0 to `most` of the query, None when it is missing; 400 for anything else."""
    found = request.query.get(name, "").strip()
    if not found:
        return None
    if not (found.isascii() and found.isdigit() and len(found) <= len(str(most)) and int(found) <= most):
        raise bad_request(f"{name} is a whole number from 0 to {most}")
    return int(found)


def _period(request: web.Request) -> Period:
    since, until = moment(request, "from"), moment(request, "to")
    if since is None and until is None:
        return period(request.query.get("period", ALL), now())
    if "period" in request.query:
        raise bad_request("Give period, or from and to, not both")
    try:
        return between(since, until)
    except ValueError:
        raise bad_request("from must be before to") from None


def moment(request: web.Request, name: str) -> datetime | None:
    """A time of the query, aware; None when it is missing; a day alone is its beginning in UTC; 400 for anything else."""
    found = request.query.get(name, "").strip()
    if not found:
        return None
    try:
        if not _TIME.fullmatch(found):
            raise ValueError
        read = datetime.fromisoformat(f"{found[:10]}T{found[11:].upper().replace(' ', '+')}".rstrip("T"))
        return read.replace(tzinfo=UTC) if len(found) == len("2026-11-02") else read.astimezone(UTC)
    except (ValueError, OverflowError):
        raise bad_request(f"{name} is a time like 2026-11-02T18:00:00Z, or a day like 2026-11-02") from None


def _gametype(request: web.Request) -> str:
    found = text(request, "gametype")
    folded = fold_gametype(found) if found else ""
    if found and not folded:
        raise bad_request(f"gametype is one of {', '.join(sorted(GAMETYPES))}")
    return folded
