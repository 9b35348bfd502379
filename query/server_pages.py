"""One server: its page, maps, weapons, matches and figures; and all of them: today's figures and ranking."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final, Protocol

import msgspec

from clickhouse.client import ClickHouse
from query.map_matches import map_matches
from query.matches import matches
from query.ratios import mean, percent
from query.scope import Scope
from query.server_history import UPTIME_DAYS, activity_timeline, hour_rows, last_hours, peak_time, uptime
from query.server_players import top_values
from query.servers import Registered
from query.times import known
from query.weapons import weapons
from schema.answers.server_pages import (
    ServerFigures,
    ServerMap,
    ServerMapFigures,
    ServerMatch,
    ServerPage,
    ServerRanking,
    ServersStats,
    ServerTotals,
    ServerWeapon,
    ServerWindow,
)
from schema.answers.servers import ServerItem

WEAPONS: Final = 50
TOP: Final = 10
GRAPH_DAYS: Final = 7
WINDOWS_DAYS: Final = (1, 7, 30)

Row = Mapping[str, Any]


class Described(Registered, Protocol):
    """What the registry knows of a server, with its description."""

    @property
    def description(self) -> str: ...


async def servers_stats(store: ClickHouse, listed: Sequence[ServerItem], now: datetime) -> ServersStats:
    """All servers today (UTC). `listed`: what query.servers answers."""
    since = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    [row] = await store.rows("servers_today", {"game": Scope().game, "since": since})
    online = [one for one in listed if one.is_online]
    players = sum(one.current_players for one in online)
    return ServersStats(
        total_servers=len(listed),
        online_servers=len(online),
        total_players_now=players,
        total_kills_today=row["kills_today"],
        total_matches_today=row["matches_today"],
        peak_players_today=row["peak_today"],
        avg_players_now=round(mean(players, len(online)), 2),
        total_kills_all_time=row["kills_ever"],
    )


def rankings(listed: Sequence[ServerItem], limit: int) -> list[ServerRanking]:
    """The servers as they are ranked, by kills, with the score of the last 24 hours."""
    return [
        ServerRanking(
            server_id=one.id,
            name=one.name,
            rank=one.rank,
            score=float(one.total_kills + 10 * one.unique_players + 5 * one.total_matches),
            trend=one.trend,
            kills_24h=one.total_kills,
            players_24h=one.unique_players,
            matches_24h=one.total_matches,
        )
        for one in listed[:limit]
    ]


async def server_page(
    store: ClickHouse, server: Described, listed: Sequence[ServerItem], now: datetime
) -> ServerPage:
    """Everything about a registered server; `listed`: what query.servers answers of it and those it is ranked among."""
    item = next(one for one in listed if one.id == server.id)
    asked = Scope(server_id=server.id)
    whole, hours, playtime_s, played, *windows = await asyncio.gather(
        _window_row(store, asked),
        hour_rows(store, server.id, last_hours(24 * UPTIME_DAYS, now)),
        _playtime_s(store, asked),
        map_matches(store, asked),
        *(_window(store, server.id, days, now) for days in WINDOWS_DAYS),
    )
    last_24h, last_7d, last_30d = (
        msgspec.structs.replace(window, peak_time=peak_time(dict(list(hours.items())[-24 * days :])))
        for days, window in zip(WINDOWS_DAYS, windows, strict=True)
    )
    neighbours = [one.id for one in listed if one.region == item.region]
    return ServerPage(
        id=item.id,
        name=item.name,
        address=item.address,
        port=item.port,
        display_name=item.display_name,
        description=server.description,
        region=item.region,
        country=item.country,
        is_online=item.is_online,
        is_official=item.is_official,
        current_players=item.current_players,
        max_players=item.max_players,
        current_map=item.current_map,
        gametype=item.gametype,
        player_list=[],
        rank=item.rank,
        world_rank=item.rank,
        region_rank=neighbours.index(item.id) + 1,
        stats=_totals(whole, playtime_s, played.values()),
        stats_24h=last_24h,
        stats_7d=last_7d,
        stats_30d=last_30d,
        uptime=uptime(hours, known(whole["first_hour"]), known(whole["last_seen_at"])),
    )


async def server_maps(store: ClickHouse, asked: Scope) -> list[ServerMap]:
    """The maps of the scope's server, of the matches that began in the period, most matches first."""
    found = await map_matches(store, asked)
    whole = sum(row["matches"] for row in found.values())
    ranked = sorted(found.items(), key=lambda one: (-one[1]["matches"], one[0]))
    return [_map(name, row, whole) for name, row in ranked]


