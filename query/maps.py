"""Maps: the list, one with its best players, and where people kill and die on it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from clickhouse.client import ClickHouse
from query.games import MOHAA
from query.leaderboards import map_leaderboard
from query.rankings import Page
from query.ratios import mean, metres, percent
from query.scope import Scope
from schema.answers.maps import HeatmapData, HeatPoint, MapItem, MapPage, MapPlayer

MAPS_MAX: Final = 500
TOP_PLAYERS: Final = 10
KINDS: Final = ("kills", "deaths")
CELL_UNITS: Final = 50
HEATMAP_POINTS_MAX: Final = 3000
PAGE_CELL_UNITS: Final = 100
"""The map page shows a coarser grid: it is a picture among others."""
PAGE_POINTS_MAX: Final = 1000

Row = Mapping[str, Any]
_NEVER_PLAYED: Final[Row] = {
    "kills": 0, "deaths": 0, "headshots": 0, "unique_players": 0, "total_matches": 0,
}  # fmt: skip
_NO_TIME: Final[Row] = {"playtime_s": 0.0, "average_duration_s": 0.0, "average_players": 0.0}
_PREFIXES: Final = ("mp_", "dm_", "obj_", "lib_")


def display_name(map_name: str) -> str:
    """A map's name for people: without folder and prefix, first letter large (spec/openmohaa.md 4.3)."""
    name = map_name.rsplit("/", 1)[-1]
    for prefix in _PREFIXES:
        name = name.removeprefix(prefix)
    return name[:1].upper() + name[1:]


async def maps(store: ClickHouse, game: str = MOHAA) -> list[MapItem]:
    """Every map, most matches first."""
    rows = await store.rows("maps", {"game": game, "map_name": "", "rows_max": MAPS_MAX})
    times = await _times(store, "", game)
    return [_item(row, times.get(row["map_name"], _NO_TIME)) for row in rows]


async def map_page(store: ClickHouse, map_name: str, game: str = MOHAA) -> MapPage:
    """Everything about a map; zeros for one nobody played."""
    rows = await store.rows("maps", {"game": game, "map_name": map_name, "rows_max": 1})
    row = rows[0] if rows and map_name else _NEVER_PLAYED
    time = (await _times(store, map_name, game)).get(map_name, _NO_TIME)
    leaders = await map_leaderboard(store, Scope(map_name=map_name, game=game), Page(limit=TOP_PLAYERS))
    points = {
        kind: await map_heatmap(
            store, map_name, kind, cell_units=PAGE_CELL_UNITS, limit=PAGE_POINTS_MAX, game=game
        )
        for kind in KINDS
    }
    return MapPage(
        map_name=map_name,
        name=map_name,
        display_name=display_name(map_name),
        total_matches=row["total_matches"],
        total_kills=row["kills"],
        total_deaths=row["deaths"],
        total_headshots=row["headshots"],
        unique_players=row["unique_players"],
        total_playtime=round(time["playtime_s"]),
        avg_duration=round(time["average_duration_s"]),
        avg_players=round(time["average_players"], 2),
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
        heatmap_data=HeatmapData(**points),
    )


async def map_heatmap(
    store: ClickHouse,
    map_name: str,
    kind: str = "kills",
    *,
    cell_units: int = CELL_UNITS,
    limit: int = HEATMAP_POINTS_MAX,
    game: str = MOHAA,
) -> list[HeatPoint]:
    """Where most of the `kills` or `deaths` of a map happened, on a grid of `cell_units` (a multiple of 50)."""
    rows = await store.rows(
        "heatmap",
        {"game": game, "map_name": map_name, "kind": kind, "cell_units": cell_units, "rows_max": limit},
    )
    return [HeatPoint(x=row["x"], y=row["y"], value=row["value"]) for row in rows]


async def is_map(store: ClickHouse, map_name: str, game: str = MOHAA) -> bool:
    """Whether anybody was ever seen on a map of this name."""
    return bool(map_name) and bool(
        await store.rows("maps", {"game": game, "map_name": map_name, "rows_max": 1})
    )


async def _times(store: ClickHouse, map_name: str, game: str) -> dict[str, Row]:
    rows = await store.rows("map_durations", {"game": game, "map_name": map_name})
    return {row["map"]: row for row in rows}


def _item(row: Row, time: Row) -> MapItem:
    duration_s = round(time["average_duration_s"])
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
        avg_players=round(time["average_players"], 2),
    )
