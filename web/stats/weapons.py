"""Weapons over HTTP (spec/openmohaa.md 4.3)."""

from __future__ import annotations

from aiohttp import web

from query import weapons
from web.answers import answer
from web.stats.parameters import API, number
from web.world import WORLD

routes = web.RouteTableDef()


@routes.get(f"{API}/stats/weapons")
async def get_weapons(request: web.Request) -> web.Response:
    """The weapons with most kills."""
    store = request.app[WORLD].clickhouse
    limit = number(request, "limit", weapons.LIMIT, 1, weapons.LIMIT_MAX)
    return await answer(request, "list", f"weapons/{limit}", lambda: weapons.weapons(store, limit=limit))


@routes.get(f"{API}/stats/weapon/{{weapon}}")
async def get_weapon(request: web.Request) -> web.Response:
    """One weapon and who is best with it."""
    store, text = request.app[WORLD].clickhouse, request.match_info["weapon"]

    async def produce() -> object:
        return await weapons.weapon_page(store, await weapons.received_name(store, text))

    return await answer(request, "list", f"weapon/{text}", produce)
