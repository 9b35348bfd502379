"""Game servers over HTTP (spec/openmohaa.md 4.5)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Final

from aiohttp import web

from postgres.servers import Server
from query import server_history, server_pages, server_players, servers
from query.periods import last_days
from query.scope import Scope
from schema.answers.server_pages import (
    ActivityPoint,
    CountryShare,
    Favorite,
    PeakHours,
    PlayerHistoryHour,
    ServerFigures,
    ServerMap,
    ServerMatch,
    ServerPage,
    ServerPlayers,
    ServerRanking,
    ServersStats,
    ServerTopPlayer,
    ServerWeapon,
)
from schema.answers.servers import ServerItem
from web.answers import answer
from web.endpoints import Endpoints
from web.errors import HttpError, not_found
from web.live_servers import with_live
from web.parameters import number, part
from web.stats.parameters import (
    API,
    BOTS,
    GAMETYPE,
    MAP_FILTER,
    OFFSET,
    SPAN,
    TIMEZONE,
    known_names,
    now,
    scope,
)
from web.world import WORLD, World

ID: Final = part("id", "The server's id")
HOURS: Final = number("hours", "The last so many hours", default=24, least=1, most=24 * 31)
DAYS: Final = number("days", "The last so many days", default=30, least=1, most=366)
WEEK: Final = number("days", "The last so many days", default=7, least=1, most=31)
RANKED: Final = number("limit", "How many servers", default=50, least=1, most=500)
PLAYERS: Final = number(
    "limit", "How many players", default=server_players.LIMIT, least=1, most=server_players.LIMIT_MAX
)
TOP: Final = number(
    "limit", "How many players", default=server_players.TOP_LIMIT, least=1, most=server_players.TOP_LIMIT_MAX
)
MATCHES: Final = number("limit", "How many matches", default=20, least=1, most=100)

_SERVER: Final = f"{API}/servers/{{id}}"
_UNKNOWN: Final = {404: "No server has this id"}

endpoints = Endpoints("servers")


@endpoints.get(f"{API}/servers", answers=list[ServerItem], cache="server")
async def get_servers(request: web.Request) -> web.Response:
    """The registered servers and what they do now."""
    world = request.app[WORLD]
    return await answer(request, lambda: _listed(world))


@endpoints.get(f"{API}/servers/stats", answers=ServersStats, cache="server")
async def get_servers_stats(request: web.Request) -> web.Response:
    """All servers together, now and today (UTC)."""
    world = request.app[WORLD]

    async def produce() -> ServersStats:
        return await server_pages.servers_stats(world.clickhouse, await _listed(world), now())

    return await answer(request, produce)


@endpoints.get(f"{API}/servers/rankings", answers=list[ServerRanking], parameters=[RANKED], cache="server")
async def get_server_rankings(request: web.Request) -> web.Response:
    """The servers by kills of the last 24 hours."""
    world, limit = request.app[WORLD], RANKED.of(request)

    async def produce() -> list[ServerRanking]:
        return server_pages.rankings(await _listed(world), limit)

    return await answer(request, produce)


@endpoints.get(f"{API}/servers/favorites", answers=list[ServerItem], cache="server")
async def get_favorite_servers(request: web.Request) -> web.Response:
    """The favorites of who is logged in: none, while nobody can log in."""

    async def produce() -> list[ServerItem]:
        return []

    return await answer(request, produce)


@endpoints.get(_SERVER, answers=ServerPage, parameters=[ID], cache="server", errors=_UNKNOWN)
async def get_server(request: web.Request) -> web.Response:
    """One server: figures of all time and of the last days, ranks, uptime."""
    world = request.app[WORLD]

    async def produce(one: Server) -> ServerPage:
        return await server_pages.server_page(world.clickhouse, one, await _listed(world, one), now())

    return await _about(request, produce)


@endpoints.get(
    f"{_SERVER}/player-history",
    answers=list[PlayerHistoryHour], parameters=[ID, HOURS], cache="server", errors=_UNKNOWN,
)  # fmt: skip
async def get_server_player_history(request: web.Request) -> web.Response:
    """Players of each of the last hours."""
    store, hours = request.app[WORLD].clickhouse, HOURS.of(request)
    return await _about(request, lambda one: server_history.player_history(store, one.id, now(), hours))


@endpoints.get(
    f"{_SERVER}/peak-hours",
    answers=PeakHours, parameters=[ID, DAYS, TIMEZONE], cache="global", errors=_UNKNOWN,
)  # fmt: skip
async def get_server_peak_hours(request: web.Request) -> web.Response:
    """Different players seen in each hour of the week."""
    store, days, timezone = request.app[WORLD].clickhouse, DAYS.of(request), TIMEZONE.of(request)
    return await _about(request, lambda one: server_history.peak_hours(store, one.id, now(), days, timezone))


@endpoints.get(
    f"{_SERVER}/activity-timeline",
    answers=list[ActivityPoint], parameters=[ID, WEEK], cache="global", errors=_UNKNOWN,
)  # fmt: skip
async def get_server_activity(request: web.Request) -> web.Response:
    """Kills, deaths, players and begun matches, hour by hour."""
    store, days = request.app[WORLD].clickhouse, WEEK.of(request)
    return await _about(request, lambda one: server_history.activity_timeline(store, one.id, now(), days))


@endpoints.get(
    f"{_SERVER}/top-players",
    answers=list[ServerTopPlayer], parameters=[ID, TOP, *SPAN, BOTS], cache="global", errors=_UNKNOWN,
)  # fmt: skip
async def get_server_top_players(request: web.Request) -> web.Response:
    """The players with most kills on a server."""
    store, limit = request.app[WORLD].clickhouse, TOP.of(request)
    return await _scoped(request, lambda asked: server_players.top_players(store, asked, now(), limit))


@endpoints.get(
    f"{_SERVER}/players",
    answers=ServerPlayers, rows="players", parameters=[ID, PLAYERS, OFFSET, *SPAN, BOTS], cache="global", errors=_UNKNOWN,
)  # fmt: skip
async def get_server_players(request: web.Request) -> web.Response:
    """Everybody who played on a server, most kills first."""
    store, limit, offset = request.app[WORLD].clickhouse, PLAYERS.of(request), OFFSET.of(request)
    return await _scoped(
        request,
        lambda asked: server_players.server_players(store, asked, now(), limit=limit, offset=offset),
    )


@endpoints.get(
    f"{_SERVER}/maps",
    answers=list[ServerMap], parameters=[ID, *SPAN, GAMETYPE], cache="global", errors=_UNKNOWN,
)  # fmt: skip
async def get_server_maps(request: web.Request) -> web.Response:
    """The maps of a server, by the matches that began in the period."""
    store = request.app[WORLD].clickhouse
    return await _scoped(request, lambda asked: server_pages.server_maps(store, asked))


@endpoints.get(
    f"{_SERVER}/map-rotation",
    answers=list[ServerMap], parameters=[ID, DAYS], cache="global", errors=_UNKNOWN,
)  # fmt: skip
async def get_server_map_rotation(request: web.Request) -> web.Response:
    """How often each map was played in the last days."""
    store, days = request.app[WORLD].clickhouse, DAYS.of(request)
    return await _about(
        request,
        lambda one: server_pages.server_maps(store, Scope(server_id=one.id, period=last_days(days, now()))),
    )


@endpoints.get(
    f"{_SERVER}/weapons",
    answers=list[ServerWeapon], parameters=[ID, *SPAN, MAP_FILTER, GAMETYPE], cache="global", errors=_UNKNOWN,
)  # fmt: skip
async def get_server_weapons(request: web.Request) -> web.Response:
    """The weapons of a server, by whole days."""
    store = request.app[WORLD].clickhouse
    return await _scoped(request, lambda asked: server_pages.server_weapons(store, asked))


@endpoints.get(
    f"{_SERVER}/matches",
    answers=list[ServerMatch], parameters=[ID, MATCHES, *SPAN, MAP_FILTER, GAMETYPE], cache="server",
    errors=_UNKNOWN,
)  # fmt: skip
async def get_server_matches(request: web.Request) -> web.Response:
    """The newest matches of a server."""
    store, limit = request.app[WORLD].clickhouse, MATCHES.of(request)
    return await _scoped(request, lambda asked: server_pages.server_matches(store, asked, limit))


@endpoints.get(
    f"{_SERVER}/countries", answers=list[CountryShare], parameters=[ID], cache="list", errors=_UNKNOWN
)
async def get_server_countries(request: web.Request) -> web.Response:
    """Where players come from: empty, for nothing here knows places of addresses."""

    async def produce(_: Server) -> list[CountryShare]:
        return []

    return await _about(request, produce)


@endpoints.get(f"{_SERVER}/favorite", answers=Favorite, parameters=[ID], cache="server", errors=_UNKNOWN)
async def get_server_favorite(request: web.Request) -> web.Response:
    """Whether the server is a favorite of who is logged in: no, while nobody can log in."""

    async def produce(_: Server) -> Favorite:
        return Favorite(is_favorite=False)

    return await _about(request, produce)


@endpoints.add(
    "POST", f"{_SERVER}/favorite",
    answers={}, parameters=[ID], errors={401: "Nobody is logged in", **_UNKNOWN},
)  # fmt: skip
async def post_server_favorite(request: web.Request) -> web.Response:
    """Add a favorite: refused, while nobody can log in."""
    raise _not_logged_in(request)


@endpoints.add(
    "DELETE", f"{_SERVER}/favorite",
    answers={}, parameters=[ID], errors={401: "Nobody is logged in", **_UNKNOWN},
)  # fmt: skip
async def delete_server_favorite(request: web.Request) -> web.Response:
    """Remove a favorite: refused, while nobody can log in."""
    raise _not_logged_in(request)


@endpoints.get(
    f"{API}/stats/server/{{id}}/stats",
    answers=ServerFigures, parameters=[ID], cache="global", errors=_UNKNOWN,
)  # fmt: skip
async def get_server_figures(request: web.Request) -> web.Response:
    """A server's figures of all time, its best players, its maps and its last week."""
    store = request.app[WORLD].clickhouse
    return await _about(request, lambda one: server_pages.server_figures(store, one, now()))


