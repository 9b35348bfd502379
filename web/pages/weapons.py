"""The weapons, and the page of one: its use over time, who is best with it, from how far it kills."""

from __future__ import annotations

import asyncio
from typing import Any, Final

from aiohttp import web
from msgspec import Struct

from query import weapon_usage, weapons
from query.scope import Scope
from schema.answers.weapons import WeaponDistances, WeaponItem, WeaponPage, WeaponUsage
from schema.weapons import CLASSES
from web.endpoints import Endpoints
from web.errors import not_found
from web.pages import addresses
from web.pages.cached import cached
from web.pages.embeds import LOOK, everywhere
from web.pages.rendering import Page, render
from web.pages.words import share, whole
from web.stats.parameters import WEAPON, now
from web.world import WORLD

SHOWN: Final = 60

endpoints = Endpoints("pages")


class WeaponView(Struct, frozen=True, kw_only=True):
    """What a weapon's page is made of."""

    page: WeaponPage
    usage: WeaponUsage
    distances: WeaponDistances

    @property
    def class_name(self) -> str:
        """What sort of weapon it is, for people."""
        return CLASSES.get(self.page.weapon_class, self.page.weapon_class)

    @property
    def days(self) -> list[tuple[str, int, float, float]]:
        """(day, kills, share of all kills, accuracy) of each day it was used, oldest first."""
        if not self.usage.weapons:
            return []
        one = self.usage.weapons[0]
        return list(zip(self.usage.buckets, one.kills, one.share, one.accuracy, strict=True))

    @property
    def chart(self) -> dict[str, Any]:
        """Kills and accuracy day by day."""
        return {
            "labels": [day for day, *_ in self.days],
            "whole": True,
            "series": [
                {"name": "Kills", "values": [kills for _, kills, _, _ in self.days], "bars": True},
                {"name": "Accuracy, %", "values": [round(hits, 1) for *_, hits in self.days], "second": True},
            ],
        }

    @property
    def bands(self) -> list[tuple[str, int, float, float]]:
        """(distance, kills, share of kills, share of headshots)."""
        return [
            (f"{one.from_m}–{one.to_m} m" if one.to_m else f"over {one.from_m} m", one.kills, one.share, one.hs_percent)
            for one in self.distances.bands
        ]  # fmt: skip


@endpoints.page(*everywhere(addresses.WEAPONS), parameters=LOOK)
async def get_weapons_as_page(request: web.Request) -> web.Response:
    """Every weapon, most kills first."""
    store = request.app[WORLD].clickhouse
    found = await cached(
        request, "list", "weapons", list[WeaponItem], lambda: weapons.weapons(store, limit=SHOWN)
    )
    page = Page(title="Weapons", section=addresses.WEAPONS)
    return render(request, "weapons.html", page, {"weapons": found, "classes": CLASSES})


@endpoints.page(*everywhere("/weapon/{weapon:.+}"), parameters=[WEAPON, *LOOK])
async def get_weapon_as_page(request: web.Request) -> web.Response:
    """One weapon."""
    store, asked = request.app[WORLD].clickhouse, WEAPON.of(request)

    async def produce() -> WeaponView:
        name = await weapons.received_name(store, asked)
        page, usage, distances = await asyncio.gather(
            weapons.weapon_page(store, name),
            weapon_usage.weapon_usage(store, now(), Scope(weapon=name), by=weapon_usage.DAY, limit=1),
            weapon_usage.weapon_distances(store, name),
        )
        if page.stats.last_used is None:
            raise not_found("Nobody ever used such a weapon")
        return WeaponView(page=page, usage=usage, distances=distances)

    view = await cached(request, "player", f"weapon/{asked}", WeaponView, produce)
    page = Page(
        title=view.page.display_name,
        section=addresses.WEAPONS,
        description=f"{whole(view.page.total_kills)} kills, accuracy {share(view.page.avg_accuracy)}",
        has_charts=True,
    )
    return render(request, "weapon.html", page, {"weapon": view})
