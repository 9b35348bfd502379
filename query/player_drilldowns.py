"""A stat of one player divided by a dimension, and one value of it by another (spec/openmohaa.md 7.2)."""

from __future__ import annotations

import asyncio
import calendar
from collections.abc import Mapping, Sequence
from typing import Any, Final

from query.player_sums import Figures, counters_by, duels, results_by
from query.player_weapons import class_of, weapons_of
from query.players import guids_of, player_names
from query.ratios import kd_ratio, percent, points
from query.results import NONE
from query.scope import EVERYTHING, Scope
from query.together import Asks
from schema.answers.players_advanced import Drilldown, DrilldownItem, DrilldownOptions, NestedDrilldown

DRILLDOWN_STATS: Final = (
    "kd",
    "kills",
    "deaths",
    "headshots",
    "accuracy",
    "damage",
    "shots",
    "hits",
    "winrate",
)
DIMENSIONS: Final = (
    "weapon", "weapon_class", "map", "server", "game_mode", "hour", "day", "day_of_week", "time_of_day", "victim", "killer",
    "hitloc", "stance", "range",
)  # fmt: skip
_VIEW_DIMENSIONS: Final = frozenset(
    ("map", "server", "game_mode", "hour", "day", "day_of_week", "time_of_day")
)
_WEAPON_DIMENSIONS: Final = frozenset(("weapon", "weapon_class"))
_OF_DUELS: Final = frozenset(("kd", "kills", "deaths", "headshots"))
"""The stats that kills and deaths tell, whatever divides them."""
_RATIOS: Final = frozenset(("kd", "accuracy", "winrate"))
_SUMMED: Final = ("kills", "deaths", "headshots", "shots_fired", "shots_hit", "damage_dealt")


async def drilldown(
    store: Asks, guid: str, stat: str, dimension: str, limit: int, scope: Scope = EVERYTHING
) -> Drilldown:
    """A stat of a player divided by a dimension, largest first; nothing where the stat is not counted by it."""
    guids = await guids_of(store, guid, scope)
    counted = dimension in dimensions_of(stat, by_weapon=bool(scope.weapon))
    rows = await _rows_by(store, guids, scope, stat, dimension) if counted else []
    items, total = await _items(store, rows, stat, dimension, limit, scope.sample_min or 0, scope.game)
    return Drilldown(stat=stat, dimension=dimension, total=total, items=items, breakdown=items)


async def nested_drilldown(
    store: Asks,
    guid: str,
    stat: str,
    parent: str,
    value: str,
    child: str,
    limit: int,
    scope: Scope = EVERYTHING,
) -> NestedDrilldown:
    """One value of a dimension divided by another one: kills and deaths of settled matches, nothing of other stats."""
    guids = await guids_of(store, guid, scope)
    rows = await _rows_within(store, guids, scope, parent, value, child) if stat in _OF_DUELS else []
    items, total = await _items(store, rows, stat, child, limit, scope.sample_min or 0, scope.game)
    return NestedDrilldown(
        stat=stat,
        parent_dimension=parent,
        parent_value=value,
        child_dimension=child,
        total=total,
        items=items,
        breakdown=items,
    )


def drilldown_options(stat: str) -> DrilldownOptions:
    """What can be asked for: the dimensions are those the stat is counted by."""
    return DrilldownOptions(stat=stat, stats=list(DRILLDOWN_STATS), dimensions=dimensions_of(stat))


def dimensions_of(stat: str, *, by_weapon: bool = False) -> list[str]:
    """The dimensions a stat is counted by; `by_weapon`: of one weapon."""
    match stat:
        case "kd":
            counted = frozenset(DIMENSIONS)
        case "kills" | "headshots":
            counted = frozenset(DIMENSIONS) - {"killer"}
        case "deaths":
            counted = frozenset(DIMENSIONS) - {"victim"}
        case "winrate":
            counted = frozenset() if by_weapon else _VIEW_DIMENSIONS
        case _:
            counted = _WEAPON_DIMENSIONS if by_weapon else _VIEW_DIMENSIONS | _WEAPON_DIMENSIONS
    return [dimension for dimension in DIMENSIONS if dimension in counted]


