"""Search over HTTP."""

from __future__ import annotations

from typing import Final

from aiohttp import web

from query.search import search
from schema.answers.search import SearchAnswer
from web.answers import answer
from web.endpoints import Endpoints
from web.parameters import text
from web.stats.parameters import API, server_names
from web.world import WORLD

QUERY: Final = text("q", "The beginning of a name or of a match's id", most=100)

endpoints = Endpoints("search")


@endpoints.get(f"{API}/search", answers=SearchAnswer, parameters=[QUERY], cache="global")
async def get_search(request: web.Request) -> web.Response:
    """Players, maps, weapons and servers by the beginning of their names; matches by their id, map or server."""
    world, asked = request.app[WORLD], QUERY.of(request)
    return await answer(request, lambda: search(world.clickhouse, asked, server_names(world)))
