"""What the stats endpoints read of a request (`web.parameters` says how), and helpers around it.

Path parts are decoded once, by aiohttp, which keeps `%2F` inside its segment. The forum encodes a space as `+`: where
the literal finds nothing, `+` is read as a space. Numbers of the query that the original knew are read leniently and
bounded, never refused; parameters of ours (`from`, `to`, `server`, `map`, `gametype`, `weapon`, `time`, `min_sample`,
`cursor`, `around`) answer 400 to what they cannot mean.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Final, TypeVar

from aiohttp import web

from query import maps, weapons
from query.activity import timezones
from query.cursors import CURSOR_MAX
from query.periods import ALL, PERIODS, Period, between, period
from query.scope import SAMPLE_MAX, TEXT_MAX, TIMES, Scope
from schema.gametypes import GAMETYPES, fold_gametype
from web.errors import bad_request
from web.parameters import DECLARED, AnyParameter, Parameter, choice, flag, number, parsed, part, text
from web.world import World

Value = TypeVar("Value")

API: Final = "/api/v1"

OFFSET_MAX: Final = 10_000_000
PAGE_MAX: Final = 100_000

# RFC 3339, or a day alone. A `+` of the offset that was not encoded arrives as a space.
_TIME: Final = re.compile(
    r"\d{4}-\d{2}-\d{2}(?:[Tt ]\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?(?:[Zz]|[+ -]\d{2}:\d{2}))?", re.ASCII
)


def _moment(given: str) -> datetime | None:
    """A time, aware; a day alone is its beginning in UTC."""
    try:
        if not _TIME.fullmatch(given):
            raise ValueError
        read = datetime.fromisoformat(f"{given[:10]}T{given[11:].upper().replace(' ', '+')}".rstrip("T"))
        return read.replace(tzinfo=UTC) if len(given) == len("2026-11-02") else read.astimezone(UTC)
    except (ValueError, OverflowError):
        raise ValueError("is a time like 2026-11-02T18:00:00Z, or a day like 2026-11-02") from None


def moment(name: str, help: str) -> Parameter[datetime | None]:
    """A time of the query, aware; None when it is missing; a day alone is its beginning in UTC; 400 for anything else."""
    schema = {"type": "string", "anyOf": [{"format": "date-time"}, {"format": "date"}]}
    return parsed(name, help, _moment, default=None, schema=schema)


def _gametype(given: str) -> str:
    folded = fold_gametype(given)
    if not folded:
        raise ValueError(f"is one of {', '.join(sorted(GAMETYPES))}")
    return folded


OFFSET: Final = number("offset", "How many entries to leave out", default=0, least=0, most=OFFSET_MAX)
CURSOR: Final = text("cursor", "Where the page before ended, as its answer said", most=CURSOR_MAX)
COUNT_ONLY: Final = flag("count_only", "Only how many entries there are")
GUID: Final = part("guid", "The player's guid, or `unauth_<slot>` for the last player seen in that slot")
MAP: Final = part("map", "The map's name, such as `dm/mohdm6`; slashes may be encoded")
WEAPON: Final = part("weapon", "The weapon's name, such as `M1 Garand`, in any case")

BOTS: Final = flag("bots", "Count bots too")
PERIOD: Final = choice("period", "The running calendar period, UTC", PERIODS, default=ALL)
FROM: Final = moment(
    "from", "From this time on (or the day's midnight, UTC), widened to full hours; instead of `period`"
)
TO: Final = moment("to", "Before this time, widened to full hours; instead of `period`")
SERVER: Final = text("server", "Only what happened on the server with this id", most=TEXT_MAX)
MAP_FILTER: Final = text("map", "Only what happened on this map", most=TEXT_MAX)
WEAPON_FILTER: Final = text("weapon", "Only what was done with this weapon", most=TEXT_MAX)
GAMETYPE: Final = parsed(
    "gametype", "Only games of this type, in any spelling of it", _gametype,
    default="", schema={"type": "string", "enum": sorted(GAMETYPES)},
)  # fmt: skip
TIME: Final = choice(
    "time",
    "Only a part of each day (six hours UTC), or Saturdays and Sundays",
    TIMES,
    default="",
    strict=True,
)
MIN_SAMPLE: Final = number(
    "min_sample", "The least of what a figure is made of (shots, kills, matches) for it to be ranked",
    default=None, least=0, most=SAMPLE_MAX, strict=True,
)  # fmt: skip


def _timezone(given: str) -> str:
    if given not in timezones():
        raise ValueError("is the IANA name of a time zone, such as Europe/Berlin")
    return given


TIMEZONE: Final = parsed(
    "tz", "The time zone in which hours and weekdays are told (IANA name)", _timezone,
    default="UTC", schema={"type": "string", "default": "UTC"},
)  # fmt: skip

FILTERS: Final[tuple[AnyParameter, ...]] = (
    PERIOD, FROM, TO, SERVER, MAP_FILTER, GAMETYPE, WEAPON_FILTER, BOTS, MIN_SAMPLE,
)  # fmt: skip
"""What `scope` reads: an endpoint that calls it declares `parameters=[*FILTERS, …]`, or those of them that it heeds."""

SPAN: Final[tuple[AnyParameter, ...]] = (PERIOD, FROM, TO)
PLACES: Final[tuple[AnyParameter, ...]] = (*SPAN, SERVER, MAP_FILTER, GAMETYPE)
"""The filters of what is no player's: when and where."""


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
    ways = spellings(text)
    # Nothing to choose from: pages of a map ask for it with each request.
    for spelling in ways if len(ways) > 1 else ():
        if await maps.is_map(world.clickhouse, spelling):
            return spelling
    return text


def scope(request: web.Request) -> Scope:
    """The filters of the query (FILTERS), names as they were written (`known_names` finds those that are meant).

    A filter that the endpoint does not declare is open. Raises a 400 that says what cannot be.
    """
    return Scope(
        period=_period(request),
        server_id=_declared(request, SERVER),
        map_name=_declared(request, MAP_FILTER),
        gametype=_declared(request, GAMETYPE),
        weapon=_declared(request, WEAPON_FILTER),
        with_bots=_declared(request, BOTS),
        sample_min=_declared(request, MIN_SAMPLE),
    )


def _declared(request: web.Request, filter: Parameter[Value]) -> Value:
    declared = request.app[DECLARED].get(request.match_info.handler, ())
    return filter.found(request) if filter in declared else filter.default


async def known_names(world: World, asked: Scope) -> Scope:
    """The same with map and weapon as they were received, whatever case or spaces they were asked for with."""
    if asked.map_name:
        asked = replace(asked, map_name=await map_name(world, asked.map_name))
    if asked.weapon:
        asked = replace(asked, weapon=await weapons.received_name(world.clickhouse, asked.weapon))
    return asked


def names_a_period(request: web.Request) -> bool:
    """Whether the query says which time is meant; where it does not, some answers have a period of their own."""
    return any(one.name in request.query for one in SPAN)


def _period(request: web.Request) -> Period:
    since, until = FROM.of(request), TO.of(request)
    if since is None and until is None:
        return period(PERIOD.of(request), now())
    if PERIOD.name in request.query:
        raise bad_request("Give period, or from and to, not both")
    try:
        return between(since, until)
    except ValueError:
        raise bad_request("from must be before to") from None
