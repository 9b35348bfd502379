"""Matches over HTTP (spec/openmohaa.md 4.3)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Final, TypeVar

from aiohttp import web

from query import match_events, match_predictions, match_reports, matches
from query.match_moments import moments
from schema.answers.match_reports import (
    KillMatrix,
    MatchHeatPoint,
    MatchPrediction,
    MatchReport,
    Moment,
    TimelineEvent,
)
from schema.answers.matches import Match, MatchItem
from schema.answers.totals import Total
from web.answers import answer
from web.endpoints import Endpoints
from web.errors import not_found
from web.parameters import choice, number, part, text
from web.stats.parameters import API, COUNT_ONLY, CURSOR, OFFSET, PLACES, known_names, scope, server_names
from web.world import WORLD

Found = TypeVar("Found")

MATCH: Final = part("id", "The match's UUID, or the id its server gave it")
LIMIT: Final = number("limit", "How many matches", default=matches.LIMIT, least=1, most=matches.LIMIT_MAX)
PLAYER: Final = text("player", "Only matches in which the player with this guid was seen")
HEATMAP: Final = choice(
    "type", "Only where killers, or where victims stood", ("kills", "deaths"),
    default="", aliases={"kill": "kills", "death": "deaths"},
)  # fmt: skip

_MATCH: Final = f"{API}/stats/match/{{id}}"
_UNKNOWN: Final = {404: "Nobody knows the match"}
_HEATMAP_KINDS: Final = {"kills": ("kill",), "deaths": ("death",), "": ("kill", "death")}

endpoints = Endpoints("matches")


@endpoints.get(
    f"{API}/stats/matches",
    answers=(list[MatchItem], Total),
    parameters=[LIMIT, OFFSET, CURSOR, COUNT_ONLY, PLAYER, *PLACES],
    cache="match",
)
async def get_matches(request: web.Request) -> web.Response:
    """The newest matches, or how many there are."""
    world, asked = request.app[WORLD], scope(request)
    limit, offset, count_only = LIMIT.of(request), OFFSET.of(request), COUNT_ONLY.of(request)
    player, after = PLAYER.of(request), CURSOR.of(request)

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

    return await answer(request, produce, variant=asked.key())


@endpoints.get(
    f"{_MATCH}/advanced",
    answers=MatchReport,
    rows="players",
    parameters=[MATCH],
    cache="match",
    errors=_UNKNOWN,
)
async def get_match_report(request: web.Request) -> web.Response:
    """Everything about one match."""
    world = request.app[WORLD]
    return await _about(
        request,
        lambda match_id: match_reports.match_report(world.clickhouse, match_id, server_names(world)),
    )


@endpoints.get(
    f"{_MATCH}/timeline", answers=list[TimelineEvent], parameters=[MATCH], cache="match", errors=_UNKNOWN
)
async def get_match_timeline(request: web.Request) -> web.Response:
    """The first 1000 kills and rounds of one match, in order."""
    store = request.app[WORLD].clickhouse
    return await _about(request, lambda match_id: match_events.timeline(store, match_id))


@endpoints.get(
    f"{_MATCH}/heatmap",
    answers=list[MatchHeatPoint],
    parameters=[MATCH, HEATMAP],
    cache="match",
    errors=_UNKNOWN,
)
async def get_match_heatmap(request: web.Request) -> web.Response:
    """Where killers and victims stood in the first 2000 deaths of one match."""
    store, kinds = request.app[WORLD].clickhouse, _HEATMAP_KINDS[HEATMAP.of(request)]
    return await _about(request, lambda match_id: match_events.heatmap(store, match_id, kinds))


@endpoints.get(
    f"{_MATCH}/predictions", answers=MatchPrediction, parameters=[MATCH], cache="match", errors=_UNKNOWN
)
async def get_match_prediction(request: web.Request) -> web.Response:
    """Who is likely to win one match, by score and form."""
    store = request.app[WORLD].clickhouse
    return await _about(request, lambda match_id: match_predictions.predict(store, match_id))


@endpoints.get(f"{_MATCH}/matrix", answers=KillMatrix, parameters=[MATCH], cache="match", errors=_UNKNOWN)
async def get_match_matrix(request: web.Request) -> web.Response:
    """Who killed whom how often in one match."""
    store = request.app[WORLD].clickhouse
    return await _about(request, lambda match_id: match_events.kill_matrix(store, match_id))


@endpoints.get(f"{_MATCH}/moments", answers=list[Moment], parameters=[MATCH], cache="match", errors=_UNKNOWN)
async def get_match_moments(request: web.Request) -> web.Response:
    """The record moments of one match."""
    store = request.app[WORLD].clickhouse

    async def found(match_id: str) -> list[Moment] | None:
        row = await matches.summary_row(store, match_id, parts=())
        return None if row is None else moments(await match_events.kills(store, row))

    return await _about(request, found)


@endpoints.get(_MATCH, answers=Match, rows="scoreboard", parameters=[MATCH], cache="match", errors=_UNKNOWN)
async def get_match(request: web.Request) -> web.Response:
    """One match by its UUID or the id the server gave it."""
    world = request.app[WORLD]
    return await _about(
        request, lambda match_id: matches.match(world.clickhouse, match_id, server_names(world))
    )


async def _about(request: web.Request, find: Callable[[str], Awaitable[Found | None]]) -> web.Response:
    """What `find` says of the match in the path, which may be named by UUID or wire id; 404 when it says None."""
    match_id = MATCH.of(request)

    async def produce() -> Found:
        found = await find(match_id)
        if found is None:
            raise not_found("Match not found")
        return found

    return await answer(request, produce)
