"""The allies and the axis against each other, in game types with two teams. Whole days only."""

from __future__ import annotations

import asyncio
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from typing import Any, Final

from clickhouse.client import ClickHouse
from query.map_matches import NO_MATCHES, TEAM_GAMETYPES, TEAMS, map_matches, matches_by_map
from query.ratios import kd_ratio, percent
from query.scope import EVERYTHING, Scope
from query.weapon_names import folded
from schema.answers.teams import MapBalance, TeamFigures, TeamPerformance
from schema.map_names import display_name

ROWS_MAX: Final = 50_000
OTHER: Final = {"allies": "axis", "axis": "allies"}

Row = Mapping[str, Any]


async def team_performance(store: ClickHouse, asked: Scope = EVERYTHING) -> TeamPerformance:
    """Both teams of a period, map, server or game type together."""
    deeds, wins = await asyncio.gather(_deeds(store, asked), matches_by_map(store, asked, [TEAMS]))
    whole = Counter[str]()
    for row in wins:
        whole.update({name: row[name] for name in OTHER})
    return performance(deeds, whole)


async def map_balances(store: ClickHouse, asked: Scope = EVERYTHING) -> list[MapBalance]:
    """Both teams on each map, most matches first."""
    deeds, played = await asyncio.gather(
        _deeds(store, asked, by_map=True), map_matches(store, asked, [TEAMS])
    )
    of_map: dict[str, list[Row]] = defaultdict(list)
    for row in deeds:
        of_map[row["map_name"]].append(row)
    wins = {name: row for name, row in played.items() if row["team_matches"]}
    found = [_balance(name, of_map[name], wins.get(name, NO_MATCHES)) for name in {*of_map, *wins} if name]
    return sorted(found, key=lambda one: (-one.matches, one.map_name))


async def _deeds(store: ClickHouse, asked: Scope, *, by_map: bool = False) -> list[dict[str, Any]]:
    """What each team did with each weapon (and on each map), as team_totals.sql answers it."""
    parameters = {
        **asked.parameters(), "table": arms_table(asked), "gametypes": list(TEAM_GAMETYPES), "by_map": by_map, "rows_max": ROWS_MAX,
    }  # fmt: skip
    return await store.rows("team_totals", parameters)


def arms_table(asked: Scope) -> str:
    """The table that knows what was done with each weapon by each team on each map: the small one where neither days nor servers are told apart."""
    return "team_weapon_days" if asked.server_id or asked.period.is_bounded else "map_weapon_totals"


def _balance(name: str, rows: Sequence[Row], wins: Row) -> MapBalance:
    both = performance(rows, wins)
    return MapBalance(
        map_name=name,
        display_name=display_name(name),
        matches=wins["team_matches"],
        axis=both.axis,
        allies=both.allies,
    )


def performance(rows: Sequence[Row], wins: Row) -> TeamPerformance:
    """Both teams, from what each did with each weapon and the matches that each won."""
    return TeamPerformance(
        **{team: _figures([row for row in rows if row["team"] == team], team, wins) for team in OTHER}
    )


def _figures(rows: Sequence[Row], team: str, wins: Row) -> TeamFigures:
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
