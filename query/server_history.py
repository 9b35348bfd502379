"""A server hour by hour: players, activity, peak hours, uptime. By whole hours, UTC, the running one included."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from clickhouse.client import ClickHouse
from query.activity import weekly_hours
from query.periods import Period, between, last_days
from query.ratios import mean, percent
from query.scope import Scope
from schema.answers.server_pages import ActivityPoint, PeakHour, PeakHours, PlayerHistoryHour, ServerUptime

HOUR: Final = timedelta(hours=1)
HOURS_MAX: Final = 24 * 92
UPTIME_DAYS: Final = 30
DAYS: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")

Row = Mapping[str, Any]
_SILENT: Final[Row] = {
    "kills": 0, "deaths": 0, "unique_players": 0, "heartbeat_count": 0, "heartbeat_player_sum": 0, "peak": 0,
}  # fmt: skip


def last_hours(hours: int, now: datetime) -> Period:
    """The last `hours` whole hours, the running one included."""
    end = now.astimezone(UTC).replace(minute=0, second=0, microsecond=0) + HOUR
    return between(end - hours * HOUR, end)


async def player_history(
    store: ClickHouse, server_id: str, now: datetime, hours: int
) -> list[PlayerHistoryHour]:
    """Players of each of the last hours: how many were seen, what the heartbeats' counts were at most and on average."""
    found = await hour_rows(store, server_id, last_hours(hours, now))
    return [_history(hour, row) for hour, row in found.items()]


async def activity_timeline(
    store: ClickHouse, server_id: str, now: datetime, days: int
) -> list[ActivityPoint]:
    """Kills, deaths, players and begun matches of each hour of the last days."""
    span = last_hours(24 * days, now)
    found = await hour_rows(store, server_id, span)
    parameters = {**Scope(period=span, server_id=server_id).parameters(), "rows_max": HOURS_MAX}
    starts = {row["hour"]: row["matches"] for row in await store.rows("server_match_starts", parameters)}
    return [
        ActivityPoint(
            timestamp=hour,
            kills=row["kills"],
            deaths=row["deaths"],
            players=row["unique_players"],
            match_starts=starts.get(hour, 0),
        )
        for hour, row in found.items()
    ]


async def peak_hours(
    store: ClickHouse, server_id: str, now: datetime, days: int, timezone: str = "UTC"
) -> PeakHours:
    """How many different players were seen in each hour of the week over the last days."""
    cells = await weekly_hours(
        store, Scope(period=last_days(days, now), server_id=server_id), timezone=timezone
    )
    data = [[cells[day, hour]["unique_players"] for hour in range(24)] for day in range(1, 8)]
    day, hour = max(
        ((day, hour) for day in range(7) for hour in range(24)), key=lambda cell: data[cell[0]][cell[1]]
    )
    return PeakHours(
        data=data,
        hours=[f"{hour:02d}" for hour in range(24)],
        days=list(DAYS),
        peak=PeakHour(day=day, hour=hour, players=data[day][hour]),
    )


async def hour_rows(store: ClickHouse, server_id: str, span: Period) -> dict[datetime, Row]:
    """Every hour of a period in order -> what server_hours_list.sql answers of it; zeros where nothing was heard."""
    parameters = {**Scope(period=span, server_id=server_id).parameters(), "rows_max": HOURS_MAX}
    heard = {row["hour"]: row for row in await store.rows("server_hours_list", parameters)}
    hours = round((span.until - span.since) / HOUR)
    every = (span.since + n * HOUR for n in range(hours))
    return {hour: heard.get(hour, _SILENT) for hour in every}


def uptime(
    found: Mapping[datetime, Row], first_hour: datetime | None, last_seen: datetime | None
) -> ServerUptime:
    """Of the last 30 days' `hour_rows`: percent of whole hours, from the first one on, in which anything was heard."""
    hours = [hour for hour in found if first_hour is not None and hour >= first_hour]
    heard = [found[hour] is not _SILENT for hour in hours]
    silent = [hour for hour, was_heard in zip(hours, heard, strict=True) if not was_heard]
    return ServerUptime(
        uptime_24h=_share(heard[-24:]),
        uptime_7d=_share(heard[-24 * 7 :]),
        uptime_30d=_share(heard),
        last_online=last_seen.isoformat() if last_seen else "",
        last_down=silent[-1].isoformat() if silent else "",
    )


def peak_time(found: Mapping[datetime, Row]) -> str:
    """The hour in which most players were seen, the first of equal ones; empty when nobody was."""
    best = max(found, key=lambda hour: found[hour]["unique_players"], default=None)
    return best.isoformat() if best is not None and found[best]["unique_players"] else ""


def _share(heard: Sequence[bool]) -> float:
    return round(percent(sum(heard), len(heard)), 1)


def _history(hour: datetime, row: Row) -> PlayerHistoryHour:
    return PlayerHistoryHour(
        timestamp=hour,
        hour=hour.hour,
        players=row["unique_players"],
        peak=max(row["peak"], 0 if row["heartbeat_count"] else row["unique_players"]),
        avg=round(mean(row["heartbeat_player_sum"], row["heartbeat_count"]), 2),
    )
