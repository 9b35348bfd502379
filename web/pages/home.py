"""The front page: what is on now, today's figures, records, newest matches."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from aiohttp import web

from query import matches, totals
from schema.answers.matches import MatchItem
from schema.answers.totals import GlobalStats
from web.endpoints import Endpoints
from web.pages import addresses
from web.pages.rendering import Page, render
from web.stats.parameters import now, server_names
from web.world import WORLD

NEWEST_MATCHES: Final = 8
DESCRIPTION: Final = "Live matches, leaderboards and every player's record."

endpoints = Endpoints("pages")


@dataclass(frozen=True, kw_only=True)
class HomeView:
    """What the front page shows."""

    totals: GlobalStats
    newest: list[MatchItem]


@endpoints.page(addresses.HOME)
async def get_home(request: web.Request) -> web.Response:
    """The front page."""
    world = request.app[WORLD]
    view = HomeView(
        totals=await totals.global_stats(world.clickhouse, now()),
        newest=await matches.matches(world.clickhouse, server_names(world), limit=NEWEST_MATCHES),
    )
    page = Page(title="", section=addresses.HOME, description=DESCRIPTION)
    return render(request, "home.html", page, view)