async def _rows_by(
    store: Asks, guids: Sequence[str], scope: Scope, stat: str, dimension: str
) -> list[Figures]:
    if dimension in _VIEW_DIMENSIONS and not scope.weapon:
        results, found = await asyncio.gather(
            results_by(store, guids, scope, dimension),
            counters_by(store, guids, scope, dimension, "fights"),
        )
        for row in found:
            row["matches_won"] = results.get(row["label"], NONE).matches_won
        return found
    if dimension in _WEAPON_DIMENSIONS:
        weapons = [
            Figures(
                label=one.name, kills=one.kills, deaths=one.deaths, headshots=one.headshots, shots_fired=one.shots,
                shots_hit=one.hits, damage_dealt=one.damage,
            )
            for one in await weapons_of(store, guids, scope, only_used=False)
        ]  # fmt: skip
        return weapons if dimension == "weapon" else _by_class(weapons)
    if stat == "kd" and dimension in ("victim", "killer"):
        # Whom he killed, or who killed him, with what either did to the other.
        side = "kills" if dimension == "victim" else "deaths"
        return [row for row in await _duels_by(store, guids, scope, "opponent") if row[side]]
    return await _duels_by(store, guids, scope, dimension)


async def _rows_within(
    store: Asks, guids: Sequence[str], scope: Scope, parent: str, value: str, child: str
) -> list[Figures]:
    if parent != "weapon_class":
        return await _duels_by(store, guids, scope, child, parent=parent, parent_value=value)
    fought = await duels(store, guids, scope, "weapon")
    weapons = [row["label"] for row in fought if class_of(row["label"]) == value] or [""]
    return await _duels_by(store, guids, scope, child, weapons=weapons)


async def _duels_by(
    store: Asks, guids: Sequence[str], scope: Scope, dimension: str, **inside: Any
) -> list[Figures]:
    if dimension != "weapon_class":
        return [Figures(row) for row in await duels(store, guids, scope, dimension, **inside)]
    return _by_class([Figures(row) for row in await duels(store, guids, scope, "weapon", **inside)])


def _by_class(weapons: Sequence[Figures]) -> list[Figures]:
    classes: dict[str, Figures] = {}
    for row in weapons:
        found = classes.setdefault(class_of(row["label"]), Figures(label=class_of(row["label"])))
        for name in _SUMMED:
            found[name] += row[name]
    return list(classes.values())


def stat_value(row: Figures, stat: str) -> int | float:
    """A stat of one row of sums."""
    match stat:
        case "kd":
            return kd_ratio(row["kills"], row["deaths"])
        case "accuracy":
            return percent(row["shots_hit"], row["shots_fired"])
        case "winrate":
            return percent(row["matches_won"], row["matches_played"])
        case _:
            counted = {"damage": "damage_dealt", "shots": "shots_fired", "hits": "shots_hit"}.get(stat, stat)
            figure: int | float = row[counted]
            return points(figure) if stat == "damage" else figure


def sample_of(row: Figures, stat: str) -> int:
    """How many things a stat of a row rests on."""
    match stat:
        case "accuracy" | "shots" | "hits":
            return int(row["shots_fired"])
        case "winrate":
            return int(row["matches_played"])
        case _:
            return int(row["kills"] + row["deaths"])


async def _items(
    store: Asks,
    rows: Sequence[Figures],
    stat: str,
    dimension: str,
    limit: int,
    sample_min: int,
    game: str,
) -> tuple[list[DrilldownItem], int | float]:
    whole = Figures()
    for row in rows:
        for name, value in row.items():
            if isinstance(value, int | float) and not isinstance(value, bool):
                whole[name] += value
    base, is_ratio = stat_value(whole, stat), stat in _RATIOS
    ranked = [row for row in rows if row["label"] and sample_of(row, stat) >= sample_min]
    ranked = sorted(ranked, key=lambda row: (-stat_value(row, stat), -row["kills"], row["label"]))[:limit]
    people = dimension in ("victim", "killer")
    names = await player_names(store, [row["label"] for row in ranked], game) if people else {}
    items = []
    for row in ranked:
        value = stat_value(row, stat)
        items.append(
            DrilldownItem(
                key=row["label"], label=_label(row["label"], dimension, names), value=value,
                # Of a ratio there are no parts: the share of the kills then.
                percentage=percent(row["kills"], whole["kills"]) if is_ratio else percent(value, base),
                sublabel=f"{row['kills']} kills, {row['deaths']} deaths", sample_size=sample_of(row, stat), kills=row["kills"],
                deaths=row["deaths"], delta=value - base, delta_pct=percent(value - base, base),
            )
        )  # fmt: skip
    return items, base


def _label(key: str, dimension: str, names: Mapping[str, str]) -> str:
    if dimension == "hour":
        return f"{int(key):02d}:00"
    if dimension == "day_of_week":
        return calendar.day_name[int(key) - 1]
    return names.get(key, key)
