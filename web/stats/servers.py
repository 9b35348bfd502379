"""Game servers over HTTP (spec/openmohaa.md 4.5)."""

from __future__ import annotations

from aiohttp import web

from query import servers
from schema.answers.servers import ServerItem
from web.answers import answer
from web.endpoints import Endpoints
from web.live_servers import with_live
from web.stats.parameters import API, now
from web.world import WORLD

endpoints = Endpoints("servers")


@endpoints.get(f"{API}/servers", answers=list[ServerItem], cache="server")
async def get_servers(request: web.Request) -> web.Response:
    """The registered servers and what they do now."""
    world = request.app[WORLD]
    active = [one for one in world.keys.server_names().values() if one.revoked_at is None]

    async def produce() -> list[ServerItem]:
        return await with_live(world, await servers.servers(world.clickhouse, active, now()))

    return await answer(request, produce)
