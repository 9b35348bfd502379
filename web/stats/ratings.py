"""The skill rating, and where a player stands in everything, over HTTP."""

from __future__ import annotations

from typing import Final

from aiohttp import web

from query import rating_boards
from query.percentiles import percentiles
from query.rankings import Page
from schema.answers.leaderboards import PlayerPercentiles
from schema.answers.ratings import PlayerRating, RatingLeaderboard, RatingRun
from web.answers import answer
from web.endpoints import Endpoints
from web.parameters import number
from web.stats.leaderboards import BOARD_FILTERS, LIMIT, PAGE_WITHIN, board_scope, page_of
from web.stats.parameters import API, GUID, known_names
from web.world import WORLD

MATCHES_MIN: Final = number(
    "min_matches", "Rated matches a player needs", default=rating_boards.MATCHES_MIN, least=1, most=1_000_000
)
HISTORY: Final = number(
    "limit", "How many matches of the history",
    default=rating_boards.HISTORY, least=1, most=rating_boards.HISTORY_MAX,
)  # fmt: skip

endpoints = Endpoints("ratings")


@endpoints.get(
    f"{API}/stats/leaderboard/rating",
    answers=RatingLeaderboard,
    rows="players",
    parameters=[MATCHES_MIN, LIMIT, *PAGE_WITHIN],
    cache="leaderboard",
)
async def get_rating_leaderboard(request: web.Request) -> web.Response:
    """Players by conservative skill rating (mu - 3 sigma), and whether it is stale."""
    store, matches_min = request.app[WORLD].clickhouse, MATCHES_MIN.of(request)
    page: Page = page_of(request, LIMIT)
    return await answer(
        request, lambda: rating_boards.rating_leaderboard(store, page, matches_min=matches_min)
    )


@endpoints.get(f"{API}/stats/ratings/runs", answers=list[RatingRun], cache="leaderboard")
async def get_rating_runs(request: web.Request) -> web.Response:
    """The last 20 runs of the skill rating: each replay with its reason, the one that counts first."""
    store = request.app[WORLD].clickhouse
    return await answer(request, lambda: rating_boards.rating_runs(store))


@endpoints.get(
    f"{API}/stats/player/{{guid}}/rating",
    answers=PlayerRating,
    rows="history",
    parameters=[GUID, HISTORY],
    cache="player",
)
async def get_player_rating(request: web.Request) -> web.Response:
    """A player's skill rating, its rank, and what his last matches did to it."""
    store, guid, history = request.app[WORLD].clickhouse, GUID.of(request), HISTORY.of(request)
    return await answer(request, lambda: rating_boards.player_rating(store, guid, history=history))


@endpoints.get(
    f"{API}/stats/player/{{guid}}/percentiles",
    answers=PlayerPercentiles,
    rows="stats",
    parameters=[GUID, *BOARD_FILTERS],
    cache="player",
)
async def get_player_percentiles(request: web.Request) -> web.Response:
    """Rank and percentile of a player in each of the 40 stats. `weapon` is read and does not matter here."""
    world, guid, asked = request.app[WORLD], GUID.of(request), board_scope(request)

    async def produce() -> PlayerPercentiles:
        return await percentiles(world.clickhouse, guid, await known_names(world, asked))

    return await answer(request, produce, variant=asked.key())
