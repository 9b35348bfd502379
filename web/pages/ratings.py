"""The board of the skill rating."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from aiohttp import web

from query import rating_boards
from query.rankings import Page as Ranks
from schema.answers.ratings import RatingLeaderboard
from web.endpoints import Endpoints
from web.pages import addresses
from web.pages.cached import cached
from web.pages.embeds import LOOK, everywhere
from web.pages.leaderboards import NUMBER
from web.pages.rendering import Page, render
from web.pages.words import whole
from web.world import WORLD

ROWS: Final = 50

endpoints = Endpoints("pages")


@dataclass(frozen=True, kw_only=True)
class RatingView:
    """A page of the board."""

    board: RatingLeaderboard
    page: int

    @property
    def previous(self) -> str:
        """The address of the page before; empty on the first."""
        return _address(self.page - 1) if self.page > 1 else ""

    @property
    def next(self) -> str:
        """The address of the page after; empty on the last."""
        return _address(self.page + 1) if self.page * ROWS < self.board.total else ""

    @property
    def place(self) -> str:
        """Which ranks are shown."""
        first, last = self.board.players[0].rank, self.board.players[-1].rank
        return f"Ranks {whole(first)} to {whole(last)} of {whole(self.board.total)}"


@endpoints.page(*everywhere(addresses.RATING), parameters=[NUMBER, *LOOK])
async def get_rating_as_page(request: web.Request) -> web.Response:
    """Who is best, by the rating that is learnt from who beat whom."""
    store, number = request.app[WORLD].clickhouse, NUMBER.of(request)
    ranks = Ranks(limit=ROWS, offset=(number - 1) * ROWS)
    board = await cached(
        request, "leaderboard", f"rating/{number}", RatingLeaderboard,
        lambda: rating_boards.rating_leaderboard(store, ranks),
    )  # fmt: skip
    first = ", ".join(f"{one.rank}. {one.name} {one.skill.elo}" for one in board.players[:3])
    page = Page(
        title="Rating",
        section=addresses.LEADERBOARDS,
        description=first,
        robots="" if number == 1 else "noindex",
    )
    return render(request, "rating.html", page, RatingView(board=board, page=number))


def _address(page: int) -> str:
    return addresses.RATING + addresses.query_string({"page": "" if page == 1 else page})
