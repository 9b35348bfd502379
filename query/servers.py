"""Registered servers and what they do now."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final, Protocol

from clickhouse.client import ClickHouse
from query.games import MOHAA
from query.ratios import mean, percent
from query.times import known
from schema.answers.servers import ServerItem

ONLINE_FOR: Final = timedelta(minutes=5)
"""A server nothing was heard of for longer is offline: scripts send a heartbeat every half minute."""

WINDOW_HOURS: Final = 24
MAX_PLAYERS: Final = 32
"""What the original says of every server; used when neither the registry nor the server says more."""

Row = Mapping[str, Any]
_SILENT: Final[Row] = {
    "last_seen_at": datetime(1970, 1, 1, tzinfo=UTC), "current_map": "", "current_gametype": "", "places": 0,
    "recent_kills": 0, "earlier_kills": 0, "recent_players": 0, "recent_matches": 0, "recent_hours": 0,
    "recent_heartbeats": 0, "recent_heartbeat_players": 0, "recent_peak_players": 0,
}  # fmt: skip


class Registered(Protocol):
    """What the registry knows of a server (`postgres.servers.Server`)."""

    @property
    def id(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def address(self) -> str: ...
    @property
    def port(self) -> int: ...
    @property
    def max_players(self) -> int: ...
    @property
    def region(self) -> str: ...
    @property
    def country(self) -> str: ...
    @property
    def is_official(self) -> bool: ...


async def servers(
    store: ClickHouse, registered: Iterable[Registered], now: datetime, game: str = MOHAA
) -> list[ServerItem]:
    """The registered servers, most kills in the last 24 hours first, and whether they are online at `now` (aware)."""
    hour = now.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    since = hour - timedelta(hours=WINDOW_HOURS - 1)
    windows = {"since": since, "before": since - timedelta(hours=WINDOW_HOURS)}
    rows, players = await asyncio.gather(
        store.rows("servers_activity", {"game": game, **windows}), _players_now(store, now, game)
    )
    activity: dict[str, Row] = {row["server_id"]: row for row in rows}
    ranked = _ranked(registered, activity, "recent_kills")
    earlier = {one.id: rank for rank, one in enumerate(_ranked(ranked, activity, "earlier_kills"), start=1)}
    return [
        _item(rank, earlier[one.id] - rank, one, activity.get(one.id, _SILENT), players.get(one.id, 0), now)
        for rank, one in enumerate(ranked, start=1)
    ]


def _ranked(registered: Iterable[Registered], activity: Mapping[str, Row], kills: str) -> list[Registered]:
    return sorted(registered, key=lambda one: (-activity.get(one.id, _SILENT)[kills], one.name, one.id))


async def _players_now(store: ClickHouse, now: datetime, game: str) -> dict[str, int]:
    """server_id -> players, as the last heartbeat says; of servers without heartbeats, who acted lately."""
    since = now - ONLINE_FOR
    since_hour = since.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    rows = await store.rows("servers_now", {"game": game, "since": since, "since_hour": since_hour})
    return {
        row["server_id"]: row["reported_players"] if row["heartbeats"] else row["seen_players"]
        for row in rows
    }


def _item(rank: int, trend: int, one: Registered, row: Row, players: int, now: datetime) -> ServerItem:
    is_online = row["last_seen_at"] >= now - ONLINE_FOR
    current_players = players if is_online else 0
    return ServerItem(
        id=one.id,
        name=one.name,
        address=one.address,
        port=one.port,
        display_name=f"{one.name}:{one.port}" if one.port else one.name,
        is_online=is_online,
        is_official=one.is_official,
        current_players=current_players,
        players=current_players,
        max_players=row["places"] or one.max_players or MAX_PLAYERS,
        current_map=row["current_map"],
        gametype=row["current_gametype"],
        rank=rank,
        trend=trend,
        total_kills=row["recent_kills"],
        total_matches=row["recent_matches"],
        unique_players=row["recent_players"],
        avg_players_24h=round(mean(row["recent_heartbeat_players"], row["recent_heartbeats"]), 2),
        peak_players_24h=row["recent_peak_players"],
        uptime_percent=round(percent(row["recent_hours"], WINDOW_HOURS), 1),
        last_seen=known(row["last_seen_at"]),
        country=one.country,
        country_name=one.country,
        region=one.region,
    )
