"""Game types over HTTP (spec/openmohaa.md 4.3)."""

from __future__ import annotations

from typing import Final

from aiohttp import web

from query import gametypes
from schema.answers.gametypes import GametypeItem, GametypeNames, GametypePage
from web.answers import answer
from web.endpoints import Endpoints
from web.errors import not_found
from web.parameters import part
from web.stats.parameters import API, MAP_FILTER, SERVER, SPAN, known_names, scope
from web.world import WORLD

WORD: Final = part("gametype", "The game type's id, or any other word for it; `other` = unknown")

endpoints = Endpoints("gametypes")


@endpoints.get(
    f"{API}/stats/gametypes",
    answers=list[GametypeItem],
    parameters=[*SPAN, SERVER, MAP_FILTER],
    cache="list",
)
async def get_gametypes(request: web.Request) -> web.Response:
    """The game types that were played, most matches first."""
    world, asked = request.app[WORLD], scope(request)

    async def produce() -> list[GametypeItem]:
        return await gametypes.gametypes(world.clickhouse, await known_names(world, asked))

    return await answer(request, produce, variant=asked.key())


@endpoints.get(f"{API}/stats/gametypes/list", answers=GametypeNames, rows="gametypes", cache="list")
async def get_gametype_list(request: web.Request) -> web.Response:
    """Every game type there is."""

    async def produce() -> GametypeNames:
        return gametypes.gametype_list()

    return await answer(request, produce)


@endpoints.get(
    f"{API}/stats/gametype/{{gametype}}",
    answers=GametypePage,
    rows="maps",
    parameters=[WORD, *SPAN, SERVER],
    cache="list",
    errors={404: "The word means no game type"},
)
async def get_gametype(request: web.Request) -> web.Response:
    """One game type and the maps it was played on."""
    store, word, asked = request.app[WORLD].clickhouse, WORD.of(request), scope(request)

    async def produce() -> GametypePage:
        found = await gametypes.gametype_page(store, word, asked)
        if found is None:
            raise not_found("Game type not found")
        return found

    return await answer(request, produce, variant=asked.key())
