"""Weapons over HTTP (spec/openmohaa.md 4.3)."""

from __future__ import annotations

from typing import Final

from aiohttp import web

from query import weapons
from schema.answers.weapons import WeaponItem, WeaponPage
from web.answers import answer
from web.endpoints import Endpoints
from web.parameters import number
from web.stats.parameters import API, WEAPON
from web.world import WORLD

LIMIT: Final = number("limit", "How many weapons", default=weapons.LIMIT, least=1, most=weapons.LIMIT_MAX)

endpoints = Endpoints("weapons")


@endpoints.get(f"{API}/stats/weapons", answers=list[WeaponItem], parameters=[LIMIT], cache="list")
async def get_weapons(request: web.Request) -> web.Response:
    """The weapons with most kills."""
    store, limit = request.app[WORLD].clickhouse, LIMIT.of(request)
    return await answer(request, lambda: weapons.weapons(store, limit=limit))


@endpoints.get(f"{API}/stats/weapon/{{weapon}}", answers=WeaponPage, parameters=[WEAPON], cache="list")
async def get_weapon(request: web.Request) -> web.Response:
    """One weapon and who is best with it."""
    store, text = request.app[WORLD].clickhouse, WEAPON.of(request)

    async def produce() -> WeaponPage:
        return await weapons.weapon_page(store, await weapons.received_name(store, text))

    return await answer(request, produce)