def _registered(world: World) -> list[Server]:
    return [one for one in world.keys.server_names().values() if one.revoked_at is None]


async def _listed(world: World, also: Server | None = None) -> list[ServerItem]:
    """The active servers, and `also`: the page of a revoked one stays, ranked as if it still played."""
    found = {one.id: one for one in _registered(world)} | ({also.id: also} if also else {})
    return await with_live(world, await servers.servers(world.clickhouse, found.values(), now()))


def _server(request: web.Request) -> Server:
    found = request.app[WORLD].keys.server_names().get(ID.of(request))
    if found is None:
        raise not_found("Server not found")
    return found


def _not_logged_in(request: web.Request) -> HttpError:
    _server(request)
    return HttpError(401, "Unauthorized")


async def _about(
    request: web.Request, find: Callable[[Server], Awaitable[object]], variant: str = ""
) -> web.Response:
    """What `find` says of the server in the path; 404 when there is none."""
    server = _server(request)
    return await answer(request, lambda: find(server), variant=variant)


async def _scoped(request: web.Request, find: Callable[[Scope], Awaitable[object]]) -> web.Response:
    """What `find` says of the server in the path with the filters of the query; 404 when there is none."""
    server, asked = _server(request), scope(request)

    async def produce() -> object:
        known = await known_names(request.app[WORLD], asked)
        return await find(replace(known, server_id=server.id))

    return await answer(request, produce, variant=asked.key())
