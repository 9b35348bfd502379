"""A player's page, and two players side by side."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import Any, Final

from aiohttp import web
from msgspec import Struct

from query import dossiers, percentiles, players, rating_boards
from query.ratios import percent
from schema.answers.dossiers import Dossier
from schema.answers.leaderboards import PlayerPercentiles, StatPercentile
from schema.answers.players import PlayerMap, PlayerMatch, PlayerStats
from schema.answers.ratings import PlayerRating
from schema.map_names import map_title
from schema.weapons import CLASSES, weapon_class
from web.endpoints import Endpoints
from web.errors import HttpError, not_found
from web.pages import addresses
from web.pages.bodies import Shown, body
from web.pages.cached import cached
from web.pages.embeds import LOOK, everywhere
from web.pages.rendering import Page, render
from web.pages.stat_names import stat_name
from web.pages.weeks import Week, week
from web.pages.words import fixed, moment, share, whole
from web.parameters import text
from web.stats.parameters import GUID, server_names, spellings
from web.world import WORLD

MAPS_SHOWN: Final = 12
RATINGS_SHOWN: Final = 20
STANDS_OUT: Final = 12
"""Stats shown in which a player is better than most."""
_OF_STANDINGS: Final = frozenset({"kills", "kd_ratio", "accuracy", "headshots", "damage"})
"""Shown with their average anyway."""
_NO_MERIT: Final = frozenset({"deaths", "suicides", "teamkills", "losses", "no_ammo", "crushed"})
RADAR_CLASSES: Final = ("rifle", "sniper", "smg", "mg", "shotgun", "pistol", "grenade", "heavy", "melee")
OTHER: Final = text("with", "The guid or the name of the player to compare with")

endpoints = Endpoints("pages")


class PlayerView(Struct, frozen=True, kw_only=True):
    """What a player's page is made of."""

    stats: PlayerStats
    dossier: Dossier
    maps: list[PlayerMap]
    rating: PlayerRating

    @property
    def ratings(self) -> list[int]:
        """What the rating was after each of the last rated matches, oldest first."""
        return [change.after.elo for change in reversed(self.rating.history)]

    @property
    def guid(self) -> str:
        """Who he is."""
        return self.stats.guid

    @property
    def name(self) -> str:
        """What he is called now."""
        return self.stats.name

    @property
    def matches(self) -> list[PlayerMatch]:
        """His last matches, newest first."""
        return self.stats.performance[::-1]

    @property
    def form(self) -> list[float]:
        """K/D of the last matches, oldest first."""
        return [round(match.kd, 2) for match in self.stats.performance[-dossiers.FORM_MATCHES :]]

    @property
    def given(self) -> list[Shown]:
        """Where he hits others."""
        return body({hit.name: hit.given or hit.kills for hit in self.dossier.hit_locations})

    @property
    def taken(self) -> list[Shown]:
        """Where he is hit."""
        return body({hit.name: hit.taken or hit.deaths for hit in self.dossier.hit_locations})

    @property
    def week(self) -> Week:
        """When he plays."""
        return week({(hour.weekday, hour.hour): hour.matches for hour in self.dossier.hours})

    @property
    def performance(self) -> dict[str, Any]:
        """Kills and K/D match by match, for the chart."""
        shown = self.stats.performance
        return {
            "labels": [f"{map_title(match.map_name)}, {moment(match.started_at)}" for match in shown],
            "whole": True,
            "short": True,
            "series": [
                {"name": "Kills", "values": [match.kills for match in shown], "bars": True},
                {"name": "K/D", "values": [round(match.kd, 2) for match in shown], "second": True},
            ],
        }

    @property
    def classes(self) -> dict[str, float]:
        """Class of weapons -> its share of his kills in percent."""
        kills: Counter[str] = Counter()
        for weapon in self.stats.weapons:
            kills[weapon_class(weapon.weapon)] += weapon.kills
        total = sum(kills.values())
        return {name: round(percent(kills[name], total), 1) for name in RADAR_CLASSES}


def radar(views: list[PlayerView]) -> dict[str, Any]:
    """The radar of weapon classes of one or two players."""
    most = max((value for view in views for value in view.classes.values()), default=0)
    return {
        "axes": [{"name": CLASSES.get(name, name), "max": most or 100} for name in RADAR_CLASSES],
        "series": [{"name": view.name, "values": list(view.classes.values())} for view in views],
    }


@endpoints.page(*everywhere("/player/{guid}"), parameters=[GUID, *LOOK])
async def get_player_as_page(request: web.Request) -> web.Response:
    """Everything about a player."""
    view = await _view(request, GUID.of(request))
    description = (
        f"{whole(view.stats.kills)} kills, {whole(view.stats.deaths)} deaths, K/D {fixed(view.stats.kd_ratio)}, "
        f"accuracy {share(view.stats.accuracy)}"
    )
    page = Page(
        title=view.name, section=addresses.LEADERBOARDS, description=description, has_charts=True,
        share_image=addresses.share_image(addresses.player(view.guid)), has_badge=True,
    )  # fmt: skip
    shown = {"player": view, "radar": radar([view]), "strengths": await _strengths(request, view.guid)}
    return render(request, "player.html", page, shown)


