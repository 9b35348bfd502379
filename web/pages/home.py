"""The front page: what is on now, the last day's figures, when people play, this week's best, the newest matches."""

from __future__ import annotations

import asyncio
from typing import Final

from aiohttp import web
from msgspec import Struct

from cache.errors import RedisUnavailable
from live import boards
from query import activity, dossiers, leaderboards, matches, records, totals
from query.periods import period
from query.ranked_stats import KILLS
from query.rankings import Page as Ranks
from query.scope import Scope
from schema.answers.activity import Pulse
from schema.answers.dossiers import Form
from schema.answers.leaderboards import LeaderboardEntry
from schema.answers.live import LiveMatch
from schema.answers.matches import MatchItem
from schema.answers.records import Record
from schema.answers.totals import GlobalStats
from web.endpoints import Endpoints
from web.moments import moment_of
from web.pages import addresses
from web.pages.cached import cached
from web.pages.embeds import LOOK, everywhere
from web.pages.rendering import Page, render
from web.pages.weeks import Week, week
from web.stats.parameters import now, server_names
from web.world import WORLD

NEWEST_MATCHES: Final = 8
LEADERS: Final = 8
DESCRIPTION: Final = "Live matches, leaderboards and every player's record."

endpoints = Endpoints("pages")


class HomeView(Struct, frozen=True, kw_only=True):
    """What the front page shows, but for what is on now."""

    totals: GlobalStats
    pulse: Pulse
    newest: list[MatchItem]
    leaders: list[LeaderboardEntry]
    """Of the running week, by kills."""
    forms: dict[str, Form]
    records: list[Record]
    """Of the running week: the best of each kind."""
    hours: list[tuple[int, int, int]]
    """(weekday 1-7, hour UTC, kills) of the last four weeks and more."""

    @property
    def is_empty(self) -> bool:
        """Whether nothing was ever reported."""
        return not self.totals.total_matches and not self.totals.total_players

    @property
    def week(self) -> Week:
        """When people play."""
        return week({(day, hour): kills for day, hour, kills in self.hours})

    def form(self, entry: LeaderboardEntry) -> list[float]:
        """K/D of a leader's last matches, oldest first."""
        found = self.forms.get(entry.guid)
        return found.ratios if found else []


@endpoints.page(*everywhere(addresses.HOME), parameters=LOOK)
async def get_home(request: web.Request) -> web.Response:
    """The front page."""
    world = request.app[WORLD]
    store, at = world.clickhouse, now()

    async def produce() -> HomeView:
        this_week, names = Scope(period=period("week", at)), server_names(world)
        whole, pulse, newest, board, hours, best = await asyncio.gather(
            totals.global_stats(store, at),
            activity.pulse(store, at),
            matches.matches(store, names, limit=NEWEST_MATCHES),
            leaderboards.leaderboard(store, KILLS, this_week, Ranks(limit=LEADERS)),
            activity.activity(store),
            records.records(store, names, this_week),
        )
        return HomeView(
            totals=whole,
            pulse=pulse,
            newest=newest,
            leaders=board.players,
            forms=await dossiers.forms(store, [entry.guid for entry in board.players], at),
            records=best.records,
            hours=[(one.day, one.hour, one.kills) for one in hours],
        )

    view = await cached(request, "match", "home", HomeView, produce)
    page = Page(title="", section=addresses.HOME, description=DESCRIPTION)
    return render(request, "home.html", page, {"home": view, "live": await _live(request)})


@endpoints.page(addresses.LIVE_PART)
async def get_live_part(request: web.Request) -> web.Response:
    """What is on now, as the front page holds it, to be fetched again while it is looked at."""
    return render(
        request, "home_live.html", Page(title="Live", robots="noindex"), {"live": await _live(request)}
    )


async def _live(request: web.Request) -> list[LiveMatch] | None:
    """The matches being played; None when nobody knows, as Redis is away."""
    world = request.app[WORLD]

    async def produce() -> list[LiveMatch]:
        return await boards.live_matches(world.live, moment_of(world))

    try:
        return await cached(request, "live", "live", list[LiveMatch], produce)
    except RedisUnavailable:
        return None
