"""Weapons over HTTP (spec/openmohaa.md 4.3). The spellings of a weapon are one weapon."""

from __future__ import annotations

from typing import Final

from aiohttp import web

from query import weapon_usage, weapons
from schema.answers.weapons import WeaponDistances, WeaponItem, WeaponNames, WeaponPage, WeaponUsage
from web.answers import answer
from web.endpoints import Endpoints
from web.parameters import choice, number
from web.stats.parameters import (
    API,
    BOTS,
    PLACES,
    SPAN,
    WEAPON,
    WEAPON_FILTER,
    known_names,
    now,
    scope,
)
from web.world import WORLD

LIMIT: Final = number("limit", "How many weapons", default=weapons.LIMIT, least=1, most=weapons.LIMIT_MAX)
USAGE_LIMIT: Final = number(
    "limit", "How many weapons", default=weapon_usage.LIMIT, least=1, most=weapon_usage.LIMIT_MAX
)
BY: Final = choice(
    "by", "Day by day, or week by week from Monday", (weapon_usage.DAY, weapon_usage.WEEK), default=weapon_usage.WEEK
)  # fmt: skip

endpoints = Endpoints("weapons")


@endpoints.get(
    f"{API}/stats/weapons",
    answers=list[WeaponItem],
    parameters=[LIMIT, WEAPON_FILTER, *PLACES],
    cache="list",
)
async def get_weapons(request: web.Request) -> web.Response:
    """The weapons with most kills.

    Counted by whole days.
    """
    world, limit, asked = request.app[WORLD], LIMIT.of(request), scope(request)

    async def produce() -> list[WeaponItem]:
        return await weapons.weapons(world.clickhouse, await known_names(world, asked), limit=limit)

    return await answer(request, produce, variant=asked.key())


@endpoints.get(f"{API}/stats/weapons/list", answers=WeaponNames, rows="weapons", cache="list")
async def get_weapon_list(request: web.Request) -> web.Response:
    """The names of the weapons that were used."""
    store = request.app[WORLD].clickhouse
    return await answer(request, lambda: weapons.weapon_list(store))


@endpoints.get(
    f"{API}/stats/weapons/usage",
    answers=WeaponUsage,
    rows="weapons",
    parameters=[BY, USAGE_LIMIT, WEAPON_FILTER, *PLACES],
    cache="list",
)
async def get_weapon_usage(request: web.Request) -> web.Response:
    """How the use of the weapons changed, day by day or week by week.

    Without a period the last 90 days, or 52 weeks.
    """
    world, by, limit, asked = request.app[WORLD], BY.of(request), USAGE_LIMIT.of(request), scope(request)

    async def produce() -> WeaponUsage:
        known = await known_names(world, asked)
        return await weapon_usage.weapon_usage(world.clickhouse, now(), known, by=by, limit=limit)

    return await answer(request, produce, variant=asked.key())


@endpoints.get(
    f"{API}/stats/weapons/distances",
    f"{API}/stats/weapon/{{weapon}}/distances",
    answers=WeaponDistances,
    rows="bands",
    parameters=[WEAPON, *PLACES],
    cache="list",
)
async def get_weapon_distances(request: web.Request) -> web.Response:
    """From how far a weapon, or any weapon, kills.

    Counted by whole days.
    """
    world, weapon, asked = request.app[WORLD], WEAPON.of(request), scope(request)

    async def produce() -> WeaponDistances:
        known = await known_names(world, asked)
        return await weapon_usage.weapon_distances(world.clickhouse, weapon, known)

    return await answer(request, produce, variant=asked.key())


@endpoints.get(
    f"{API}/stats/weapon/{{weapon}}",
    answers=WeaponPage,
    rows="top_players",
    parameters=[WEAPON, BOTS, *SPAN],
    cache="list",
)
async def get_weapon(request: web.Request) -> web.Response:
    """One weapon and who is best with it.

    Counted by whole days; bots are among the best players only if asked for.
    """
    store, text, asked = request.app[WORLD].clickhouse, WEAPON.of(request), scope(request)
    return await answer(request, lambda: weapons.weapon_page(store, text, asked), variant=asked.key())
