"""The course of a match: every death with the seconds since its start and the streak it belongs to, and the rounds."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from clickhouse.client import ClickHouse
from query.games import MOHAA
from query.match_events import events_of, kills
from query.matches import duration_s, summary_row
from query.ratios import metres
from schema.answers.courses import Course, Death, RoundMark

DEATHS_MAX: Final = 1500
ROUNDS_MAX: Final = 200

Row = Mapping[str, Any]


async def course(store: ClickHouse, id: str, game: str = MOHAA) -> Course | None:
    """The first 1500 deaths and 200 rounds of a match; None when nothing was ever heard of it."""
    row = await summary_row(store, id, game, parts=())
    if row is None:
        return None
    deaths, rounds = await asyncio.gather(
        kills(store, row, limit=DEATHS_MAX, game=game),
        events_of(store, row, ["round_start"], ROUNDS_MAX, game),
    )
    start: datetime = row["started_at"]
    return Course(
        seconds=duration_s(row),
        deaths=_deaths(deaths, start),
        rounds=[
            RoundMark(at_s=_since(start, one), number=one["round_number"] or place)
            for place, one in enumerate(rounds, start=1)
        ],
    )


def _deaths(rows: Sequence[Row], start: datetime) -> list[Death]:
    running: Counter[str] = Counter()
    found: list[Death] = []
    for row in rows:
        is_kill = row["kill_kind"] == "kill"
        if is_kill:
            running[row["player_guid"]] += 1
        found.append(_death(row, start, running[row["player_guid"]] if is_kill else 0))
        del running[row["target_guid"]]
    return found


def _death(row: Row, start: datetime, streak: int) -> Death:
    return Death(
        at_s=_since(start, row),
        kind=row["kill_kind"],
        killer_id=row["player_guid"],
        killer=row["player_name"],
        victim_id=row["target_guid"],
        victim=row["target_name"],
        weapon=row["weapon"],
        distance_m=metres(row["distance_units"]),
        streak=streak,
        from_x=row["player_x"],
        from_y=row["player_y"],
        to_x=row["target_x"],
        to_y=row["target_y"],
    )


def _since(start: datetime, row: Row) -> float:
    seconds: float = (row["event_time"] - start).total_seconds()
    return round(max(0.0, seconds), 1)
