"""Matches over HTTP (spec/openmohaa.md 4.3)."""

from __future__ import annotations

from aiohttp import web

from query import matches
from schema.answers.matches import MatchItem
from schema.answers.totals import Total
from web.answers import answer
from web.errors import not_found
from web.stats.parameters import API, OFFSET_MAX, flag, number, server_names
from web.world import WORLD

routes = web.RouteTableDef()


@routes.get(f"{API}/stats/matches")
async def get_matches(request: web.Request) -> web.Response:
    """The newest matches, or how many there are."""
    world = request.app[WORLD]
    limit = number(request, "limit", matches.LIMIT, 1, matches.LIMIT_MAX)
    offset = number(request, "offset", 0, 0, OFFSET_MAX)
    count_only = flag(request, "count_only")

    async def produce() -> list[MatchItem] | Total:
        if count_only:
            return await matches.match_total(world.clickhouse)
        return await matches.matches(world.clickhouse, server_names(world), limit=limit, offset=offset)

    return await answer(request, "match", f"list/{limit}/{offset}/{count_only:d}", produce)


@routes.get(f"{API}/stats/match/{{id}}")
async def get_match(request: web.Request) -> web.Response:
    """One match by its UUID or the id the server gave it."""
    world, match_id = request.app[WORLD], request.match_info["id"]

    async def produce() -> object:
        found = await matches.match(world.clickhouse, match_id, server_names(world))
        if found is None:
            raise not_found("Match not found")
        return found

    return await answer(request, "match", f"one/{match_id}", produce)
