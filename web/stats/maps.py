"""Maps over HTTP (spec/openmohaa.md 4.3)."""

from __future__ import annotations

from typing import Final

from aiohttp import web

from query import maps
from schema.answers.maps import HeatPoint, MapItem, MapPage
from web.answers import answer
from web.endpoints import Endpoints
from web.parameters import choice
from web.stats.parameters import API, MAP, map_name
from web.world import WORLD

HEATMAP: Final = choice(
    "type", "Where people kill, or where they die", ("kills", "deaths"),
    default="kills", aliases={"death": "deaths"},
)  # fmt: skip

endpoints = Endpoints("maps")


@endpoints.get(f"{API}/stats/maps", answers=list[MapItem], cache="list")
async def get_maps(request: web.Request) -> web.Response:
    """Every map."""
    store = request.app[WORLD].clickhouse
    return await answer(request, lambda: maps.maps(store))


@endpoints.get(
    f"{API}/stats/map/{{map:.+}}/heatmap",
    answers=list[HeatPoint], parameters=[MAP, HEATMAP], cache="list",
)  # fmt: skip
async def get_map_heatmap(request: web.Request) -> web.Response:
    """Where people kill, or die, on a map."""
    world, text, kind = request.app[WORLD], MAP.of(request), HEATMAP.of(request)

    async def produce() -> list[HeatPoint]:
        return await maps.map_heatmap(world.clickhouse, await map_name(world, text), kind)

    return await answer(request, produce)


@endpoints.get(f"{API}/stats/map/{{map:.+}}", answers=MapPage, parameters=[MAP], cache="list")
async def get_map(request: web.Request) -> web.Response:
    """One map, its best players and its heatmaps."""
    world, text = request.app[WORLD], MAP.of(request)

    async def produce() -> MapPage:
        return await maps.map_page(world.clickhouse, await map_name(world, text))

    return await answer(request, produce)
