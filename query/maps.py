"""Maps: the list, one with its best players, and where people kill and die on it. Bots' deeds count too."""

from __future__ import annotations

import asyncio
from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from clickhouse.client import ClickHouse
from query.games import MOHAA
from query.leaderboards import map_leaderboard
from query.map_matches import COURSE, NO_MATCHES, TEAM_GAMETYPES, TEAMS, map_matches
from query.rankings import Page
from query.ratios import kd_ratio, mean, metres, percent
from query.scope import EVERYTHING, Scope
from query.teams import arms_table, performance
from query.weapons import top_by_kills
from schema.answers.maps import (
    HeatmapData,
    HeatPoint,
    MapItem,
    MapName,
    MapNames,
    MapPage,
    MapPlayer,
    MapPopularity,
    MapWeapon,
)
from schema.map_names import display_name

MAPS_MAX: Final = 500
TOP_PLAYERS: Final = 10
TOP_WEAPONS: Final = 5
WEAPONS_READ: Final = 30
"""Of each map: spellings are folded after they are read."""
ARMS_MAX: Final = 50_000
POPULAR_MAPS: Final = 10
KINDS: Final = ("kills", "deaths")
FIGURES: Final = "figures"
PLAYERS: Final = "players"
CELL_UNITS: Final = 50
HEATMAP_POINTS_MAX: Final = 3000
PAGE_CELL_UNITS: Final = 100
"""The map page shows a coarser grid: it is a picture among others."""
PAGE_POINTS_MAX: Final = 1000

Row = Mapping[str, Any]
_NEVER_PLAYED: Final[Row] = {
    "kills": 0, "deaths": 0, "headshots": 0, "unique_players": 0, "total_matches": 0, "distance_kill_count": 0,
    "kill_distance_sum": 0.0,
}  # fmt: skip


async def maps(store: ClickHouse, asked: Scope = EVERYTHING) -> list[MapItem]:
    """Every map, most matches first, of a period, server or game type. Durations are of matches that began in the period."""
    rows, matches, weapons = await asyncio.gather(
        _rows(store, asked, MAPS_MAX, [FIGURES, PLAYERS]),
        map_matches(store, asked, [COURSE]),
        _weapons(store, asked),
    )
    return [
        _item(row, matches.get(row["map_name"], NO_MATCHES), weapons.get(row["map_name"], [])) for row in rows
    ]


async def map_list(store: ClickHouse, game: str = MOHAA) -> MapNames:
    """Every map that was played, by name."""
    names = sorted(await _names(store, "", game))
    return MapNames(maps=[MapName(name=name, display_name=display_name(name)) for name in names])


async def popular_maps(store: ClickHouse, asked: Scope = EVERYTHING) -> list[MapPopularity]:
    """The ten maps with most matches."""
    rows = await _rows(store, asked, MAPS_MAX, [FIGURES])
    whole = sum(row["total_matches"] for row in rows)
    return [
        MapPopularity(
            map_name=row["map_name"],
            display_name=display_name(row["map_name"]),
            kills=row["kills"],
            deaths=row["deaths"],
            kd_ratio=kd_ratio(row["kills"], row["deaths"]),
            headshots=row["headshots"],
            matches_played=row["total_matches"],
            popularity_pct=round(percent(row["total_matches"], whole), 2),
        )
        for row in rows[:POPULAR_MAPS]
    ]


async def map_page(store: ClickHouse, map_name: str, asked: Scope = EVERYTHING) -> MapPage:
    """Everything about a map, of a period, server or game type; zeros for one nobody played.

    Heatmaps are those of the period's whole days, of every server and game type.
    """
    of_map = replace(asked, map_name=map_name)
    rows, matches_of, arms, leaders, heat = await asyncio.gather(
        _rows(store, of_map, 1, [FIGURES, PLAYERS]),
        map_matches(store, of_map, [COURSE, TEAMS]),
        _arms(store, of_map),
        map_leaderboard(store, of_map, Page(limit=TOP_PLAYERS)),
        _heatmaps(store, map_name, KINDS, asked, PAGE_CELL_UNITS, PAGE_POINTS_MAX),
    )
    row = rows[0] if rows and map_name else _NEVER_PLAYED
    matches, weapons = matches_of.get(map_name, NO_MATCHES), _most_used(arms)
    return MapPage(
        map_name=map_name,
        name=map_name,
        display_name=display_name(map_name),
        total_matches=row["total_matches"],
        total_kills=row["kills"],
        total_deaths=row["deaths"],
        total_headshots=row["headshots"],
        unique_players=row["unique_players"],
        total_playtime=round(matches["playtime_s"]),
        avg_duration=round(matches["average_duration_s"]),
        avg_players=round(matches["average_players"], 2),
        avg_kill_distance=metres(mean(row["kill_distance_sum"], row["distance_kill_count"])),
        hs_percent=percent(row["headshots"], row["kills"]),
        popular_weapon=weapons[0].name if weapons else "",
        top_weapons=weapons,
        teams=performance(arms, matches),
        last_played=matches["last_played_at"],
        top_players=[
            MapPlayer(
                id=entry.guid,
                name=entry.name,
                player_id=entry.guid,
                player_name=entry.name,
                kills=entry.kills,
                deaths=entry.deaths,
            )
            for entry in leaders.leaderboard
        ],
        heatmap_data=HeatmapData(**heat),
    )


