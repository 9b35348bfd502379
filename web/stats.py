"""The stats API (spec/openmohaa.md 4.2-4.5): paths and query parameters to the typed functions of `query`.

Path parts are decoded once, by aiohttp, which keeps `%2F` inside its segment. The forum encodes a space as `+`: where
the literal finds nothing, `+` is read as a space. Numbers of the query are read leniently and bounded, never refused.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final

from aiohttp import web

from query import leaderboards, maps, matches, players, servers, totals, weapons
from query.periods import ALL, period
from query.ranked_stats import KILLS, known_stat
from schema.answers import Leaderboard, LeaderboardTotal, MatchItem, NamedPlayer, Total
from web.answers import answer
from web.errors import not_found
from web.world import WORLD, World

API: Final = "/api/v1"
OFFSET_MAX: Final = 10_000_000
PAGE_MAX: Final = 100_000

_YES: Final = frozenset(("1", "true", "yes", "on"))

routes = web.RouteTableDef()


@routes.get(f"{API}/stats/global")
async def get_global(request: web.Request) -> web.Response:
    """Totals of everything."""
    store = request.app[WORLD].clickhouse
    return await answer(request, "global", "", lambda: totals.global_stats(store, _now()))


@routes.get(f"{API}/stats/leaderboard/weapon/{{weapon}}")
async def get_weapon_leaderboard(request: web.Request) -> web.Response:
    """Who killed most with a weapon."""
    store, text = request.app[WORLD].clickhouse, request.match_info["weapon"]
    limit = _number(request, "limit", leaderboards.LIMIT_MAX, 1, leaderboards.LIMIT_MAX)
    bots = _flag(request, "bots")

    async def produce() -> object:
        weapon = await weapons.received_name(store, text)
        return await leaderboards.weapon_leaderboard(store, weapon, limit=limit, with_bots=bots)

    return await answer(request, "leaderboard", f"weapon/{limit}/{bots:d}/{text}", produce)


@routes.get(f"{API}/stats/leaderboard/map/{{map:.+}}")
async def get_map_leaderboard(request: web.Request) -> web.Response:
    """Who killed most on a map."""
    world, text = request.app[WORLD], request.match_info["map"]
    limit = _number(request, "limit", leaderboards.LIMIT_MAX, 1, leaderboards.LIMIT_MAX)
    bots = _flag(request, "bots")

    async def produce() -> object:
        name = await _map_name(world, text)
        return await leaderboards.map_leaderboard(world.clickhouse, name, limit=limit, with_bots=bots)

    return await answer(request, "leaderboard", f"map/{limit}/{bots:d}/{text}", produce)


@routes.get(f"{API}/stats/leaderboard")
@routes.get(f"{API}/stats/leaderboard/{{stat}}")
async def get_leaderboard(request: web.Request) -> web.Response:
    """Who leads by a stat in a period. `global` in the path means: the stat is in the query."""
    store, named = request.app[WORLD].clickhouse, request.match_info.get("stat", "global")
    stat = known_stat(request.query.get("stat", KILLS) if named == "global" else named)
    span = period(request.query.get("period", ALL), _now())
    limit = _number(request, "limit", leaderboards.LIMIT, 1, leaderboards.LIMIT_MAX)
    page = _number(request, "page", 1, 1, PAGE_MAX)
    offset = _number(request, "offset", (page - 1) * limit, 0, OFFSET_MAX)
    bots, count_only = _flag(request, "bots"), _flag(request, "count_only")

    async def produce() -> Leaderboard | LeaderboardTotal:
        if count_only:
            return await leaderboards.leaderboard_total(store, stat, span, with_bots=bots)
        return await leaderboards.leaderboard(store, stat, span, limit=limit, offset=offset, with_bots=bots)

    kind = "leaderboard_week" if span.name == "week" else "leaderboard"
    key = f"{stat}/{span.name}/{span.first}/{limit}/{offset}/{bots:d}/{count_only:d}"
    return await answer(request, kind, key, produce)


@routes.get(f"{API}/stats/matches")
async def get_matches(request: web.Request) -> web.Response:
    """The newest matches, or how many there are."""
    world = request.app[WORLD]
    limit = _number(request, "limit", matches.LIMIT, 1, matches.LIMIT_MAX)
    offset = _number(request, "offset", 0, 0, OFFSET_MAX)
    count_only = _flag(request, "count_only")

    async def produce() -> list[MatchItem] | Total:
        if count_only:
            return await matches.match_total(world.clickhouse)
        return await matches.matches(world.clickhouse, _server_names(world), limit=limit, offset=offset)

    return await answer(request, "match", f"list/{limit}/{offset}/{count_only:d}", produce)


@routes.get(f"{API}/stats/match/{{id}}")
async def get_match(request: web.Request) -> web.Response:
    """One match by its UUID or the id the server gave it."""
    world, match_id = request.app[WORLD], request.match_info["id"]

    async def produce() -> object:
        found = await matches.match(world.clickhouse, match_id, _server_names(world))
        if found is None:
            raise not_found("Match not found")
        return found

    return await answer(request, "match", f"one/{match_id}", produce)


@routes.get(f"{API}/stats/weapons")
async def get_weapons(request: web.Request) -> web.Response:
    """The weapons with most kills."""
    store = request.app[WORLD].clickhouse
    limit = _number(request, "limit", weapons.LIMIT, 1, weapons.LIMIT_MAX)
    return await answer(request, "list", f"weapons/{limit}", lambda: weapons.weapons(store, limit=limit))


@routes.get(f"{API}/stats/weapon/{{weapon}}")
async def get_weapon(request: web.Request) -> web.Response:
    """One weapon and who is best with it."""
    store, text = request.app[WORLD].clickhouse, request.match_info["weapon"]

    async def produce() -> object:
        return await weapons.weapon_page(store, await weapons.received_name(store, text))

    return await answer(request, "list", f"weapon/{text}", produce)


@routes.get(f"{API}/stats/maps")
async def get_maps(request: web.Request) -> web.Response:
    """Every map."""
    store = request.app[WORLD].clickhouse
    return await answer(request, "list", "maps", lambda: maps.maps(store))


@routes.get(f"{API}/stats/map/{{map:.+}}/heatmap")
async def get_map_heatmap(request: web.Request) -> web.Response:
    """Where people kill, or die, on a map."""
    world, text = request.app[WORLD], request.match_info["map"]
    kind = "deaths" if request.query.get("type", "") in ("deaths", "death") else "kills"

    async def produce() -> object:
        return await maps.map_heatmap(world.clickhouse, await _map_name(world, text), kind)

    return await answer(request, "list", f"heatmap/{kind}/{text}", produce)


@routes.get(f"{API}/stats/map/{{map:.+}}")
async def get_map(request: web.Request) -> web.Response:
    """One map, its best players and its heatmaps."""
    world, text = request.app[WORLD], request.match_info["map"]

    async def produce() -> object:
        return await maps.map_page(world.clickhouse, await _map_name(world, text))

    return await answer(request, "list", f"map/{text}", produce)


# Before the routes with {guid}: a player may be called "weapons".
@routes.get(f"{API}/stats/player/name/{{name:.+}}")
async def get_player_by_name(request: web.Request) -> web.Response:
    """Who bears a name."""
    store, name = request.app[WORLD].clickhouse, request.match_info["name"]

    async def produce() -> NamedPlayer:
        for spelling in _spellings(name):
            if found := await players.player_by_name(store, spelling):
                return found
        raise not_found("Player not found")

    return await answer(request, "player", f"name/{name}", produce)


@routes.get(f"{API}/stats/player/{{guid}}")
async def get_player(request: web.Request) -> web.Response:
    """Everything about a player."""
    world, guid = request.app[WORLD], request.match_info["guid"]

    async def produce() -> object:
        return await players.player_page(world.clickhouse, guid, _server_names(world))

    return await answer(request, "player", f"page/{guid}", produce)


@routes.get(f"{API}/stats/player/{{guid}}/weapons")
async def get_player_weapons(request: web.Request) -> web.Response:
    """The weapons a player used."""
    store, guid = request.app[WORLD].clickhouse, request.match_info["guid"]
    return await answer(request, "player", f"weapons/{guid}", lambda: players.player_weapons(store, guid))


@routes.get(f"{API}/stats/player/{{guid}}/matches")
async def get_player_matches(request: web.Request) -> web.Response:
    """The matches a player was seen in, newest first."""
    world, guid = request.app[WORLD], request.match_info["guid"]
    limit = _number(request, "limit", players.MATCHES, 1, players.MATCHES_MAX)
    offset = _number(request, "offset", 0, 0, OFFSET_MAX)

    async def produce() -> object:
        return await players.player_matches(
            world.clickhouse, guid, _server_names(world), limit=limit, offset=offset
        )

    return await answer(request, "player", f"matches/{limit}/{offset}/{guid}", produce)


@routes.get(f"{API}/stats/player/{{guid}}/maps")
async def get_player_maps(request: web.Request) -> web.Response:
    """The maps a player was seen on."""
    store, guid = request.app[WORLD].clickhouse, request.match_info["guid"]
    return await answer(request, "player", f"maps/{guid}", lambda: players.player_maps(store, guid))


@routes.get(f"{API}/servers")
async def get_servers(request: web.Request) -> web.Response:
    """The registered servers and what they do now."""
    world = request.app[WORLD]
    active = [one for one in world.keys.server_names().values() if one.revoked_at is None]
    return await answer(request, "server", "list", lambda: servers.servers(world.clickhouse, active, _now()))


def _now() -> datetime:
    return datetime.now(UTC)


def _server_names(world: World) -> Mapping[str, str]:
    return {server_id: server.name for server_id, server in world.keys.server_names().items()}


def _spellings(text: str) -> tuple[str, ...]:
    """The literal first, then what PHP's urlencode may have meant."""
    return (text, text.replace("+", " ")) if "+" in text else (text,)


async def _map_name(world: World, text: str) -> str:
    for spelling in _spellings(text):
        if await maps.is_map(world.clickhouse, spelling):
            return spelling
    return text


def _flag(request: web.Request, name: str) -> bool:
    return request.query.get(name, "").strip().lower() in _YES


def _number(request: web.Request, name: str, default: int, least: int, most: int) -> int:
    """A whole number of the query, within its bounds; the default for anything that is none."""
    try:
        return max(least, min(most, int(request.query[name])))
    except (KeyError, ValueError):
        return default
