"""Leaderboards: any stat, any scope; the address says all of it, so that a link and the back button keep the filters."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, NamedTuple

from aiohttp import web
from msgspec import Struct

from query import dossiers, leaderboards, maps, players, weapons
from query.periods import ALL
from query.ranked_stats import ALIASES, KILLS, STATS, WEAPON_STATS
from query.rankings import Page as Ranks
from query.ratios import percent
from query.scope import Scope
from schema.answers.dossiers import Form
from schema.answers.leaderboards import Leaderboard, LeaderboardEntry
from schema.gametypes import GAMETYPES
from schema.map_names import map_title
from schema.weapons import UNKNOWN, weapon_name
from web.endpoints import Endpoints
from web.pages import addresses
from web.pages.cached import cached
from web.pages.embeds import LOOK, everywhere, is_embedded
from web.pages.rendering import Page, render
from web.pages.stat_names import stat_groups, stat_name
from web.pages.words import ordinal, whole
from web.parameters import choice, number, text
from web.stats.parameters import FILTERS, PAGE_MAX, PERIOD, known_names, now, scope, server_names, spellings
from web.world import WORLD

ROWS_SHOWN: Final = 50
ROWS_EMBEDDED: Final = 10
MAPS_OFFERED: Final = 100
WEAPONS_OFFERED: Final = 100
PERIOD_NAMES: Final = {
    "all": "All time",
    "day": "Today",
    "week": "This week",
    "month": "This month",
    "year": "This year",
}
COLUMNS: Final = (
    ("kills", "Kills"), ("deaths", "Deaths"), ("kd_ratio", "K/D"), ("headshots", "Headshots"), ("accuracy", "Accuracy"),
    ("games", "Games"), ("playtime", "Played"),
)  # fmt: skip
"""The stats that always have a column, and can be sorted by there."""

STAT: Final = choice("stat", "The stat to rank by", sorted(STATS), default=KILLS, aliases=ALIASES)
FIND: Final = text("find", "The name of a player to show among those next to him")
ROWS: Final = number(
    "rows", "Players on a page; embedded 10, else 50", default=None, least=3, most=ROWS_SHOWN
)
NUMBER: Final = number("page", "Which page", default=1, least=1, most=PAGE_MAX)

endpoints = Endpoints("pages")


class Board(Struct, frozen=True, kw_only=True):
    """A page of a ranking, and the form of those on it."""

    ranking: Leaderboard
    forms: dict[str, Form]

    def form(self, entry: LeaderboardEntry) -> list[float]:
        """K/D of an entry's last matches, oldest first; empty for who did not play lately."""
        found = self.forms.get(entry.guid)
        return found.ratios if found else []

    def top_percent(self, entry: LeaderboardEntry) -> float:
        """The share of the ranked that are as good as this entry or better."""
        return percent(entry.rank, self.ranking.total)


class Asked(Struct, frozen=True, kw_only=True):
    """What the address asks for."""

    stat: str
    period: str
    map: str
    weapon: str
    gametype: str
    server: str
    bots: bool
    find: str
    page: int
    rows: int
    rows_usual: int

    def address(self, **changed: object) -> str:
        """The address with some of it changed."""
        parameters = {
            "stat": "" if self.stat == KILLS else self.stat,
            "period": "" if self.period == ALL else self.period,
            "map": self.map,
            "weapon": self.weapon,
            "gametype": self.gametype,
            "server": self.server,
            "bots": "1" if self.bots else "",
            "find": self.find,
            "page": "" if self.page == 1 else self.page,
            "rows": "" if self.rows == self.rows_usual else self.rows,
            **changed,
        }
        return addresses.LEADERBOARDS + addresses.query_string(parameters)


@dataclass(frozen=True, kw_only=True)
class LeaderboardView:
    """What the page shows."""

    asked: Asked
    board: Board
    choices: list[Choice]
    found: str
    """The guid of who was looked for; empty when nobody was, or nobody is called so."""

    @property
    def stat_groups(self) -> list[tuple[str, list[tuple[str, str]]]]:
        """What can be ranked by: of a weapon less is counted."""
        groups = stat_groups()
        if not self.asked.weapon:
            return groups
        kept = [(name, [one for one in stats if one[0] in WEAPON_STATS]) for name, stats in groups]
        return [(name, stats) for name, stats in kept if stats]

    @property
    def columns(self) -> list[tuple[str, str]]:
        """The columns besides the ranked stat's own."""
        return [one for one in COLUMNS if not self.asked.weapon or one[0] in WEAPON_STATS]

    @property
    def filters(self) -> str:
        """The filters that are set, in words: " on mohdm6, with the Thompson"; empty without any."""
        return "".join(f", {choice.name}" for choice in self.choices[1:] if choice.value)

    @property
    def filters_set(self) -> int:
        """How many filters are set."""
        return sum(bool(choice.value) for choice in self.choices if choice.value != ALL) + self.asked.bots

    @property
    def not_found(self) -> bool:
        """Whether somebody was looked for who is not ranked here."""
        return bool(self.asked.find) and all(one.guid != self.found for one in self.board.ranking.players)

    @property
    def stat_name(self) -> str:
        """What the stat is called."""
        return stat_name(self.asked.stat)

    @property
    def period_name(self) -> str:
        """What the period is called."""
        return PERIOD_NAMES[self.asked.period]

    @property
    def own_column(self) -> bool:
        """Whether the ranked stat is none of those that have a column anyway."""
        return self.asked.stat not in dict(COLUMNS)

    @property
    def previous(self) -> str:
        """The address of the page before; empty on the first."""
        page = 1 if self.asked.find else self.asked.page
        return self.asked.address(page="" if page == 2 else page - 1) if page > 1 else ""

    @property
    def next(self) -> str:
        """The address of the page after; empty on the last."""
        shown = self.asked.page * self.asked.rows
        return (
            self.asked.address(page=self.asked.page + 1)
            if not self.asked.find and shown < self.board.ranking.total
            else ""
        )

    @property
    def place(self) -> str:
        """Which ranks are shown."""
        ranks = [entry.rank for entry in self.board.ranking.players]
        return f"Ranks {whole(ranks[0])} to {whole(ranks[-1])} of {whole(self.board.ranking.total)}"