async def map_heatmap(
    store: ClickHouse,
    map_name: str,
    kind: str = "kills",
    asked: Scope = EVERYTHING,
    *,
    cell_units: int = CELL_UNITS,
    limit: int = HEATMAP_POINTS_MAX,
) -> list[HeatPoint]:
    """Where most of the `kills` or `deaths` of a map happened in a period (by whole days), on a grid of `cell_units` (a multiple of 50)."""
    found = await _heatmaps(store, map_name, [kind], asked, cell_units, limit)
    return found[kind]


async def _heatmaps(
    store: ClickHouse, map_name: str, kinds: Sequence[str], asked: Scope, cell_units: int, limit: int
) -> dict[str, list[HeatPoint]]:
    """kind -> its heatmap."""
    of_map = replace(asked, map_name=map_name).parameters()
    table = "heatmap_cells" if asked.period.is_bounded else "heatmap_totals"
    points: dict[str, list[HeatPoint]] = {kind: [] for kind in kinds}
    bound = {**of_map, "table": table, "kinds": list(kinds), "cell_units": cell_units, "rows_max": limit}
    for row in await store.rows("heatmap", bound):
        points[row["kind"]].append(HeatPoint(x=row["x"], y=row["y"], value=row["value"]))
    return points


async def maps_played(store: ClickHouse, asked: Scope) -> list[dict[str, Any]]:
    """Each map's `map_name`, `total_matches` and `kills`, most matches first: what takes no look at who played or how long."""
    return await _rows(store, asked, MAPS_MAX)


async def is_map(store: ClickHouse, map_name: str, game: str = MOHAA) -> bool:
    """Whether anybody was ever seen on a map of this name."""
    return bool(map_name) and bool(await _names(store, map_name, game))


async def _names(store: ClickHouse, map_name: str, game: str) -> list[str]:
    """The names alone: who searches one must not wait until the figures of all are summed."""
    rows = await store.rows("map_names", {"game": game, "map_name": map_name, "rows_max": MAPS_MAX})
    return [row["map_name"] for row in rows]


async def _rows(
    store: ClickHouse, asked: Scope, limit: int, shows: Collection[str] = ()
) -> list[dict[str, Any]]:
    """What happened on each map, most matches first, as maps.sql answers it."""
    by_days = not asked.server_id and not asked.gametype and asked.period.whole_days
    query = "maps" if by_days else "maps_scoped"
    return await store.rows(query, {**asked.parameters(), "shows": list(shows), "rows_max": limit})


async def _arms(store: ClickHouse, asked: Scope) -> list[dict[str, Any]]:
    """What was done with each weapon on the scope's map by each `team` of a game type with two; empty: all others."""
    parameters = {
        **asked.parameters(), "table": arms_table(asked), "gametypes": list(TEAM_GAMETYPES), "rows_max": ARMS_MAX,
    }  # fmt: skip
    return await store.rows("map_arms", parameters)


def _most_used(arms: Sequence[Row]) -> list[MapWeapon]:
    """The same as `_weapons` of the whole map, from its parts."""
    kills = Counter[str]()
    for row in arms:
        if row["weapon"]:
            kills[row["weapon"]] += row["kills"]
    ranked = sorted((-number, weapon) for weapon, number in kills.items() if number)
    return _top_weapons([{"weapon": weapon, "kills": -number} for number, weapon in ranked[:WEAPONS_READ]])


async def _weapons(store: ClickHouse, asked: Scope) -> dict[str, list[MapWeapon]]:
    """map -> the weapons with most kills on it."""
    rows: dict[str, list[Row]] = defaultdict(list)
    parameters = {**asked.parameters(), "table": arms_table(asked), "weapons_max": WEAPONS_READ}
    for row in await store.rows("map_weapons", parameters):
        rows[row["map_name"]].append(row)
    return {name: _top_weapons(of_map) for name, of_map in rows.items()}


def _top_weapons(rows: Sequence[Row]) -> list[MapWeapon]:
    return [_weapon(one) for one in top_by_kills(rows)[:TOP_WEAPONS]]


def _weapon(row: Row) -> MapWeapon:
    name = row["weapon"]
    return MapWeapon(id=row["key"], name=name, weapon=name, weapon_name=name, kills=row["kills"])


def _item(row: Row, matches: Row, weapons: list[MapWeapon]) -> MapItem:
    duration_s = round(matches["average_duration_s"])
    return MapItem(
        id=row["map_name"],
        name=row["map_name"],
        map_name=row["map_name"],
        display_name=display_name(row["map_name"]),
        total_matches=row["total_matches"],
        matches_played=row["total_matches"],
        total_kills=row["kills"],
        kills=row["kills"],
        total_deaths=row["deaths"],
        total_headshots=row["headshots"],
        unique_players=row["unique_players"],
        avg_kill_distance=metres(mean(row["kill_distance_sum"], row["distance_kill_count"])),
        hs_percent=percent(row["headshots"], row["kills"]),
        avg_duration=duration_s,
        avg_playtime=duration_s,
        avg_players=round(matches["average_players"], 2),
        popular_weapon=weapons[0].name if weapons else "",
        top_weapons=weapons,
        last_played=matches["last_played_at"],
    )
