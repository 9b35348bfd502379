from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from clickhouse.client import ClickHouse
from query.periods import between
from query.scope import Scope
from query.server_history import activity_timeline, peak_hours, player_history
from query.server_pages import (
    rankings,
    server_figures,
    server_maps,
    server_matches,
    server_page,
    server_weapons,
    servers_stats,
)
from query.server_players import server_players, top_players, visits
from query.servers import servers
from schema.match_ids import match_uuid
from tests.query.conftest import Stored
from tests.query.oracle import bots, by_match, day_stats, players_of
from tests.query.oracle_places import arms, seen_between
from tests.query.rows import kill, milliseconds, row, store
from tests.query.test_servers import registered

NOW = datetime(2026, 11, 3, 10, 30, tzinfo=UTC)
ID = "server-2"


async def test_players_of_a_server_are_a_recount(world: Stored) -> None:
    border = datetime(2026, 11, 1, tzinfo=UTC)
    for since, with_bots in ((None, True), (None, False), (border, True)):
        events = seen_between([e for e in world.events if e["server_id"] == ID], since, None)
        asked = Scope(server_id=ID, with_bots=with_bots, period=between(since, None))
        found = await server_players(world.clickhouse, asked, NOW, limit=200)
        left_out = set() if with_bots else bots(events)
        assert {one.guid for one in found.players} == players_of(events) - left_out
        assert found.total == len(found.players)
        for one in found.players:
            counted = day_stats(events, one.guid)
            assert (one.total_kills, one.total_deaths, one.total_headshots) == (
                counted["kills"], counted["deaths"], counted["headshots"],
            )  # fmt: skip
            own = [e for e in events if one.guid in players_of([e])]
            assert milliseconds(one.first_seen) == min(e["event_time"] for e in own)
            assert milliseconds(one.last_seen) == max(e["event_time"] for e in own)
            acted = by_match([e for e in events if e["player_guid"] == one.guid]).values()
            spans = [max(e["event_time"] for e in m) - min(e["event_time"] for e in m) for m in acted]
            assert one.total_time_played_hours == pytest.approx(sum(spans) / 3_600_000, abs=0.01)
        kills = [one.total_kills for one in found.players]
        assert kills == sorted(kills, reverse=True)
        paged = [
            one
            for offset in range(0, found.total, 7)
            for one in (await server_players(world.clickhouse, asked, NOW, limit=7, offset=offset)).players
        ]
        assert paged == found.players
        assert (await server_players(world.clickhouse, asked, NOW, offset=1000)).total == found.total
        best = await top_players(world.clickhouse, asked, NOW, 5)
        assert [(one.guid, one.kills) for one in best] == [(one.guid, one.total_kills) for one in paged[:5]]


async def test_figures_of_a_server_are_a_recount(world: Stored) -> None:
    events = [e for e in world.events if e["server_id"] == ID]
    found = await server_figures(world.clickhouse, registered(ID, "Second"), NOW)
    assert found.total_kills == sum(e["kill_kind"] == "kill" for e in events)
    assert found.total_deaths == sum(bool(e["kill_kind"]) for e in events)
    assert (found.total_matches, found.unique_players) == (len(by_match(events)), len(players_of(events)))
    assert found.top_killers[0].value == max(
        day_stats(events, guid)["kills"] for guid in players_of(events) - bots(events)
    )
    assert sum(one.times_played for one in found.map_stats) == found.total_matches
    assert sum(one.total_kills for one in found.map_stats) == found.total_kills
    week = seen_between(events, NOW - timedelta(days=7), None)
    assert sum(point.kills for point in found.activity_graph) == sum(e["kill_kind"] == "kill" for e in week)
    assert sum(point.match_starts for point in found.activity_graph) == found.total_matches
    assert len(found.activity_graph) == 24 * 7


