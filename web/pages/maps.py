"""The maps that are played, and the page of one: where people kill and die on it, who is best, how the teams balance."""

from __future__ import annotations

import asyncio
from typing import Final

from aiohttp import web
from msgspec import Struct

from query import maps, matches
from query.scope import Scope
from schema.answers.maps import HeatPoint, MapItem, MapPage
from schema.answers.matches import MatchItem
from schema.map_names import map_title
from web.endpoints import Endpoints
from web.errors import not_found
from web.map_images import Picture, picture_of
from web.pages import addresses
from web.pages.cached import cached
from web.pages.embeds import LOOK, everywhere
from web.pages.plans import Cell, Plan, plan_with
from web.pages.rendering import Page, render
from web.pages.words import share, whole
from web.parameters import choice
from web.stats.parameters import MAP, map_name, server_names
from web.world import WORLD

CELL_UNITS: Final = 100
CELLS_MAX: Final = 1200
NEWEST: Final = 10
SHOW: Final = choice("show", "Where people kill, or where they die", ("kills", "deaths"), default="kills")

endpoints = Endpoints("pages")


class MapView(Struct, frozen=True, kw_only=True):
    """What a map's page is made of."""

    page: MapPage
    heat: list[HeatPoint]
    newest: list[MatchItem]

    def ground(self, picture: Picture | None) -> Plan | None:
        """The ground on which there is any position, and all of the picture; None when no position is known."""
        places = [(point.x + side, point.y + side) for point in self.heat for side in (0, CELL_UNITS)]
        return plan_with(places, picture)

    def cells(self, ground: Plan) -> list[Cell]:
        """The squares of the heat map."""
        return ground.cells([(point.x, point.y, point.value) for point in self.heat], CELL_UNITS)

    @property
    def balance(self) -> list[tuple[str, float, float, str, str]]:
        """Both teams by figure; empty when no team ever played here."""
        allies, axis = self.page.teams.allies, self.page.teams.axis
        if not (allies.kills or axis.kills or allies.wins or axis.wins):
            return []
        return [
            ("Matches won", allies.wins, axis.wins, whole(allies.wins), whole(axis.wins)),
            ("Win rate", allies.win_rate, axis.win_rate, share(allies.win_rate), share(axis.win_rate)),
            ("Kills", allies.kills, axis.kills, whole(allies.kills), whole(axis.kills)),
            ("Objectives", allies.objectives_done, axis.objectives_done,
             whole(allies.objectives_done), whole(axis.objectives_done)),
        ]  # fmt: skip


@endpoints.page(*everywhere(addresses.MAPS), parameters=LOOK)
async def get_maps_as_page(request: web.Request) -> web.Response:
    """Every map, most played first."""
    store = request.app[WORLD].clickhouse
    found = await cached(request, "list", "maps", list[MapItem], lambda: maps.maps(store))
    return render(request, "maps.html", Page(title="Maps", section=addresses.MAPS), found)


@endpoints.page(*everywhere("/map/{map:.+}"), parameters=[MAP, SHOW, *LOOK])
async def get_map_as_page(request: web.Request) -> web.Response:
    """One map."""
    name, kind = await map_name(request.app[WORLD], MAP.of(request)), SHOW.of(request)
    view = await map_view(request, name, kind)
    page = Page(
        title=map_title(name),
        section=addresses.MAPS,
        description=f"{whole(view.page.total_matches)} matches, {whole(view.page.total_kills)} kills",
        share_image=addresses.share_image(addresses.game_map(name)),
        robots="noindex" if kind != SHOW.default else "",
    )
    picture = await picture_of(request, name)
    ground = view.ground(picture)
    shown = {
        "map": view,
        "show": kind,
        "picture": picture,
        "ground": ground,
        "cells": view.cells(ground) if ground else [],
        "side": round(CELL_UNITS * ground.scale, 1) if ground else 0,
    }
    return render(request, "map.html", page, shown)


async def map_view(request: web.Request, name: str, kind: str = SHOW.default) -> MapView:
    """What a map's page and picture are made of; raises HttpError 404 for a map that nobody played."""
    return await cached(request, "player", f"map/{kind}/{name}", MapView, lambda: _view(request, name, kind))


async def _view(request: web.Request, name: str, kind: str) -> MapView:
    world = request.app[WORLD]
    store = world.clickhouse
    page, heat, newest = await asyncio.gather(
        maps.map_page(store, name),
        maps.map_heatmap(store, name, kind, cell_units=CELL_UNITS, limit=CELLS_MAX),
        matches.matches(store, server_names(world), Scope(map_name=name), limit=NEWEST),
    )
    if not page.total_matches and not newest:
        raise not_found("Nobody was ever seen on such a map")
    return MapView(page=page, heat=heat, newest=newest)