async def server_weapons(store: ClickHouse, asked: Scope) -> list[ServerWeapon]:
    """The weapons of the scope's server, most kills first."""
    listed = await weapons(store, asked, limit=WEAPONS)
    whole = sum(one.kills for one in listed)
    return [
        ServerWeapon(
            weapon_name=one.name,
            kills=one.kills,
            headshots=one.headshots,
            hs_percent=one.headshot_ratio,
            avg_distance=one.avg_kill_distance,
            usage_rate_pct=round(percent(one.kills, whole), 2),
        )
        for one in listed
    ]


async def server_matches(store: ClickHouse, asked: Scope, limit: int) -> list[ServerMatch]:
    """The newest matches of the scope's server."""
    return [
        ServerMatch(
            match_id=one.id,
            map_name=one.map_name,
            gametype=one.gametype,
            player_count=one.player_count,
            duration_mins=round(one.duration / 60, 1),
            total_kills=one.kills,
            winner=one.winning_team,
            started_at=one.started_at,
            ended_at=one.ended_at,
        )
        for one in await matches(store, {}, asked, limit=limit)
    ]


async def server_figures(store: ClickHouse, server: Registered, now: datetime) -> ServerFigures:
    """A server's figures of all time, its best players and its last days."""
    asked = Scope(server_id=server.id)
    whole, maps, playtime_s, graph, killers, best, longest = await asyncio.gather(
        _window_row(store, asked),
        server_maps(store, asked),
        _playtime_s(store, asked),
        activity_timeline(store, server.id, now, GRAPH_DAYS),
        *(top_values(store, asked, now, order, TOP) for order in ("kills", "kd", "playtime")),
    )
    return ServerFigures(
        server_id=server.id,
        server_name=server.name,
        total_matches=whole["total_matches"],
        total_kills=whole["kills"],
        total_deaths=whole["deaths"],
        total_playtime_seconds=round(playtime_s, 3),
        unique_players=whole["unique_players"],
        last_activity=known(whole["last_seen_at"]),
        top_killers=killers,
        top_kdr=best,
        top_playtime=longest,
        map_stats=[
            ServerMapFigures(
                map_name=one.map_name,
                times_played=one.matches,
                total_kills=one.kills,
                avg_duration_seconds=round(one.avg_duration_mins * 60, 1),
            )
            for one in maps
        ],
        activity_graph=graph,
    )


async def _window_row(store: ClickHouse, asked: Scope) -> dict[str, Any]:
    [row] = await store.rows("server_window", asked.parameters())
    return row


async def _playtime_s(store: ClickHouse, asked: Scope) -> float:
    [row] = await store.rows("server_playtime", asked.parameters())
    return float(row["playtime_s"])


async def _window(store: ClickHouse, server_id: str, days: int, now: datetime) -> ServerWindow:
    asked = Scope(server_id=server_id, period=last_hours(24 * days, now))
    row, playtime_s = await asyncio.gather(_window_row(store, asked), _playtime_s(store, asked))
    return ServerWindow(
        kills=row["kills"],
        matches=row["total_matches"],
        unique_players=row["unique_players"],
        avg_players=round(mean(row["heartbeat_player_sum"], row["heartbeat_count"]), 2),
        peak_players=row["peak"],
        peak_time="",
        playtime_hours=round(playtime_s / 3600, 2),
    )


def _totals(whole: Row, playtime_s: float, played: Collection[Row]) -> ServerTotals:
    count, first = sum(row["matches"] for row in played), known(whole["first_hour"])
    return ServerTotals(
        total_kills=whole["kills"],
        total_deaths=whole["deaths"],
        total_headshots=whole["headshots"],
        total_matches=whole["total_matches"],
        unique_players=whole["unique_players"],
        total_playtime_hours=round(playtime_s / 3600, 2),
        avg_match_duration_mins=round(mean(sum(row["playtime_s"] for row in played), count) / 60, 1),
        first_seen=first.isoformat() if first else "",
        total_days=whole["total_days"],
    )


def _map(name: str, row: Row, whole: int) -> ServerMap:
    share = round(percent(row["matches"], whole), 2)
    return ServerMap(
        map_name=name,
        matches=row["matches"],
        rotation_count=row["matches"],
        kills=row["kills"],
        avg_players=round(row["average_players"], 2),
        avg_duration_mins=round(row["average_duration_s"] / 60, 2),
        popularity=share,
        popularity_pct=share,
        last_played=row["last_played_at"],
    )
