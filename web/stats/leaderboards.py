"""Leaderboards over HTTP (spec/openmohaa.md 4.2)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Final

from aiohttp import web

from query import leaderboards, rankings
from query.ranked_stats import ALIASES, KILLS, STATS, WEAPON_STATS, known_stat
from query.rankings import Page
from query.scope import TEXT_MAX, Scope
from schema.answers.leaderboards import (
    GametypeLeaderboard,
    Leaderboard,
    LeaderboardTotal,
    MapLeaderboard,
    WeaponLeaderboard,
)
from schema.gametypes import fold_gametype
from web.answers import answer
from web.endpoints import Endpoints
from web.errors import bad_request
from web.parameters import AnyParameter, Parameter, choice, number, part, text
from web.stats.parameters import (
    API,
    COUNT_ONLY,
    CURSOR,
    FILTERS,
    MAP,
    OFFSET_MAX,
    PAGE_MAX,
    TIME,
    WEAPON,
    known_names,
    scope,
)
from web.world import WORLD

GLOBAL: Final = "global"
KINDS: Final = ("leaderboard", "leaderboard_week")

SUBJECT_LIMIT: Final = number(
    "limit", "How many players", default=leaderboards.SUBJECT_LIMIT, least=1, most=rankings.LIMIT_MAX
)
STAT_PART: Final = part(
    "stat", "The stat to rank by; `global`, or one that nobody knows: see below", default=GLOBAL
)
STAT: Final = choice(
    "stat", "The stat to rank by where the path says `global` or nothing", sorted(STATS),
    default=KILLS, aliases=ALIASES,
)  # fmt: skip
LIMIT: Final = number("limit", "How many players", default=rankings.LIMIT, least=1, most=rankings.LIMIT_MAX)
PAGE: Final = number("page", "Which page, where no offset is given", default=1, least=1, most=PAGE_MAX)
OFFSET: Final = number(
    "offset", "How many players to leave out; goes before `page`", default=None, least=0, most=OFFSET_MAX
)
AROUND: Final = text(
    "around", "The player with this guid and those next to him, `limit` in all; instead of offset and cursor",
    most=TEXT_MAX,
)  # fmt: skip
GAMETYPE_PART: Final = part("gametype", "The game type, in any spelling of it")

BOARD_FILTERS: Final[tuple[AnyParameter, ...]] = (*FILTERS, TIME)
"""What `board_scope` reads."""
PAGE_WITHIN: Final = (OFFSET, CURSOR, AROUND)

endpoints = Endpoints("leaderboards")


@endpoints.get(
    f"{API}/stats/leaderboard/weapon/{{weapon}}",
    f"{API}/stats/weapon/{{weapon}}/leaderboard",
    answers=WeaponLeaderboard,
    rows="leaderboard",
    parameters=[WEAPON, SUBJECT_LIMIT, *PAGE_WITHIN, *BOARD_FILTERS],
    cache=KINDS,
)
async def get_weapon_leaderboard(request: web.Request) -> web.Response:
    """Who killed most with a weapon."""
    asked = replace(board_scope(request), weapon=WEAPON.of(request))
    store, page = request.app[WORLD].clickhouse, page_of(request, SUBJECT_LIMIT)
    return await board(request, asked, lambda known: leaderboards.weapon_leaderboard(store, known, page))


@endpoints.get(
    f"{API}/stats/leaderboard/map/{{map:.+}}",
    f"{API}/stats/map/{{map:.+}}/leaderboard",
    answers=MapLeaderboard,
    rows="leaderboard",
    parameters=[MAP, SUBJECT_LIMIT, *PAGE_WITHIN, *BOARD_FILTERS],
    cache=KINDS,
)
async def get_map_leaderboard(request: web.Request) -> web.Response:
    """Who killed most on a map."""
    asked = replace(board_scope(request), map_name=MAP.of(request))
    store, page = request.app[WORLD].clickhouse, page_of(request, SUBJECT_LIMIT)
    return await board(request, asked, lambda known: leaderboards.map_leaderboard(store, known, page))


@endpoints.get(
    f"{API}/stats/leaderboard/gametype/{{gametype}}",
    answers=GametypeLeaderboard,
    rows="leaderboard",
    parameters=[GAMETYPE_PART, LIMIT, *PAGE_WITHIN, *BOARD_FILTERS],
    cache=KINDS,
)
async def get_gametype_leaderboard(request: web.Request) -> web.Response:
    """Who killed most in a game type; nobody in one that does not exist."""
    named = GAMETYPE_PART.of(request)
    asked = replace(board_scope(request), gametype=fold_gametype(named) or named)
    store, page = request.app[WORLD].clickhouse, page_of(request, LIMIT)
    return await board(request, asked, lambda known: leaderboards.gametype_leaderboard(store, known, page))


@endpoints.get(
    f"{API}/stats/leaderboard",
    f"{API}/stats/leaderboard/{{stat}}",
    f"{API}/players/list",
    answers=(Leaderboard, LeaderboardTotal),
    rows="players",
    parameters=[STAT_PART, STAT, LIMIT, PAGE, *PAGE_WITHIN, COUNT_ONLY, *BOARD_FILTERS],
    cache=KINDS,
)
async def get_leaderboard(request: web.Request) -> web.Response:
    """Who leads by a stat.

    An unknown stat in the path ranks by kills, as the original did. With `weapon`, only what is counted by weapon can
    be ranked (kills, deaths, headshots, shots, damage and what is made of them); other fields are 0.
    """
    store, named, asked = request.app[WORLD].clickhouse, STAT_PART.of(request), board_scope(request)
    stat = STAT.of(request) if named == GLOBAL else known_stat(named)
    refuse_uncounted(stat, asked)
    page, count_only = page_of(request, LIMIT), COUNT_ONLY.of(request)
    if OFFSET.of(request) is None:
        page = replace(page, offset=(PAGE.of(request) - 1) * page.limit)

    async def produce(known: Scope) -> Leaderboard | LeaderboardTotal:
        if count_only:
            return await leaderboards.leaderboard_total(store, stat, known)
        return await leaderboards.leaderboard(store, stat, known, page)

    return await board(request, asked, produce)


def board_scope(request: web.Request) -> Scope:
    """The filters of a leaderboard (BOARD_FILTERS); 400 for what cannot be."""
    return replace(scope(request), time=TIME.of(request))


def page_of(request: web.Request, limit: Parameter[int]) -> Page:
    """Which part of a ranking is asked for."""
    return Page(
        limit=limit.of(request),
        offset=OFFSET.of(request) or 0,
        cursor=CURSOR.of(request),
        around=AROUND.of(request),
    )


def refuse_uncounted(stat: str, asked: Scope) -> None:
    """400 for a stat that no weapon counts, where a weapon is asked for."""
    if asked.weapon and stat not in WEAPON_STATS:
        raise bad_request(f"{stat} is not counted by weapon; these are: {', '.join(sorted(WEAPON_STATS))}")


async def board(
    request: web.Request, asked: Scope, produce: Callable[[Scope], Awaitable[object]]
) -> web.Response:
    """The answer to a request for a leaderboard, with the names of the scope as they were received."""
    world = request.app[WORLD]

    async def produced() -> object:
        return await produce(await known_names(world, asked))

    kind = KINDS[1] if asked.period.name == "week" else KINDS[0]
    return await answer(request, produced, kind=kind, variant=asked.key())
