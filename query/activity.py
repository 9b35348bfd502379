"""When and how much is played: by hour and weekday, and in the last 24 hours."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any, Final
from zoneinfo import available_timezones

from clickhouse.client import ClickHouse
from query.games import MOHAA
from query.ratios import mean
from query.scope import EVERYTHING, Scope
from schema.answers.activity import ActivityHour, Pulse

VALUES: Final = ("kills", "players", "matches")
PULSE_HOURS: Final = 24
UTC_NAME: Final = "UTC"

Row = Mapping[str, Any]
_NOTHING: Final[Row] = {
    "kills": 0, "unique_players": 0, "total_matches": 0, "heartbeat_count": 0, "heartbeat_player_sum": 0,
}  # fmt: skip


@cache
def timezones() -> frozenset[str]:
    """The IANA names of time zones."""
    return frozenset(available_timezones())


async def weekly_hours(
    store: ClickHouse, asked: Scope = EVERYTHING, *, timezone: str = UTC_NAME
) -> dict[tuple[int, int], Row]:
    """(weekday 1-7 from Monday, hour) -> figures, as activity_week.sql answers them; all 168."""
    parameters = {**asked.parameters(), "timezone": timezone}
    rows = await store.rows("activity_week", parameters)
    found = {(row["weekday"], row["hour_of_day"]): row for row in rows}
    return {(day, hour): found.get((day, hour), _NOTHING) for day in range(1, 8) for hour in range(24)}


async def activity(
    store: ClickHouse, asked: Scope = EVERYTHING, *, timezone: str = UTC_NAME, value: str = "kills"
) -> list[ActivityHour]:
    """How much was played in each hour of the week, of a period or server; `value` is one of VALUES."""
    cells = await weekly_hours(store, asked, timezone=timezone)
    return [_hour(day, hour, row, value) for (day, hour), row in cells.items()]


async def pulse(store: ClickHouse, now: datetime, game: str = MOHAA) -> Pulse:
    """The last 24 hours, by whole hours, the running one included."""
    hour = now.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    since = hour - timedelta(hours=PULSE_HOURS - 1)
    minutes = (now - since).total_seconds() / 60
    asked = {"game": game, "since": since}
    [row], deadliest = await asyncio.gather(store.rows("pulse", asked), store.rows("deadliest_map", asked))
    return Pulse(
        lethality_rating=round(mean(row["kills"], minutes), 4),
        kills_per_hour=round(mean(row["kills"], minutes / 60), 2),
        lead_exchange_rate=round(mean(row["shots_fired"], minutes), 4),
        total_lead_poured=row["shots_hit"],
        meat_grinder_map=deadliest[0]["map_name"] if deadliest else "",
        active_players=row["unique_players"],
        active_matches=row["total_matches"],
        total_kills=row["kills"],
        total_deaths=row["deaths"],
        from_time=since,
        minutes=round(minutes, 1),
    )


def _hour(day: int, hour: int, row: Row, value: str) -> ActivityHour:
    figures = {"kills": row["kills"], "players": row["unique_players"], "matches": row["total_matches"]}
    return ActivityHour(day=day, hour=hour, value=figures[value], **figures)
