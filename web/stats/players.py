"""One player over HTTP (spec/openmohaa.md 4.4)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Final

from aiohttp import web

from query import players
from query.scope import Scope
from schema.answers.players import NamedPlayer, PlayerMap, PlayerMatch, PlayerPage, PlayerWeapon
from web.answers import answer
from web.endpoints import Endpoints
from web.errors import not_found
from web.parameters import number, part
from web.stats.parameters import (
    API,
    GUID,
    OFFSET,
    PLACES,
    WEAPON_FILTER,
    known_names,
    scope,
    server_names,
    spellings,
)
from web.world import WORLD, World

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


@endpoints.get(
    f"{API}/stats/player/{{guid}}",
    answers=PlayerPage, parameters=[GUID, WEAPON_FILTER, *PLACES], cache="player",
)  # fmt: skip
async def get_player(request: web.Request) -> web.Response:
    """Everything about a player.

    Name, rank, rating and when he was seen are those of all time; `weapon` picks among the weapons.
    """
    return await _scoped(
        request,
        lambda world, guid, asked: players.player_page(world.clickhouse, guid, server_names(world), asked),
    )


@endpoints.get(
    f"{API}/stats/player/{{guid}}/weapons",
    answers=list[PlayerWeapon], parameters=[GUID, WEAPON_FILTER, *PLACES], cache="player",
)  # fmt: skip
async def get_player_weapons(request: web.Request) -> web.Response:
    """The weapons a player used.

    Of a server, map or game type, or of hours that are no whole days: in matches that are over.
    """
    return await _scoped(
        request, lambda world, guid, asked: players.player_weapons(world.clickhouse, guid, asked)
    )


@endpoints.get(
    f"{API}/stats/player/{{guid}}/matches",
    answers=list[PlayerMatch], parameters=[GUID, LIMIT, OFFSET, *PLACES], cache="player",
)  # fmt: skip
async def get_player_matches(request: web.Request) -> web.Response:
    """The matches a player was seen in, newest first. A match belongs to the period in which he was first seen in it."""
    limit, offset = LIMIT.of(request), OFFSET.of(request)
    return await _scoped(
        request,
        lambda world, guid, asked: players.player_matches(
            world.clickhouse, guid, server_names(world), asked, limit=limit, offset=offset
        ),
    )


@endpoints.get(
    f"{API}/stats/player/{{guid}}/maps",
    answers=list[PlayerMap], parameters=[GUID, *PLACES], cache="player",
)  # fmt: skip
async def get_player_maps(request: web.Request) -> web.Response:
    """The maps a player was seen on."""
    return await _scoped(
        request, lambda world, guid, asked: players.player_maps(world.clickhouse, guid, asked)
    )


async def _scoped(
    request: web.Request, ask: Callable[[World, str, Scope], Awaitable[object]]
) -> web.Response:
    """What `ask` says of the player in the path within the filters of the query."""
    world, guid, asked = request.app[WORLD], GUID.of(request), scope(request)

    async def produce() -> object:
        return await ask(world, guid, await known_names(world, asked))

    return await answer(request, produce, variant=asked.key())
