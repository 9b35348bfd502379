"""How the use of weapons changed over time, and from how far they kill. Whole days only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final

from clickhouse.client import ClickHouse
from query.periods import ALL, between
from query.ratios import percent
from query.scope import EVERYTHING, Scope
from query.weapon_names import spellings_of
from schema.answers.weapons import DistanceBand, WeaponDistances, WeaponSeries, WeaponUsage
from schema.weapons import weapon_class, weapon_key

DAY, WEEK = "day", "week"
BUCKETS_MAX: Final = 400
DEFAULT_SPAN: Final[Mapping[str, timedelta]] = {DAY: timedelta(days=90), WEEK: timedelta(days=364)}
LIMIT: Final = 10
LIMIT_MAX: Final = 50
ROWS_MAX: Final = 20_000
BORDERS_M: Final = (0, 10, 25, 50, 100)
"""Where the bands of team_weapon_days begin, metres."""

Row = Mapping[str, Any]
Cell = tuple[int, int, int, int]
_NOTHING: Final[Cell] = (0, 0, 0, 0)


async def weapon_usage(
    store: ClickHouse, now: datetime, asked: Scope = EVERYTHING, *, by: str = WEEK, limit: int = LIMIT
) -> WeaponUsage:
    """The weapons with most kills (or the one of the scope), day by day or week by week.

    Without a period the last 90 days, or 52 weeks. At most 400 buckets, the newest ones.
    """
    if asked.period.name == ALL:
        asked = replace(asked, period=between(now - DEFAULT_SPAN[by], now + timedelta(days=1)))
    rows = await store.rows(
        "weapon_usage", {**asked.parameters(), "by_week": int(by == WEEK), "rows_max": ROWS_MAX}
    )
    buckets = sorted({str(row["from_date"]) for row in rows})[-BUCKETS_MAX:]
    cells, names = _cells(rows)
    kills = {bucket: sum(cells[key].get(bucket, _NOTHING)[0] for key in cells) for bucket in buckets}
    return WeaponUsage(
        by=by,
        buckets=buckets,
        weapons=[
            _series(key, names[key], [cells[key].get(bucket, _NOTHING) for bucket in buckets], kills)
            for key in _most_used(cells, asked)[:limit]
        ],
    )


async def weapon_distances(store: ClickHouse, weapon: str = "", asked: Scope = EVERYTHING) -> WeaponDistances:
    """From how far a weapon kills, by any of its names; any weapon without one."""
    names = await spellings_of(store, weapon, asked.game) if weapon else []
    rows = await store.rows("weapon_distances", {**asked.parameters(), "weapons": names})
    by_band = {row["distance_band"]: (row["kills"], row["headshots"]) for row in rows}
    whole = sum(kills for band, (kills, _) in by_band.items() if band)
    return WeaponDistances(
        name=names[0] if names else "",
        bands=[_band(place, *by_band.get(place + 1, (0, 0)), whole) for place in range(len(BORDERS_M))],
        unknown_kills=by_band.get(0, (0, 0))[0],
    )


def _cells(rows: Sequence[Row]) -> tuple[dict[str, dict[str, Cell]], dict[str, str]]:
    """weapon key -> bucket -> kills, headshots, shots, hits; and key -> the name that was met first."""
    cells: dict[str, dict[str, Cell]] = {}
    names: dict[str, str] = {}
    for row in rows:
        key, bucket = weapon_key(row["weapon"]), str(row["from_date"])
        names.setdefault(key, row["weapon"])
        before = cells.setdefault(key, {}).get(bucket, _NOTHING)
        cells[key][bucket] = (
            before[0] + row["kills"],
            before[1] + row["headshots"],
            before[2] + row["shots_fired"],
            before[3] + row["shots_hit"],
        )
    return cells, names


def _most_used(cells: Mapping[str, Mapping[str, Cell]], asked: Scope) -> list[str]:
    wanted = weapon_key(asked.weapon) if asked.weapon else ""
    totals = {key: [sum(part) for part in zip(*found.values(), strict=True)] for key, found in cells.items()}
    ranked = sorted(totals, key=lambda key: (-totals[key][0], -totals[key][2], key))
    return [key for key in ranked if wanted in ("", key)]


def _series(key: str, name: str, cells: Sequence[Cell], kills: Mapping[str, int]) -> WeaponSeries:
    return WeaponSeries(
        id=key,
        name=name,
        weapon_class=weapon_class(name),
        kills=[cell[0] for cell in cells],
        headshots=[cell[1] for cell in cells],
        shots_fired=[cell[2] for cell in cells],
        accuracy=[round(percent(cell[3], cell[2]), 2) for cell in cells],
        share=[round(percent(cell[0], whole), 2) for cell, whole in zip(cells, kills.values(), strict=True)],
    )


def _band(place: int, kills: int, headshots: int, whole: int) -> DistanceBand:
    return DistanceBand(
        from_m=BORDERS_M[place],
        to_m=BORDERS_M[place + 1] if place + 1 < len(BORDERS_M) else None,
        kills=kills,
        share=round(percent(kills, whole), 2),
        headshots=headshots,
        hs_percent=round(percent(headshots, kills), 2),
    )
