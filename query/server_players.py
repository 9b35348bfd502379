"""Who plays on a server."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import pairwise
from typing import Any, Final

from clickhouse.client import ClickHouse
from query.players import player_names
from query.ratios import kd_ratio, percent
from query.scope import Scope
from query.server_history import last_hours
from query.servers import ONLINE_FOR
from schema.answers.server_pages import ServerPlayer, ServerPlayers, ServerTopPlayer, TopValue

LIMIT: Final = 50
LIMIT_MAX: Final = 200
TOP_LIMIT: Final = 25
TOP_LIMIT_MAX: Final = 100
KD_KILLS_MIN: Final = 10
TREND: Final = 1.1
VISIT_GAP_S: Final = 3600

Row = Mapping[str, Any]


async def server_players(
    store: ClickHouse, asked: Scope, now: datetime, *, limit: int = LIMIT, offset: int = 0
) -> ServerPlayers:
    """The players of the scope's server and period, most kills first."""
    rows = await _rows(store, asked, now, limit=limit, offset=offset)
    names = await _names(store, rows, asked)
    # Behind the last page no row carries the total.
    first = rows or (await _rows(store, asked, now, limit=1) if offset else [])
    return ServerPlayers(
        players=[_player(row, names, now) for row in rows],
        total=first[0]["total"] if first else 0,
        limit=limit,
        offset=offset,
    )


async def top_players(
    store: ClickHouse, asked: Scope, now: datetime, limit: int = TOP_LIMIT
) -> list[ServerTopPlayer]:
    """The players with most kills."""
    rows = await _rows(store, asked, now, limit=limit)
    names = await _names(store, rows, asked)
    return [_top_player(rank, row, names) for rank, row in enumerate(rows, start=1)]


async def top_values(
    store: ClickHouse, asked: Scope, now: datetime, order_by: str, limit: int
) -> list[TopValue]:
    """The best by `kills`, `kd` (of ten kills or more) or `playtime` (seconds)."""
    kills_min = KD_KILLS_MIN if order_by == "kd" else 0
    rows = await _rows(store, asked, now, limit=limit, order_by=order_by, kills_min=kills_min)
    names = await _names(store, rows, asked)
    return [
        TopValue(
            player_id=row["player_guid"], player_name=names[row["player_guid"]], value=_value(row, order_by), rank=rank
        )
        for rank, row in enumerate(rows, start=1)
    ]  # fmt: skip


def visits(hours: Sequence[int]) -> int:
    """How many runs of hours in a row there are among these (Unix seconds of their begins, sorted)."""
    return bool(hours) + sum(later - earlier > VISIT_GAP_S for earlier, later in pairwise(hours))


async def _rows(
    store: ClickHouse, asked: Scope, now: datetime, *,
    limit: int, offset: int = 0, order_by: str = "kills", kills_min: int = 0,
) -> list[dict[str, Any]]:  # fmt: skip
    return await store.rows(
        "server_players",
        {
            **asked.parameters(),
            "since_week": last_hours(24 * 7, now).since,
            "since_month": last_hours(24 * 30, now).since,
            "order_by": order_by,
            "kills_min": kills_min,
            "page_rows": limit,
            "skip_rows": offset,
        },
    )


async def _names(store: ClickHouse, rows: Sequence[Row], asked: Scope) -> dict[str, str]:
    return await player_names(store, [row["player_guid"] for row in rows], asked.game)


def _value(row: Row, order_by: str) -> float:
    if order_by == "kd":
        return round(kd_ratio(row["kills"], row["deaths"]), 3)
    return float(row["playtime_s"] if order_by == "playtime" else row["kills"])


def _top_player(rank: int, row: Row, names: Mapping[str, str]) -> ServerTopPlayer:
    return ServerTopPlayer(
        rank=rank,
        guid=row["player_guid"],
        name=names[row["player_guid"]],
        kills=row["kills"],
        deaths=row["deaths"],
        kd_ratio=kd_ratio(row["kills"], row["deaths"]),
        headshots=row["headshots"],
        hs_percent=percent(row["headshots"], row["kills"]),
        time_played_hours=round(row["playtime_s"] / 3600, 2),
        last_seen=row["last_seen_at"],
        sessions=visits(row["seen_hours"]),
    )


def _player(row: Row, names: Mapping[str, str], now: datetime) -> ServerPlayer:
    return ServerPlayer(
        guid=row["player_guid"],
        name=names[row["player_guid"]],
        country="",
        country_flag="",
        first_seen=row["first_seen_at"],
        last_seen=row["last_seen_at"],
        total_sessions=visits(row["seen_hours"]),
        total_time_played_hours=round(row["playtime_s"] / 3600, 2),
        total_kills=row["kills"],
        total_deaths=row["deaths"],
        kd_ratio=kd_ratio(row["kills"], row["deaths"]),
        total_headshots=row["headshots"],
        hs_percent=percent(row["headshots"], row["kills"]),
        favorite_weapon="",
        favorite_map=_favorite_map(row),
        is_online=now - row["last_seen_at"] < ONLINE_FOR,
        kills_7d=row["kills_7d"],
        kills_30d=row["kills_30d"],
        trend=_trend(row["kills_7d"], row["kills_30d"] / 30 * 7),
    )


def _favorite_map(row: Row) -> str:
    kills: Mapping[str, int] = row["map_kills"]
    return min((name for name in kills if name), key=lambda name: (-kills[name], name), default="")


def _trend(recent: float, usual: float) -> str:
    if recent > usual * TREND:
        return "up"
    return "down" if recent * TREND < usual else "stable"
