"""Maps over HTTP (spec/openmohaa.md 4.3)."""

from __future__ import annotations

from aiohttp import web

from query import maps
from web.answers import answer
from web.stats.parameters import API, map_name
from web.world import WORLD

routes = web.RouteTableDef()


@routes.get(f"{API}/stats/maps")
async def get_maps(request: web.Request) -> web.Response:
    """Every map."""
    store = request.app[WORLD].clickhouse
    return await answer(request, "list", "maps", lambda: maps.maps(store))


@routes.get(f"{API}/stats/map/{{map:.+}}/heatmap")
async def get_map_heatmap(request: web.Request) -> web.Response:
    """Where people kill, or die, on a map."""
    world, text = request.app[WORLD], request.match_info["map"]
    kind = "deaths" if request.query.get("type", "") in ("deaths", "death") else "kills"

    async def produce() -> object:
        return await maps.map_heatmap(world.clickhouse, await map_name(world, text), kind)

    return await answer(request, "list", f"heatmap/{kind}/{text}", produce)


@routes.get(f"{API}/stats/map/{{map:.+}}")
async def get_map(request: web.Request) -> web.Response:
    """One map, its best players and its heatmaps."""
    world, text = request.app[WORLD], request.match_info["map"]

    async def produce() -> object:
        return await maps.map_page(world.clickhouse, await map_name(world, text))

    return await answer(request, "list", f"map/{text}", produce)
