"""One server as it is now, over HTTP (spec/openmohaa.md 4.5)."""

from __future__ import annotations

from typing import Final

from aiohttp import web

from live.servers import server_live
from schema.answers.live import ServerLive
from web.answers import answer
from web.endpoints import Endpoints
from web.errors import not_found
from web.live.matches import REDIS_AWAY
from web.moments import moment_of
from web.parameters import part
from web.stats.parameters import API
from web.world import WORLD

SERVER: Final = part("id", "The server's id")

endpoints = Endpoints("servers")


@endpoints.get(
    f"{API}/servers/{{id}}/live",
    answers=ServerLive,
    parameters=[SERVER],
    cache="live",
    errors={404: "No such server is registered", **REDIS_AWAY},
)
async def get_server_live(request: web.Request) -> web.Response:
    """What is played on a server, and by whom."""
    world, server_id = request.app[WORLD], SERVER.of(request)
    if server_id not in world.keys.server_names():
        raise not_found("Server not found")
    return await answer(request, lambda: server_live(world.live, server_id, moment_of(world)))
