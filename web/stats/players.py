"""One player over HTTP (spec/openmohaa.md 4.4)."""

from __future__ import annotations

from typing import Final

from aiohttp import web

from query import players
from schema.answers.players import NamedPlayer, PlayerMap, PlayerMatch, PlayerPage, PlayerWeapon
from web.answers import answer
from web.endpoints import Endpoints
from web.errors import not_found
from web.parameters import number, part
from web.stats.parameters import API, GUID, OFFSET, server_names, spellings
from web.world import WORLD

NAME: Final = part("name", "The player's name, as the game showed it")
LIMIT: Final = number("limit", "How many matches", default=players.MATCHES, least=1, most=players.MATCHES_MAX)

endpoints = Endpoints("players")


# Before the routes with {guid}: a player may be called "weapons".
@endpoints.get(
    f"{API}/stats/player/name/{{name:.+}}",
    answers=NamedPlayer, parameters=[NAME], cache="player", errors={404: "Nobody bears the name"},
)  # fmt: skip
async def get_player_by_name(request: web.Request) -> web.Response:
    """Who bears a name."""
    store, name = request.app[WORLD].clickhouse, NAME.of(request)

    async def produce() -> NamedPlayer:
        for spelling in spellings(name):
            if found := await players.player_by_name(store, spelling):
                return found
        raise not_found("Player not found")

    return await answer(request, produce)


@endpoints.get(f"{API}/stats/player/{{guid}}", answers=PlayerPage, parameters=[GUID], cache="player")
async def get_player(request: web.Request) -> web.Response:
    """Everything about a player."""
    world, guid = request.app[WORLD], GUID.of(request)
    return await answer(request, lambda: players.player_page(world.clickhouse, guid, server_names(world)))


@endpoints.get(
    f"{API}/stats/player/{{guid}}/weapons", answers=list[PlayerWeapon], parameters=[GUID], cache="player"
)
async def get_player_weapons(request: web.Request) -> web.Response:
    """The weapons a player used."""
    store, guid = request.app[WORLD].clickhouse, GUID.of(request)
    return await answer(request, lambda: players.player_weapons(store, guid))


@endpoints.get(
    f"{API}/stats/player/{{guid}}/matches",
    answers=list[PlayerMatch], parameters=[GUID, LIMIT, OFFSET], cache="player",
)  # fmt: skip
async def get_player_matches(request: web.Request) -> web.Response:
    """The matches a player was seen in, newest first."""
    world, guid = request.app[WORLD], GUID.of(request)
    limit, offset = LIMIT.of(request), OFFSET.of(request)

    async def produce() -> list[PlayerMatch]:
        return await players.player_matches(
            world.clickhouse, guid, server_names(world), limit=limit, offset=offset
        )

    return await answer(request, produce)


@endpoints.get(
    f"{API}/stats/player/{{guid}}/maps", answers=list[PlayerMap], parameters=[GUID], cache="player"
)
async def get_player_maps(request: web.Request) -> web.Response:
    """The maps a player was seen on."""
    store, guid = request.app[WORLD].clickhouse, GUID.of(request)
    return await answer(request, lambda: players.player_maps(store, guid))