@endpoints.page(*everywhere("/player/{guid}/compare"), parameters=[GUID, OTHER, *LOOK])
async def get_comparison(request: web.Request) -> web.Response:
    """Two players side by side; with one only, the question with whom."""
    one, asked = await _view(request, GUID.of(request)), OTHER.of(request)
    other = await _other(request, asked) if asked else None
    duel = (0, 0)
    if other is not None:
        duel = await _duel(request, one.guid, other.guid)
    page = Page(
        title=f"{one.name} and {other.name}" if other else f"Compare {one.name}",
        section=addresses.LEADERBOARDS, has_charts=other is not None, robots="noindex",
    )  # fmt: skip
    view = {
        "one": one,
        "other": other,
        "asked": asked,
        "duel": duel,
        "figures": figures(one.stats, other.stats) if other else [],
        "radar": radar([one, other]) if other else None,
    }
    return render(request, "comparison.html", page, view, status=404 if asked and other is None else 200)


async def _view(request: web.Request, asked: str) -> PlayerView:
    """Raises HttpError 404 for a player nobody ever saw."""
    world = request.app[WORLD]
    store, names = world.clickhouse, server_names(world)
    guid = await players.player_guid(store, asked)

    async def produce() -> PlayerView:
        stats, dossier, maps, rating = await asyncio.gather(
            players.player_page(store, guid, names),
            dossiers.dossier(store, guid),
            players.player_maps(store, guid, limit=MAPS_SHOWN),
            rating_boards.player_rating(store, guid, history=RATINGS_SHOWN),
        )
        if stats.player.first_seen is None:
            raise not_found("No such player was ever seen")
        return PlayerView(stats=stats.player, dossier=dossier, maps=maps, rating=rating)

    return await cached(request, "player", f"guid/{guid}", PlayerView, produce)


async def _strengths(request: web.Request, guid: str) -> list[tuple[str, StatPercentile]]:
    """The stats in which most others have less than he, best first, by the names people give them."""
    store = request.app[WORLD].clickhouse
    found = await cached(
        request,
        "leaderboard",
        f"percentiles/{guid}",
        PlayerPercentiles,
        lambda: percentiles.percentiles(store, guid),
    )
    shown = [
        (stat_name(stat), one)
        for stat, one in found.stats.items()
        if one.rank is not None and one.percentile >= 50 and stat not in _OF_STANDINGS | _NO_MERIT
    ]
    return sorted(shown, key=lambda one: (-one[1].percentile, one[0]))[:STANDS_OUT]


async def _duel(request: web.Request, one: str, other: str) -> tuple[int, int]:
    """How often each killed the other."""
    store = request.app[WORLD].clickhouse
    return await cached(
        request, "player", addresses.comparison(one, other), tuple[int, int],
        lambda: dossiers.duel(store, one, other),
    )  # fmt: skip


async def _other(request: web.Request, asked: str) -> PlayerView | None:
    """The player meant by a name or a guid; None when nobody is."""
    store = request.app[WORLD].clickhouse

    async def produce() -> str:
        for spelling in spellings(asked):
            if found := await players.player_by_name(store, spelling):
                return found.guid
        return asked

    try:
        return await _view(request, await cached(request, "player", f"named/{asked}", str, produce))
    except HttpError as error:
        if error.status != 404:
            raise
        return None


class Figure(Struct, frozen=True, kw_only=True):
    """One figure of two players; `better` is 1, 2 or 0: neither."""

    label: str
    one: str
    other: str
    better: int


def figures(one: PlayerStats, other: PlayerStats) -> list[Figure]:
    """What two players are compared by."""
    rows: list[tuple[str, float, float, Any, bool | None]] = [
        ("Kills", one.kills, other.kills, whole, True),
        ("Deaths", one.deaths, other.deaths, whole, None),
        ("K/D", one.kd_ratio, other.kd_ratio, fixed, True),
        ("Accuracy", one.accuracy, other.accuracy, share, True),
        ("Headshots", one.headshot_percent, other.headshot_percent, share, True),
        ("Kills a minute", one.kills_per_minute, other.kills_per_minute, fixed, True),
        ("Damage", one.damage_dealt, other.damage_dealt, whole, True),
        ("Matches", one.matches_played, other.matches_played, whole, None),
        ("Matches won", one.win_rate, other.win_rate, share, True),
        ("Suicides", one.suicides, other.suicides, whole, False),
        ("Team kills", one.team_kills, other.team_kills, whole, False),
    ]
    return [
        Figure(label=label, one=write(a), other=write(b), better=_better(a, b, more_is_better))
        for label, a, b, write, more_is_better in rows
    ]


def _better(one: float, other: float, more_is_better: bool | None) -> int:
    if more_is_better is None or one == other:
        return 0
    return 1 if (one > other) == more_is_better else 2
