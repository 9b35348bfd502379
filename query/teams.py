"""The allies and the axis against each other, in game types with two teams. Whole days only."""

from __future__ import annotations

import asyncio
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from typing import Any, Final

from clickhouse.client import ClickHouse
from query.ratios import kd_ratio, percent
from query.scope import EVERYTHING, Scope
from query.weapon_names import folded
from schema.answers.teams import MapBalance, TeamFigures, TeamPerformance
from schema.gametypes import GAMETYPES
from schema.map_names import display_name

TEAM_GAMETYPES: Final = tuple(name for name, gametype in GAMETYPES.items() if gametype.team)
ROWS_MAX: Final = 50_000
OTHER: Final = {"allies": "axis", "axis": "allies"}

Row = Mapping[str, Any]


async def team_performance(store: ClickHouse, asked: Scope = EVERYTHING) -> TeamPerformance:
    """Both teams of a period, map, server or game type together."""
    deeds, wins = await asyncio.gather(_deeds(store, asked), _wins(store, asked))
    rows = [row for of_map in deeds.values() for row in of_map]
    return _performance(rows, sum(wins.values(), Counter()))


async def map_balances(store: ClickHouse, asked: Scope = EVERYTHING) -> list[MapBalance]:
    """Both teams on each map, most matches first."""
    deeds, wins = await asyncio.gather(_deeds(store, asked), _wins(store, asked))
    found = [_balance(name, deeds.get(name, []), wins[name]) for name in {*deeds, *wins} if name]
    return sorted(found, key=lambda one: (-one.matches, one.map_name))


async def _deeds(store: ClickHouse, asked: Scope) -> dict[str, list[Row]]:
    """map -> what each team did on it with each weapon."""
    found: dict[str, list[Row]] = defaultdict(list)
    rows = await store.rows(
        "team_totals", {**asked.parameters(), "gametypes": list(TEAM_GAMETYPES), "rows_max": ROWS_MAX}
    )
    for row in rows:
        found[row["map_name"]].append(row)
    return found


async def _wins(store: ClickHouse, asked: Scope) -> dict[str, Counter[str]]:
    """map -> matches, and matches won by each team."""
    rows = await store.rows("team_wins", {**asked.parameters(), "gametypes": list(TEAM_GAMETYPES)})
    return defaultdict(
        Counter,
        {row["map"]: Counter({name: row[name] for name in ("matches", "allies", "axis")}) for row in rows},
    )


def _balance(name: str, rows: Sequence[Row], wins: Counter[str]) -> MapBalance:
    both = _performance(rows, wins)
    return MapBalance(
        map_name=name,
        display_name=display_name(name),
        matches=wins["matches"],
        axis=both.axis,
        allies=both.allies,
    )


def _performance(rows: Sequence[Row], wins: Counter[str]) -> TeamPerformance:
    return TeamPerformance(
        **{team: _figures([row for row in rows if row["team"] == team], team, wins) for team in OTHER}
    )


def _figures(rows: Sequence[Row], team: str, wins: Counter[str]) -> TeamFigures:
    sums = Counter[str]()
    for row in rows:
        sums.update({name: row[name] for name in ("kills", "deaths", "headshots", "objectives")})
    return TeamFigures(
        kills=sums["kills"],
        deaths=sums["deaths"],
        headshots=sums["headshots"],
        kd_ratio=kd_ratio(sums["kills"], sums["deaths"]),
        wins=wins[team],
        losses=wins[OTHER[team]],
        win_rate=percent(wins[team], wins[team] + wins[OTHER[team]]),
        objectives_done=sums["objectives"],
        top_weapon=_top_weapon(rows),
    )


def _top_weapon(rows: Sequence[Row]) -> str:
    ranked = sorted(rows, key=lambda row: (-row["kills"], row["weapon"]))
    armed = [row for row in folded(ranked) if row["weapon"] and row["kills"]]
    best = min(armed, key=lambda row: (-row["kills"], row["key"]), default=None)
    return best["weapon"] if best else ""
