"""Cards, combos, peaks, contextual leaders and the query of figures over HTTP (spec/openmohaa.md 4.2)."""

from __future__ import annotations

from typing import Final

from aiohttp import web

from query import breakdown, cards, special_boards
from query.periods import EVER, Period, between
from query.ranked_stats import ALIASES, KILLS, STATS
from query.scope import TEXT_MAX, TIMES, Scope
from schema.answers.leaderboards import (
    Card,
    ComboLeaderboard,
    ContextualLeaderboard,
    Figure,
    PeakLeaderboard,
)
from web.answers import answer
from web.endpoints import Endpoints
from web.errors import bad_request
from web.parameters import choice, number, text
from web.stats.leaderboards import (
    BOARD_FILTERS,
    KINDS,
    PAGE_WITHIN,
    board,
    board_scope,
    page_of,
    refuse_uncounted,
)
from web.stats.leaderboards import LIMIT as BOARD_LIMIT
from web.stats.parameters import API, BOTS, known_names, moment
from web.world import WORLD

METRIC: Final = choice(
    "metric", "run_gun: game units a second, 50 kills at least; clutch: team wins for each match, 20 matches; consistency: "
    "deviation of K/D between matches, smallest first, 10 matches of 5 kills and deaths", list(special_boards.COMBOS),
    default="run_gun", strict=True,
)  # fmt: skip
PART: Final = choice(
    "dimension", "Which part of the day, UTC, or weekends", TIMES, default="evening", strict=True
)
CONTEXT: Final = choice(
    "dimension", "What `value` names", special_boards.DIMENSIONS, default=special_boards.WEAPON, strict=True
)
VALUE: Final = text("value", "The weapon, the map, or the part of the day (morning … weekend)", most=TEXT_MAX)
STAT: Final = choice("stat", "The stat to rank by", sorted(STATS), default=KILLS, aliases=ALIASES)
DIMENSION: Final = choice(
    "dimension", "What to count by", list(breakdown.DIMENSIONS), default="", strict=True
)
FIGURE: Final = choice(
    "metric", "What to count; anything else counts events", list(breakdown.METRICS), default=breakdown.EVENTS
)
ROWS: Final = number("limit", "How many labels", default=breakdown.LIMIT, least=1, most=breakdown.LIMIT_MAX)
PLAYER: Final = text("filter_player_guid", "Only this player", most=TEXT_MAX)
ON_MAP: Final = text("filter_map", "Only this map", most=TEXT_MAX)
WITH_WEAPON: Final = text("filter_weapon", "Only this weapon", most=TEXT_MAX)
ON_SERVER: Final = text("filter_server", "Only the server with this id", most=TEXT_MAX)
START: Final = moment("start_date", "From this time on, widened to full hours")
END: Final = moment("end_date", "Before this time, widened to full hours")

endpoints = Endpoints("leaderboards")


@endpoints.get(
    f"{API}/stats/leaderboard/cards",
    answers=dict[str, list[Card]],
    parameters=BOARD_FILTERS,
    cache=KINDS,
)
async def get_leaderboard_cards(request: web.Request) -> web.Response:
    """The three best players of each of 67 figures, values as texts for people.

    `weapon` and `min_sample` are read and do not matter here.
    """
    store, asked = request.app[WORLD].clickhouse, board_scope(request)
    return await board(request, asked, lambda known: cards.cards(store, known))


@endpoints.get(
    f"{API}/stats/leaderboard/combos",
    answers=ComboLeaderboard,
    rows="entries",
    parameters=[METRIC, BOARD_LIMIT, *PAGE_WITHIN, *BOARD_FILTERS],
    cache=KINDS,
)
async def get_leaderboard_combos(request: web.Request) -> web.Response:
    """Who leads by a combined figure. `min_sample` goes before the least that is needed otherwise."""
    store, metric = request.app[WORLD].clickhouse, METRIC.of(request)
    page = page_of(request, BOARD_LIMIT)
    return await board(
        request, board_scope(request), lambda known: special_boards.combos(store, metric, known, page)
    )


@endpoints.get(
    f"{API}/stats/leaderboard/peak",
    answers=PeakLeaderboard,
    rows="entries",
    parameters=[PART, BOARD_LIMIT, *PAGE_WITHIN, *BOARD_FILTERS],
    cache=KINDS,
)
async def get_leaderboard_peak(request: web.Request) -> web.Response:
    """Who has the best K/D in a part of the day, of those with 20 kills (or `min_sample`)."""
    store, part = request.app[WORLD].clickhouse, PART.of(request)
    page = page_of(request, BOARD_LIMIT)
    return await board(
        request, board_scope(request), lambda known: special_boards.peak(store, part, known, page)
    )


@endpoints.get(
    f"{API}/stats/leaderboard/contextual",
    answers=ContextualLeaderboard,
    rows="leaders",
    parameters=[STAT, CONTEXT, VALUE, BOARD_LIMIT, *PAGE_WITHIN, *BOARD_FILTERS],
    cache=KINDS,
)
async def get_leaderboard_contextual(request: web.Request) -> web.Response:
    """Who leads by a stat with a weapon, on a map or in a part of the day."""
    store, stat, dimension = request.app[WORLD].clickhouse, STAT.of(request), CONTEXT.of(request)
    value = VALUE.of(request)
    if dimension == special_boards.TIME and value not in TIMES:
        raise bad_request(f"value is one of {', '.join(TIMES)}")
    if not value:
        raise bad_request("value is missing: which weapon or map?")
    asked = special_boards.within(board_scope(request), dimension, value)
    refuse_uncounted(stat, asked)
    page = page_of(request, BOARD_LIMIT)

    async def produce(known: Scope) -> ContextualLeaderboard:
        return await special_boards.contextual(store, stat, dimension, _meant(known, dimension), known, page)

    return await board(request, asked, produce)


@endpoints.get(
    f"{API}/stats/query",
    answers=list[Figure],
    parameters=[DIMENSION, FIGURE, PLAYER, ON_MAP, WITH_WEAPON, ON_SERVER, START, END, BOTS, ROWS],
    cache="leaderboard",
)
async def get_stats_query(request: web.Request) -> web.Response:
    """One figure counted by one dimension, most first, without zeros."""
    world = request.app[WORLD]
    dimension, metric, guid = DIMENSION.of(request), FIGURE.of(request), PLAYER.of(request)
    if not dimension:
        raise bad_request(f"dimension is one of {', '.join(breakdown.DIMENSIONS)}")
    asked = Scope(
        period=_dates(request),
        server_id=ON_SERVER.of(request),
        map_name=ON_MAP.of(request),
        weapon=WITH_WEAPON.of(request),
        with_bots=BOTS.of(request),
    )
    limit = ROWS.of(request)

    async def produce() -> list[Figure]:
        known = await known_names(world, asked)
        return await breakdown.breakdown(world.clickhouse, dimension, metric, known, guid=guid, limit=limit)

    return await answer(request, produce)


def _meant(known: Scope, dimension: str) -> str:
    """The value as it was received: what `known_names` made of it."""
    return {special_boards.WEAPON: known.weapon, special_boards.MAP: known.map_name}.get(
        dimension, known.time
    )


def _dates(request: web.Request) -> Period:
    since, until = START.of(request), END.of(request)
    if since is None and until is None:
        return EVER
    try:
        return between(since, until)
    except ValueError:
        raise bad_request("start_date must be before end_date") from None
