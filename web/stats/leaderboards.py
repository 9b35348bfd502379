"""Leaderboards over HTTP (spec/openmohaa.md 4.2)."""

from __future__ import annotations

from typing import Final

from aiohttp import web

from query import leaderboards, weapons
from query.periods import period
from query.ranked_stats import ALIASES, KILLS, STATS, known_stat
from schema.answers.leaderboards import Leaderboard, LeaderboardTotal, MapLeaderboard, WeaponLeaderboard
from web.answers import answer
from web.endpoints import Endpoints
from web.parameters import choice, number, part
from web.stats.parameters import (
    API,
    BOTS,
    COUNT_ONLY,
    MAP,
    OFFSET_MAX,
    PAGE_MAX,
    PERIOD,
    WEAPON,
    map_name,
    now,
)
from web.world import WORLD

GLOBAL: Final = "global"

SUBJECT_LIMIT: Final = number(
    "limit", "How many players", default=leaderboards.LIMIT_MAX, least=1, most=leaderboards.LIMIT_MAX
)
STAT_PART: Final = part(
    "stat", "The stat to rank by; `global`, or one that nobody knows: see below", default=GLOBAL
)
STAT: Final = choice(
    "stat", "The stat to rank by where the path says `global` or nothing", sorted(STATS),
    default=KILLS, aliases=ALIASES,
)  # fmt: skip
LIMIT: Final = number(
    "limit", "How many players", default=leaderboards.LIMIT, least=1, most=leaderboards.LIMIT_MAX
)
PAGE: Final = number("page", "Which page, where no offset is given", default=1, least=1, most=PAGE_MAX)
OFFSET: Final = number(
    "offset", "How many players to leave out; goes before `page`", default=None, least=0, most=OFFSET_MAX
)

endpoints = Endpoints("leaderboards")


@endpoints.get(
    f"{API}/stats/leaderboard/weapon/{{weapon}}",
    answers=WeaponLeaderboard, parameters=[WEAPON, SUBJECT_LIMIT, BOTS], cache="leaderboard",
)  # fmt: skip
async def get_weapon_leaderboard(request: web.Request) -> web.Response:
    """Who killed most with a weapon."""
    store, text = request.app[WORLD].clickhouse, WEAPON.of(request)
    limit, bots = SUBJECT_LIMIT.of(request), BOTS.of(request)

    async def produce() -> WeaponLeaderboard:
        weapon = await weapons.received_name(store, text)
        return await leaderboards.weapon_leaderboard(store, weapon, limit=limit, with_bots=bots)

    return await answer(request, produce)


@endpoints.get(
    f"{API}/stats/leaderboard/map/{{map:.+}}",
    answers=MapLeaderboard, parameters=[MAP, SUBJECT_LIMIT, BOTS], cache="leaderboard",
)  # fmt: skip
async def get_map_leaderboard(request: web.Request) -> web.Response:
    """Who killed most on a map."""
    world, text = request.app[WORLD], MAP.of(request)
    limit, bots = SUBJECT_LIMIT.of(request), BOTS.of(request)

    async def produce() -> MapLeaderboard:
        name = await map_name(world, text)
        return await leaderboards.map_leaderboard(world.clickhouse, name, limit=limit, with_bots=bots)

    return await answer(request, produce)


@endpoints.get(
    f"{API}/stats/leaderboard",
    f"{API}/stats/leaderboard/{{stat}}",
    answers=(Leaderboard, LeaderboardTotal),
    parameters=[STAT_PART, STAT, PERIOD, LIMIT, PAGE, OFFSET, BOTS, COUNT_ONLY],
    cache=("leaderboard", "leaderboard_week"),
)
async def get_leaderboard(request: web.Request) -> web.Response:
    """Who leads by a stat in a period.

    An unknown stat in the path ranks by kills, as the original did.
    """
    store, named = request.app[WORLD].clickhouse, STAT_PART.of(request)
    stat = STAT.of(request) if named == GLOBAL else known_stat(named)
    span = period(PERIOD.of(request), now())
    limit, page, offset = LIMIT.of(request), PAGE.of(request), OFFSET.of(request)
    left_out = (page - 1) * limit if offset is None else offset
    bots, count_only = BOTS.of(request), COUNT_ONLY.of(request)

    async def produce() -> Leaderboard | LeaderboardTotal:
        if count_only:
            return await leaderboards.leaderboard_total(store, stat, span, with_bots=bots)
        return await leaderboards.leaderboard(store, stat, span, limit=limit, offset=left_out, with_bots=bots)

    kind = "leaderboard_week" if span.name == "week" else "leaderboard"
    return await answer(request, produce, kind=kind, variant=str(span.first))