async def test_the_page_of_a_server_adds_up(world: Stored) -> None:
    both = [registered("server-1", "First"), registered(ID, "Second")]
    page = await server_page(world.clickhouse, both[1], await servers(world.clickhouse, both, NOW), NOW)
    events = [e for e in world.events if e["server_id"] == ID]
    assert page.stats.total_kills == page.stats_30d.kills == sum(e["kill_kind"] == "kill" for e in events)
    assert page.stats.total_headshots == sum(
        e["kill_kind"] == "kill" and e["hitloc"] in ("head", "helmet") for e in events
    )
    day = seen_between(events, datetime(2026, 11, 2, 11, tzinfo=UTC), None)
    assert page.stats_24h.kills == sum(e["kill_kind"] == "kill" for e in day)
    assert page.stats_7d.unique_players == len(players_of(events))
    hours = {e["event_time"] // 3_600_000 for e in events}
    since_first = milliseconds(NOW) // 3_600_000 - min(hours) + 1
    assert page.uptime.uptime_30d == pytest.approx(100 * len(hours) / since_first, abs=0.06)
    beats = [e["amount"] for e in events if e["event_type"] == "heartbeat"]
    assert page.stats_30d.avg_players == pytest.approx(sum(beats) / len(beats), abs=0.01)
    assert page.stats_30d.peak_players == max(beats)


async def test_weapons_maps_and_matches_of_a_server_are_a_recount(world: Stored) -> None:
    asked = Scope(server_id=ID)
    events = [e for e in world.events if e["server_id"] == ID]
    expected = arms(events)
    for one in await server_weapons(world.clickhouse, asked):
        assert (one.kills, one.headshots) == (
            expected[one.weapon_name]["kills"], expected[one.weapon_name]["headshots"],
        )  # fmt: skip
    maps = await server_maps(world.clickhouse, asked)
    played = by_match(events)
    for of_map in maps:
        here = [match for match in played.values() if match[0]["map_name"] == of_map.map_name]
        assert of_map.matches == of_map.rotation_count == len(here)
        assert of_map.avg_players == pytest.approx(
            sum(len(players_of(m)) for m in here) / len(here), abs=0.01
        )
    assert sum(of_map.popularity_pct for of_map in maps) == pytest.approx(100, abs=0.05)
    assert {one.match_id for one in await server_matches(world.clickhouse, asked, 100)} == set(played)


async def test_history_has_every_hour_and_peaks_are_different_players(clickhouse: ClickHouse) -> None:
    monday = datetime(2026, 11, 2, 20, 15, tzinfo=UTC)
    rows = [
        *(row("jump", monday, player_guid=str(n), server_id=ID) for n in range(3)),
        row("heartbeat", monday, amount=5.0, server_id=ID),
        row("heartbeat", monday, amount=2.0, server_id=ID),
        row("jump", NOW, player_guid="1", server_id=ID),
    ]
    await store(clickhouse, rows, "t")
    history = await player_history(clickhouse, ID, NOW, 24)
    assert len(history) == 24
    told = {one.timestamp: (one.players, one.peak, one.avg) for one in history if one.players}
    assert told == {
        monday.replace(minute=0): (3, 5, 3.5), NOW.replace(minute=0): (1, 1, 0.0),
    }  # fmt: skip
    peaks = await peak_hours(clickhouse, ID, NOW, 30)
    assert (peaks.peak.day, peaks.peak.hour, peaks.peak.players) == (0, 20, 3)
    assert (peaks.data[0][20], peaks.data[1][10], sum(map(sum, peaks.data))) == (3, 1, 4)
    assert len(await activity_timeline(clickhouse, ID, NOW, 2)) == 48


async def test_visits_are_hours_in_a_row() -> None:
    hour = 3600
    for hours, count in (
        ([], 0),
        ([0], 1),
        ([0, hour], 1),
        ([0, 2 * hour], 2),
        ([0, hour, 3 * hour, 4 * hour], 2),
    ):
        assert visits(hours) == count


async def test_all_servers_today_and_ranked(clickhouse: ClickHouse) -> None:
    midnight = NOW.replace(hour=0, minute=0)
    rows = [
        kill(NOW - timedelta(minutes=1), "1", "2"),
        kill(midnight - timedelta(minutes=1), "1", "2"),
        kill(NOW - timedelta(days=9), "1", "2"),
        row("heartbeat", NOW - timedelta(minutes=1), amount=4.0),
        row(
            "heartbeat",
            NOW - timedelta(minutes=2),
            amount=3.0,
            server_id=ID,
            match_id=match_uuid("m", ID, ""),
        ),
    ]
    await store(clickhouse, rows, "t")
    listed = await servers(clickhouse, [registered("server-1", "A"), registered(ID, "B")], NOW)
    found = await servers_stats(clickhouse, listed, NOW)
    assert (found.total_kills_today, found.total_kills_all_time, found.total_matches_today) == (1, 3, 1)
    assert (found.total_servers, found.online_servers, found.total_players_now) == (2, 2, 7)
    assert (found.peak_players_today, found.avg_players_now) == (7, 3.5)
    ranked = rankings(listed, 10)
    assert [(one.server_id, one.rank, one.score) for one in ranked] == [
        ("server-1", 1, 2 + 20 + 5),
        (ID, 2, 0),
    ]
    assert len(rankings(listed, 1)) == 1


async def test_a_silent_server_has_zeros(clickhouse: ClickHouse) -> None:
    alone = registered(ID, "B")
    page = await server_page(clickhouse, alone, await servers(clickhouse, [alone], NOW), NOW)
    assert (page.rank, page.stats.total_kills, page.stats.first_seen, page.uptime.uptime_30d) == (1, 0, "", 0)
    assert page.stats_7d.peak_time == ""
    assert (await server_players(clickhouse, Scope(server_id=ID), NOW)).players == []
