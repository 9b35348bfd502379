"""Matches over HTTP (spec/openmohaa.md 4.3)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Final, TypeVar

from aiohttp import web

from query import match_events, match_predictions, match_reports, matches
from query.match_moments import moments
from schema.answers.match_reports import Moment
from schema.answers.matches import MatchItem
from schema.answers.totals import Total
from web.answers import answer
from web.errors import not_found
from web.stats.parameters import API, OFFSET_MAX, flag, known_names, number, scope, server_names, text
from web.world import WORLD

routes = web.RouteTableDef()

Found = TypeVar("Found")

MATCH: Final = f"{API}/stats/match/{{id}}"
_HEATMAP_KINDS: Final = {"kills": ("kill",), "kill": ("kill",), "deaths": ("death",), "death": ("death",)}


@routes.get(f"{API}/stats/matches")
async def get_matches(request: web.Request) -> web.Response:
    """The newest matches, or how many there are."""
    world, asked = request.app[WORLD], scope(request)
    limit = number(request, "limit", matches.LIMIT, 1, matches.LIMIT_MAX)
    offset = number(request, "offset", 0, 0, OFFSET_MAX)
    player, after, count_only = (
        text(request, "player"),
        request.query.get("cursor", ""),
        flag(request, "count_only"),
    )

    async def produce() -> list[MatchItem] | Total:
        known = await known_names(world, asked)
        if count_only:
            return await matches.match_total(world.clickhouse, known, player=player)
        return await matches.matches(
            world.clickhouse,
            server_names(world),
            known,
            player=player,
            after=after,
            limit=limit,
            offset=offset,
        )

    key = f"list/{limit}/{offset}/{count_only:d}/{after}/{player}/{asked.key()}"
    return await answer(request, "match", key, produce)


@routes.get(f"{MATCH}/advanced")
async def get_match_report(request: web.Request) -> web.Response:
    """Everything about one match."""
    world = request.app[WORLD]
    return await _about(
        request,
        "advanced",
        lambda match_id: match_reports.match_report(world.clickhouse, match_id, server_names(world)),
    )


@routes.get(f"{MATCH}/timeline")
async def get_match_timeline(request: web.Request) -> web.Response:
    """The first 1000 kills and rounds of one match, in order."""
    store = request.app[WORLD].clickhouse
    return await _about(request, "timeline", lambda match_id: match_events.timeline(store, match_id))


@routes.get(f"{MATCH}/heatmap")
async def get_match_heatmap(request: web.Request) -> web.Response:
    """Where killers and victims stood in the first 2000 deaths of one match."""
    store, wanted = request.app[WORLD].clickhouse, request.query.get("type", "")
    kinds = _HEATMAP_KINDS.get(wanted, ("kill", "death"))
    return await _about(
        request, f"heatmap/{'-'.join(kinds)}", lambda match_id: match_events.heatmap(store, match_id, kinds)
    )


@routes.get(f"{MATCH}/predictions")
async def get_match_prediction(request: web.Request) -> web.Response:
    """Who is likely to win one match, by score and form."""
    store = request.app[WORLD].clickhouse
    return await _about(request, "predictions", lambda match_id: match_predictions.predict(store, match_id))


@routes.get(f"{MATCH}/matrix")
async def get_match_matrix(request: web.Request) -> web.Response:
    """Who killed whom how often in one match."""
    store = request.app[WORLD].clickhouse
    return await _about(request, "matrix", lambda match_id: match_events.kill_matrix(store, match_id))


@routes.get(f"{MATCH}/moments")
async def get_match_moments(request: web.Request) -> web.Response:
    """The record moments of one match."""
    store = request.app[WORLD].clickhouse

    async def found(match_id: str) -> list[Moment] | None:
        row = await matches.summary_row(store, match_id)
        return None if row is None else moments(await match_events.kills(store, row))

    return await _about(request, "moments", found)


@routes.get(MATCH)
async def get_match(request: web.Request) -> web.Response:
    """One match by its UUID or the id the server gave it."""
    world = request.app[WORLD]
    return await _about(
        request, "one", lambda match_id: matches.match(world.clickhouse, match_id, server_names(world))
    )


async def _about(
    request: web.Request, part: str, find: Callable[[str], Awaitable[Found | None]]
) -> web.Response:
    """What `find` says of the match in the path, which may be named by UUID or wire id; 404 when it says None."""
    match_id = request.match_info["id"]

    async def produce() -> Found:
        found = await find(match_id)
        if found is None:
            raise not_found("Match not found")
        return found

    return await answer(request, "match", f"{part}/{match_id}", produce)
