"""The game servers, and the page of one: whether it is up, who plays, when it is full."""

from __future__ import annotations

import asyncio
from typing import Final

from aiohttp import web
from msgspec import Struct

from query import activity, matches, servers
from query.periods import last_days
from query.scope import Scope
from schema.answers.activity import ActivityHour
from schema.answers.matches import Match, MatchItem
from schema.answers.servers import ServerItem
from web.endpoints import Endpoints
from web.errors import not_found
from web.pages import addresses
from web.pages.cached import cached
from web.pages.embeds import LOOK, everywhere
from web.pages.rendering import Page, render
from web.pages.weeks import Week, week
from web.parameters import part
from web.stats.parameters import now, server_names
from web.world import WORLD

NEWEST: Final = 10
HOURS_OF_DAYS: Final = 28
"""Peak hours are those of four weeks: every weekday counts as often."""
SERVER_ID: Final = part("server", "The server's id")

endpoints = Endpoints("pages")


class ServerView(Struct, frozen=True, kw_only=True):
    """What a server's page is made of."""

    server: ServerItem
    hours: list[ActivityHour]
    newest: list[MatchItem]
    current: Match | None
    """The match that is played now."""

    @property
    def week(self) -> Week:
        """When it is full."""
        return week({(hour.day, hour.hour): hour.players for hour in self.hours})


@endpoints.page(*everywhere(addresses.SERVERS), parameters=LOOK)
async def get_servers_as_page(request: web.Request) -> web.Response:
    """Every registered server."""
    page = Page(title="Servers", section=addresses.SERVERS)
    return render(request, "servers.html", page, await _servers(request))


@endpoints.page(*everywhere("/server/{server}"), parameters=[SERVER_ID, *LOOK])
async def get_server_as_page(request: web.Request) -> web.Response:
    """One server."""
    server_id = SERVER_ID.of(request)
    view = await cached(
        request, "server", f"server/{server_id}", ServerView, lambda: _view(request, server_id)
    )
    state = "online" if view.server.is_online else "offline"
    page = Page(
        title=view.server.name,
        section=addresses.SERVERS,
        description=f"{state}, {view.server.current_players} of {view.server.max_players} players",
    )
    return render(request, "server.html", page, view)


async def _servers(request: web.Request) -> list[ServerItem]:
    world = request.app[WORLD]
    active = [one for one in world.keys.server_names().values() if one.revoked_at is None]
    return await cached(
        request, "server", "servers", list[ServerItem],
        lambda: servers.servers(world.clickhouse, active, now()),
    )  # fmt: skip


async def _view(request: web.Request, id: str) -> ServerView:
    world, at = request.app[WORLD], now()
    known = {one.id: one for one in await _servers(request)}
    if id not in known:
        raise not_found("No such server is registered")
    store, names = world.clickhouse, server_names(world)
    hours, newest = await asyncio.gather(
        activity.activity(store, Scope(server_id=id, period=last_days(HOURS_OF_DAYS, at)), value="players"),
        matches.matches(store, names, Scope(server_id=id), limit=NEWEST),
    )
    current = None
    if newest and at - newest[0].ended_at < servers.ONLINE_FOR:
        found = await matches.match(store, newest[0].match_id, names)
        current = found if found and not found.summary.is_finished else None
    return ServerView(server=known[id], hours=hours, newest=newest, current=current)
