"""The game servers, and the page of one: whether it is up, who plays, when it is full."""

from __future__ import annotations

import asyncio
from typing import Final

from aiohttp import web
from msgspec import Struct

from cache.errors import RedisUnavailable
from live.servers import server_live
from query import activity, matches, servers
from query.periods import last_days
from query.scope import Scope
from schema.answers.activity import ActivityHour
from schema.answers.live import ServerLive
from schema.answers.matches import MatchItem
from schema.answers.servers import ServerItem
from web.endpoints import Endpoints
from web.errors import not_found
from web.live_servers import with_live
from web.moments import moment_of
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

    @property
    def week(self) -> Week:
        """When it is full."""
        return week({(hour.day, hour.hour): hour.players for hour in self.hours})


@endpoints.page(*everywhere(addresses.SERVERS), parameters=LOOK)
async def get_servers_as_page(request: web.Request) -> web.Response:
    """Every registered server."""
    page = Page(title="Servers", section=addresses.SERVERS)
    found = await with_live(request.app[WORLD], await _servers(request))
    return render(request, "servers.html", page, found)


@endpoints.page(*everywhere("/server/{server}"), parameters=[SERVER_ID, *LOOK])
async def get_server_as_page(request: web.Request) -> web.Response:
    """One server."""
    server_id = SERVER_ID.of(request)
    view = await server_view(request, server_id)
    [server] = await with_live(request.app[WORLD], [view.server])
    state = "online" if server.is_online else "offline"
    page = Page(
        title=server.name,
        section=addresses.SERVERS,
        description=f"{state}, {server.current_players} of {server.max_players} players",
        share_image=addresses.share_image(addresses.server(server_id)),
    )
    parts = {
        "server": server,
        "week": view.week,
        "newest": view.newest,
        "now": await _now(request, server_id),
    }
    return render(request, "server.html", page, parts)


@endpoints.page("/parts/server/{server}", parameters=[SERVER_ID])
async def get_server_part(request: web.Request) -> web.Response:
    """Who plays on a server, as its page holds it, to be fetched again when that changes."""
    server_id = SERVER_ID.of(request)
    if server_id not in request.app[WORLD].keys.server_names():
        raise not_found("No such server is registered")
    view = {"now": await _now(request, server_id), "id": server_id}
    return render(request, "server_now.html", Page(title="Playing now", robots="noindex"), view)


async def _servers(request: web.Request) -> list[ServerItem]:
    world = request.app[WORLD]
    active = [one for one in world.keys.server_names().values() if one.revoked_at is None]
    return await cached(
        request, "server", "servers", list[ServerItem],
        lambda: servers.servers(world.clickhouse, active, now()),
    )  # fmt: skip


async def server_view(request: web.Request, server_id: str) -> ServerView:
    """What a server's page and picture are made of; raises HttpError 404 for one that is not registered."""
    return await cached(
        request, "server", f"server/{server_id}", ServerView, lambda: _view(request, server_id)
    )


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
    return ServerView(server=known[id], hours=hours, newest=newest)


async def _now(request: web.Request, id: str) -> ServerLive | None:
    """Who plays there now; None when nobody knows, as Redis is away."""
    world = request.app[WORLD]
    try:
        return await cached(
            request,
            "live",
            f"server-now/{id}",
            ServerLive,
            lambda: server_live(world.live, id, moment_of(world)),
        )
    except RedisUnavailable:
        return None
