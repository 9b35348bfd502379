"""Totals of everything, over HTTP (spec/openmohaa.md 4.2)."""

from __future__ import annotations

from aiohttp import web

from query import totals
from schema.answers.totals import GlobalStats
from web.answers import answer
from web.endpoints import Endpoints
from web.stats.parameters import API, now
from web.world import WORLD

endpoints = Endpoints("totals")


@endpoints.get(f"{API}/stats/global", answers=GlobalStats, cache="global")
async def get_global(request: web.Request) -> web.Response:
    """Totals of everything."""
    store = request.app[WORLD].clickhouse
    return await answer(request, lambda: totals.global_stats(store, now()))
