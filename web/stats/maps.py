"""Maps over HTTP (spec/openmohaa.md 4.2, 4.3)."""

from __future__ import annotations

from typing import Final

from aiohttp import web

from query import maps, teams
from schema.answers.maps import HeatPoint, MapItem, MapNames, MapPage, MapPopularity
from schema.answers.teams import MapBalance
from web.answers import answer
from web.endpoints import Endpoints
from web.parameters import choice
from web.stats.parameters import API, GAMETYPE, MAP, PLACES, SERVER, SPAN, known_names, map_name, scope
from web.world import WORLD

HEATMAP: Final = choice(
    "type", "Where people kill, or where they die", ("kills", "deaths"),
    default="kills", aliases={"death": "deaths"},
)  # fmt: skip

endpoints = Endpoints("maps")


@endpoints.get(f"{API}/stats/maps", answers=list[MapItem], parameters=[*SPAN, SERVER, GAMETYPE], cache="list")
async def get_maps(request: web.Request) -> web.Response:
    """Every map.

    Durations and numbers of players are those of the matches that began in the period; weapons are counted by whole days.
    """
    store, asked = request.app[WORLD].clickhouse, scope(request)
    return await answer(request, lambda: maps.maps(store, asked), variant=asked.key())


@endpoints.get(f"{API}/stats/maps/list", answers=MapNames, rows="maps", cache="list")
async def get_map_list(request: web.Request) -> web.Response:
    """The names of the maps that were played."""
    store = request.app[WORLD].clickhouse
    return await answer(request, lambda: maps.map_list(store))


@endpoints.get(
    f"{API}/stats/maps/popularity",
    f"{API}/stats/server/maps",
    answers=list[MapPopularity],
    parameters=[*SPAN, SERVER, GAMETYPE],
    cache="list",
)
async def get_popular_maps(request: web.Request) -> web.Response:
    """The ten maps with most matches."""
    store, asked = request.app[WORLD].clickhouse, scope(request)
    return await answer(request, lambda: maps.popular_maps(store, asked), variant=asked.key())


@endpoints.get(f"{API}/stats/maps/balance", answers=list[MapBalance], parameters=PLACES, cache="list")
async def get_map_balances(request: web.Request) -> web.Response:
    """The allies against the axis on each map.

    Only game types with two teams. Kills and deaths are counted by whole days; wins are those of matches that began in the
    period.
    """
    world, asked = request.app[WORLD], scope(request)

    async def produce() -> list[MapBalance]:
        return await teams.map_balances(world.clickhouse, await known_names(world, asked))

    return await answer(request, produce, variant=asked.key())


@endpoints.get(
    f"{API}/stats/map/{{map:.+}}/heatmap",
    answers=list[HeatPoint], parameters=[MAP, HEATMAP, *SPAN], cache="list",
)  # fmt: skip
async def get_map_heatmap(request: web.Request) -> web.Response:
    """Where people kill, or die, on a map.

    Counted by whole days.
    """
    world, text, kind, asked = request.app[WORLD], MAP.of(request), HEATMAP.of(request), scope(request)

    async def produce() -> list[HeatPoint]:
        return await maps.map_heatmap(world.clickhouse, await map_name(world, text), kind, asked)

    return await answer(request, produce, variant=asked.key())


@endpoints.get(
    f"{API}/stats/map/{{map:.+}}",
    answers=MapPage,
    rows="top_players",
    parameters=[MAP, *SPAN, SERVER, GAMETYPE],
    cache="list",
)
async def get_map(request: web.Request) -> web.Response:
    """One map, its best players, weapons, teams and heatmaps.

    Heatmaps are those of every server and game type, by whole days.
    """
    world, text, asked = request.app[WORLD], MAP.of(request), scope(request)

    async def produce() -> MapPage:
        return await maps.map_page(world.clickhouse, await map_name(world, text), asked)

    return await answer(request, produce, variant=asked.key())
