from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from clickhouse.client import ClickHouse
from postgres.servers import Server
from query.servers import servers
from tests.query.rows import kill, row, store

NOW = datetime(2026, 11, 20, 10, 30, tzinfo=UTC)


def registered(id: str, name: str, **columns: Any) -> Server:
    given: dict[str, Any] = {
        "created_at": NOW, "rotated_at": None, "revoked_at": None, "previous_valid_until": None, "address": "",
        "port": 0, "max_players": 0, "region": "", "country": "", "description": "", "is_official": False, **columns,
    }  # fmt: skip
    return Server(id=id, name=name, **given)


async def test_a_server_shows_what_its_last_events_say(clickhouse: ClickHouse) -> None:
    recent, before = NOW - timedelta(minutes=2), NOW - timedelta(hours=3)
    await store(
        clickhouse,
        [
            row(
                "match_start",
                recent - timedelta(minutes=2),
                attributes={"maxclients": "20"},
                map_name="dm/mohdm1",
            ),
            row("heartbeat", before, amount=9.0, map_name="dm/mohdm6"),
            row("heartbeat", recent - timedelta(minutes=1), amount=3.0, map_name="dm/mohdm1"),
            kill(recent, "1", "2", map_name="dm/mohdm1", gametype="tdm"),
            kill(before, "3", "2"),
            kill(NOW - timedelta(hours=30), "4", "5"),
        ],
        "t",
    )
    address = {"address": "10.0.0.1", "port": 12203, "country": "DE", "region": "EU", "is_official": True}
    [item] = await servers(clickhouse, [registered("server-1", "First", **address)], NOW)
    assert item.is_online
    assert (item.current_map, item.gametype) == ("dm/mohdm1", "tdm")
    assert (item.current_players, item.players, item.max_players) == (3, 3, 20)
    assert (item.total_kills, item.unique_players, item.total_matches) == (2, 3, 1)
    assert (item.avg_players_24h, item.peak_players_24h) == (6.0, 9)
    assert item.uptime_percent == round(100 * 2 / 24, 1)
    assert item.last_seen == recent
    assert (item.display_name, item.country_name) == ("First:12203", "DE")


async def test_a_silent_server_is_offline_and_empty(clickhouse: ClickHouse) -> None:
    await store(clickhouse, [row("heartbeat", NOW - timedelta(minutes=6), amount=5.0)], "t")
    first, second = await servers(clickhouse, [registered("server-1", "A"), registered("server-2", "B")], NOW)
    assert (first.is_online, first.current_players, first.max_players) == (False, 0, 32)
    assert first.last_seen == NOW - timedelta(minutes=6)
    assert (second.is_online, second.last_seen, second.total_kills) == (False, None, 0)


async def test_without_heartbeats_those_who_acted_lately_are_the_players(clickhouse: ClickHouse) -> None:
    rows = [row("jump", NOW - timedelta(minutes=n), player_guid=str(n)) for n in (1, 2, 4, 8)]
    await store(clickhouse, rows, "t")
    [item] = await servers(clickhouse, [registered("server-1", "A")], NOW)
    assert item.current_players == 3


async def test_a_heartbeat_of_an_empty_server_says_nobody_is_there(clickhouse: ClickHouse) -> None:
    rows = [
        row("heartbeat", NOW - timedelta(minutes=1), amount=0.0),
        row("jump", NOW - timedelta(minutes=3), player_guid="1"),
    ]
    await store(clickhouse, rows, "t")
    [item] = await servers(clickhouse, [registered("server-1", "A")], NOW)
    assert (item.is_online, item.current_players) == (True, 0)


async def test_servers_are_ranked_by_their_kills_of_a_day(clickhouse: ClickHouse) -> None:
    rows = [kill(NOW - timedelta(hours=1), "1", "2", server_id="server-2")]
    await store(clickhouse, rows, "t")
    listed = await servers(clickhouse, [registered("server-1", "A"), registered("server-2", "B")], NOW)
    assert [(item.id, item.rank) for item in listed] == [("server-2", 1), ("server-1", 2)]
    assert [item.trend for item in listed] == [1, -1]  # yesterday nobody killed: by name
    assert await servers(clickhouse, [], NOW) == []
