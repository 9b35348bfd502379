"""Leaderboards over HTTP (spec/openmohaa.md 4.2)."""

from __future__ import annotations

from aiohttp import web

from query import leaderboards, weapons
from query.periods import ALL, period
from query.ranked_stats import KILLS, known_stat
from schema.answers.leaderboards import Leaderboard, LeaderboardTotal
from web.answers import answer
from web.stats.parameters import API, OFFSET_MAX, PAGE_MAX, flag, map_name, now, number
from web.world import WORLD

routes = web.RouteTableDef()


@routes.get(f"{API}/stats/leaderboard/weapon/{{weapon}}")
async def get_weapon_leaderboard(request: web.Request) -> web.Response:
    """Who killed most with a weapon."""
    store, text = request.app[WORLD].clickhouse, request.match_info["weapon"]
    limit = number(request, "limit", leaderboards.LIMIT_MAX, 1, leaderboards.LIMIT_MAX)
    bots = flag(request, "bots")

    async def produce() -> object:
        weapon = await weapons.received_name(store, text)
        return await leaderboards.weapon_leaderboard(store, weapon, limit=limit, with_bots=bots)

    return await answer(request, "leaderboard", f"weapon/{limit}/{bots:d}/{text}", produce)


@routes.get(f"{API}/stats/leaderboard/map/{{map:.+}}")
async def get_map_leaderboard(request: web.Request) -> web.Response:
    """Who killed most on a map."""
    world, text = request.app[WORLD], request.match_info["map"]
    limit = number(request, "limit", leaderboards.LIMIT_MAX, 1, leaderboards.LIMIT_MAX)
    bots = flag(request, "bots")

    async def produce() -> object:
        name = await map_name(world, text)
        return await leaderboards.map_leaderboard(world.clickhouse, name, limit=limit, with_bots=bots)

    return await answer(request, "leaderboard", f"map/{limit}/{bots:d}/{text}", produce)


@routes.get(f"{API}/stats/leaderboard")
@routes.get(f"{API}/stats/leaderboard/{{stat}}")
async def get_leaderboard(request: web.Request) -> web.Response:
    """Who leads by a stat in a period. `global` in the path means: the stat is in the query."""
    store, named = request.app[WORLD].clickhouse, request.match_info.get("stat", "global")
    stat = known_stat(request.query.get("stat", KILLS) if named == "global" else named)
    span = period(request.query.get("period", ALL), now())
    limit = number(request, "limit", leaderboards.LIMIT, 1, leaderboards.LIMIT_MAX)
    page = number(request, "page", 1, 1, PAGE_MAX)
    offset = number(request, "offset", (page - 1) * limit, 0, OFFSET_MAX)
    bots, count_only = flag(request, "bots"), flag(request, "count_only")

    async def produce() -> Leaderboard | LeaderboardTotal:
        if count_only:
            return await leaderboards.leaderboard_total(store, stat, span, with_bots=bots)
        return await leaderboards.leaderboard(store, stat, span, limit=limit, offset=offset, with_bots=bots)

    kind = "leaderboard_week" if span.name == "week" else "leaderboard"
    key = f"{stat}/{span.name}/{span.first}/{limit}/{offset}/{bots:d}/{count_only:d}"
    return await answer(request, kind, key, produce)
