"""Figures of everything together, over HTTP (spec/openmohaa.md 4.2)."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from aiohttp import web

from query import activity, teams, totals
from query.periods import last_days
from query.scope import Scope
from schema.answers.activity import ActivityHour, Pulse
from schema.answers.teams import TeamPerformance
from schema.answers.totals import GlobalStats
from web.answers import answer
from web.endpoints import Endpoints
from web.parameters import choice, number
from web.stats.parameters import (
    API,
    PLACES,
    SERVER,
    SPAN,
    TIMEZONE,
    known_names,
    names_a_period,
    now,
    scope,
)
from web.world import WORLD

DAYS: Final = number(
    "days", "The last so many days, where no other period is given", default=30, least=1, most=3660
)
VALUE: Final = choice("value", "What `value` counts", activity.VALUES, default="kills")

endpoints = Endpoints("totals")


@endpoints.get(f"{API}/stats/global", answers=GlobalStats, cache="global")
async def get_global(request: web.Request) -> web.Response:
    """Totals of everything."""
    store = request.app[WORLD].clickhouse
    return await answer(request, lambda: totals.global_stats(store, now()))


@endpoints.get(
    f"{API}/stats/global/activity",
    answers=list[ActivityHour],
    parameters=[DAYS, *SPAN, SERVER, TIMEZONE, VALUE],
    cache="global",
)
async def get_activity(request: web.Request) -> web.Response:
    """How much is played in each hour of the week."""
    store, asked = request.app[WORLD].clickhouse, recent_scope(request)
    timezone, value = TIMEZONE.of(request), VALUE.of(request)
    return await answer(
        request,
        lambda: activity.activity(store, asked, timezone=timezone, value=value),
        variant=asked.key(),
    )


@endpoints.get(f"{API}/stats/server/pulse", answers=Pulse, cache="global")
async def get_pulse(request: web.Request) -> web.Response:
    """How lively the last 24 hours were."""
    store = request.app[WORLD].clickhouse
    return await answer(request, lambda: activity.pulse(store, now()))


@endpoints.get(
    f"{API}/stats/teams/performance",
    answers=TeamPerformance,
    parameters=[DAYS, *PLACES],
    cache="global",
)
async def get_team_performance(request: web.Request) -> web.Response:
    """The allies against the axis.

    Only game types with two teams. Kills and deaths are counted by whole days; wins are those of matches that began in the
    period.
    """
    world, asked = request.app[WORLD], recent_scope(request)

    async def produce() -> TeamPerformance:
        return await teams.team_performance(world.clickhouse, await known_names(world, asked))

    return await answer(request, produce, variant=asked.key())


def recent_scope(request: web.Request) -> Scope:
    """The filters of the query; where they name no period, the last `days`."""
    asked = scope(request)
    if names_a_period(request):
        return asked
    return replace(asked, period=last_days(DAYS.of(request), now()))
