"""One player over HTTP (spec/openmohaa.md 4.4)."""

from __future__ import annotations

from aiohttp import web

from query import players
from schema.answers.players import NamedPlayer
from web.answers import answer
from web.errors import not_found
from web.stats.parameters import API, OFFSET_MAX, number, server_names, spellings
from web.world import WORLD

routes = web.RouteTableDef()


# Before the routes with {guid}: a player may be called "weapons".
@routes.get(f"{API}/stats/player/name/{{name:.+}}")
async def get_player_by_name(request: web.Request) -> web.Response:
    """Who bears a name."""
    store, name = request.app[WORLD].clickhouse, request.match_info["name"]

    async def produce() -> NamedPlayer:
        for spelling in spellings(name):
            if found := await players.player_by_name(store, spelling):
                return found
        raise not_found("Player not found")

    return await answer(request, "player", f"name/{name}", produce)


@routes.get(f"{API}/stats/player/{{guid}}")
async def get_player(request: web.Request) -> web.Response:
    """Everything about a player."""
    world, guid = request.app[WORLD], request.match_info["guid"]

    async def produce() -> object:
        return await players.player_page(world.clickhouse, guid, server_names(world))

    return await answer(request, "player", f"page/{guid}", produce)


@routes.get(f"{API}/stats/player/{{guid}}/weapons")
async def get_player_weapons(request: web.Request) -> web.Response:
    """The weapons a player used."""
    store, guid = request.app[WORLD].clickhouse, request.match_info["guid"]
    return await answer(request, "player", f"weapons/{guid}", lambda: players.player_weapons(store, guid))


@routes.get(f"{API}/stats/player/{{guid}}/matches")
async def get_player_matches(request: web.Request) -> web.Response:
    """The matches a player was seen in, newest first."""
    world, guid = request.app[WORLD], request.match_info["guid"]
    limit = number(request, "limit", players.MATCHES, 1, players.MATCHES_MAX)
    offset = number(request, "offset", 0, 0, OFFSET_MAX)

    async def produce() -> object:
        return await players.player_matches(
            world.clickhouse, guid, server_names(world), limit=limit, offset=offset
        )

    return await answer(request, "player", f"matches/{limit}/{offset}/{guid}", produce)


@routes.get(f"{API}/stats/player/{{guid}}/maps")
async def get_player_maps(request: web.Request) -> web.Response:
    """The maps a player was seen on."""
    store, guid = request.app[WORLD].clickhouse, request.match_info["guid"]
    return await answer(request, "player", f"maps/{guid}", lambda: players.player_maps(store, guid))
