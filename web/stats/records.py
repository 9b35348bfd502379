"""Records over HTTP."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from aiohttp import web

from query import records
from query.periods import period
from query.scope import Scope
from schema.answers.records import Records
from web.answers import answer
from web.endpoints import Endpoints
from web.parameters import number
from web.stats.leaderboards import KINDS
from web.stats.parameters import (
    API,
    BOTS,
    MIN_SAMPLE,
    PLACES,
    known_names,
    names_a_period,
    now,
    scope,
    server_names,
)
from web.world import WORLD

LIMIT: Final = number(
    "limit", "How many of each kind", default=records.PLACES, least=1, most=records.PLACES_MAX
)

endpoints = Endpoints("records")


@endpoints.get(
    f"{API}/stats/records",
    answers=Records,
    rows="records",
    parameters=[LIMIT, BOTS, MIN_SAMPLE, *PLACES],
    cache=KINDS,
)
async def get_records(request: web.Request) -> web.Response:
    """The records of the running week, or of another period: most kills in a match, longest streak, longest kill and so on.

    A match belongs to the period it began in and counts when it is over. K/D needs 10 kills, accuracy 50 shots, or `min_sample` of
    either.
    """
    world, asked, places = request.app[WORLD], scope(request), LIMIT.of(request)
    if not names_a_period(request):
        asked = replace(asked, period=period("week", now()))

    async def produce() -> Records:
        known: Scope = await known_names(world, asked)
        return await records.records(world.clickhouse, server_names(world), known, places=places)

    kind = KINDS[1] if asked.period.name == "week" else KINDS[0]
    return await answer(request, produce, kind=kind, variant=asked.key())