class Choice(NamedTuple):
    """One filter: its parameter, its name, what is chosen, and [(value, name)] of what there is."""

    parameter: str
    label: str
    value: str
    options: list[tuple[str, str]]

    @property
    def name(self) -> str:
        """What the chosen value is called."""
        return dict(self.options).get(self.value, self.value)


@endpoints.page(*everywhere(addresses.LEADERBOARDS), parameters=[STAT, *FILTERS, FIND, NUMBER, ROWS, *LOOK])
async def get_leaderboards_as_page(request: web.Request) -> web.Response:
    """Who leads by any stat, in any scope."""
    world = request.app[WORLD]
    within = await known_names(world, scope(request))
    asked = _asked(request, within)
    found = await _found(request, asked.find)

    async def produce() -> Board:
        at = now()
        ranks = Ranks(limit=asked.rows, offset=0 if found else (asked.page - 1) * asked.rows, around=found)
        ranking = await leaderboards.leaderboard(world.clickhouse, asked.stat, within, ranks)
        guids = [entry.guid for entry in ranking.players]
        return Board(ranking=ranking, forms=await dossiers.forms(world.clickhouse, guids, at))

    kind = "leaderboard_week" if asked.period == "week" else "leaderboard"
    key = f"{asked.stat}/{asked.page}/{asked.rows}/{found}/{within.key()}"
    board = await cached(request, kind, key, Board, produce)
    view = LeaderboardView(asked=asked, board=board, choices=await _choices(request, asked), found=found)
    page = Page(
        title=f"{view.stat_name}, {view.period_name.lower()}{view.filters}",
        section=addresses.LEADERBOARDS,
        description=_leaders(board),
        robots="" if asked.page == 1 and not asked.find else "noindex",
    )
    return render(request, "leaderboards.html", page, view)


def _asked(request: web.Request, within: Scope) -> Asked:
    """What the address says, in the spelling of what there is; a weapon has only its own stats."""
    stat = STAT.of(request)
    usual = ROWS_EMBEDDED if is_embedded(request) else ROWS_SHOWN
    return Asked(
        stat=stat if not within.weapon or stat in WEAPON_STATS else KILLS,
        period=PERIOD.of(request), map=within.map_name, weapon=within.weapon, gametype=within.gametype,
        server=within.server_id, bots=within.with_bots, find=FIND.of(request), page=NUMBER.of(request),
        rows=ROWS.of(request) or usual, rows_usual=usual,
    )  # fmt: skip


async def _found(request: web.Request, name: str) -> str:
    """The guid of who bears a name; empty when nobody does."""
    if not name:
        return ""
    for spelling in spellings(name):
        if found := await players.player_by_name(request.app[WORLD].clickhouse, spelling):
            return found.guid
    return ""


class Names(Struct, frozen=True, kw_only=True):
    """What the filters offer."""

    maps: list[str]
    weapons: list[str]


async def _choices(request: web.Request, asked: Asked) -> list[Choice]:
    """The filters with what there is to choose; what is asked for is among it in any case."""
    world = request.app[WORLD]

    async def produce() -> Names:
        known_maps = await maps.maps(world.clickhouse)
        known_weapons = await weapons.weapons(world.clickhouse, limit=WEAPONS_OFFERED)
        return Names(
            maps=[one.name for one in known_maps][:MAPS_OFFERED],
            weapons=[one.weapon for one in known_weapons if one.weapon != UNKNOWN],
        )

    names = await cached(request, "list", "leaderboard-choices", Names, produce)
    return [
        Choice("period", "Period", asked.period, list(PERIOD_NAMES.items())),
        _choice("map", "Map", "Every map", asked.map, {name: map_title(name) for name in names.maps}),
        _choice("weapon", "Weapon", "Every weapon", asked.weapon, {one: weapon_name(one) for one in names.weapons}),
        _choice("gametype", "Game type", "Every game type", asked.gametype, {name: one.display_name for name, one in GAMETYPES.items()}),
        _choice("server", "Server", "Every server", asked.server, dict(server_names(world))),
    ]  # fmt: skip


def _choice(parameter: str, label: str, everything: str, value: str, names: dict[str, str]) -> Choice:
    named = {value: value, **names} if value else names
    options = sorted(named.items(), key=lambda option: option[1].lower())
    return Choice(parameter, label, value, [("", everything), *options])


def _leaders(board: Board) -> str:
    """The first three, for those who see a link to the page elsewhere."""
    return ", ".join(
        f"{ordinal(entry.rank)} {entry.name} {entry.display_value}" for entry in board.ranking.players[:3]
    )
