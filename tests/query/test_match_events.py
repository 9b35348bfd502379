from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from clickhouse.client import ClickHouse
from query.match_events import heatmap, kill_matrix, timeline
from query.match_reports import match_report
from schema.answers.matches import ScoreboardRow
from schema.match_ids import match_uuid
from schema.weapons import weapon_key
from tests.query.conftest import Stored
from tests.query.oracle import by_match, players_of, winner_of
from tests.query.oracle_places import arms, deaths_in_order, in_order, pairs
from tests.query.rows import kill, milliseconds, row, store

AT = datetime(2026, 11, 20, 10, tzinfo=UTC)
REPORTED = {
    "player_kill", "bot_killed", "match_start", "match_end", "round_start", "round_end", "team_win", "objective_capture",
}  # fmt: skip


async def test_the_timeline_is_every_kill_in_order(world: Stored) -> None:
    for uuid, events in by_match(world.events).items():
        expected = [e for e in in_order(events) if e["event_type"] == "player_kill"]
        found = await timeline(world.clickhouse, uuid)
        assert found
        assert [(milliseconds(e.timestamp), e.actor_id, e.target_id, e.weapon, e.hitloc) for e in found] == [
            (e["event_time"], e["player_guid"], e["target_guid"], e["weapon"], e["hitloc"]) for e in expected
        ]
        for one, wanted in zip(found, expected, strict=True):
            assert one.distance_m == pytest.approx(wanted["distance_units"] * 0.0254, abs=0.01)
            assert (one.kill_kind, one.actor_team) == (wanted["kill_kind"], wanted["player_team"])


async def test_the_report_is_a_recount(world: Stored) -> None:
    for uuid, events in by_match(world.events).items():
        report = await match_report(world.clickhouse, uuid, {"server-1": "First"})
        assert report
        told = [e for e in in_order(events) if e["event_type"] in REPORTED]
        assert [(e.type, e.actor_id, e.target_id) for e in report.timeline] == [
            (e["event_type"], e["player_guid"], e["target_guid"]) for e in told
        ][:500]
        assert {player.guid for player in report.players} == players_of(events)
        assert (report.map_name, report.winning_team) == (events[0]["map_name"], winner_of(events))
        assert report.team_match == (events[0]["gametype"] != "ffa")
        assert report.total_kills == sum(pairs(events).values())
        times = [e["event_time"] for e in events]
        assert report.duration == pytest.approx((max(times) - min(times)) / 1000)
        assert report.info.match_id == events[0]["match_wire_id"]


async def test_versus_is_who_killed_whom_by_guid(world: Stored) -> None:
    for uuid, events in by_match(world.events).items():
        report = await match_report(world.clickhouse, uuid, {})
        assert report
        counted, bots, mates = pairs(events), pairs(events, "bot"), pairs(events, "team_kill")
        keys = dict(zip([player.guid for player in report.players], _keys(report.players), strict=True))
        told = {
            (guid, one.opponent_id): (one.kills, one.deaths, one.bot_kills, one.team_kills)
            for guid, key in keys.items()
            for one in report.versus.get(key, [])
        }
        met = {pair for kind in (counted, bots, mates) for pair in kind}
        assert set(told) == met | {(victim, killer) for killer, victim in met}
        for (guid, other), figures in told.items():
            assert figures == (
                counted[guid, other], counted[other, guid], bots[guid, other], mates[guid, other],
            )  # fmt: skip


def _keys(players: list[ScoreboardRow]) -> list[str]:
    names = [player.name for player in players]
    return [
        name if name not in names[:place] else f"{name} ({players[place].guid})"
        for place, name in enumerate(names)
    ]


async def test_namesakes_are_told_apart(clickhouse: ClickHouse) -> None:
    rows = [
        kill(AT, "1", "2", player_name="Twin", target_name="Twin"),
        kill(AT + timedelta(seconds=1), "1", "3", player_name="Twin", target_name="Other"),
    ]
    await store(clickhouse, rows, "t")
    report = await match_report(clickhouse, "match_1", {})
    assert report
    assert set(report.versus) == {"Twin", "Twin (2)", "Other"}
    assert [(one.opponent_id, one.kills) for one in report.versus["Twin"]] == [("2", 1), ("3", 1)]
    assert [(one.opponent_name, one.deaths) for one in report.versus["Twin (2)"]] == [("Twin", 1)]


async def test_the_matrix_adds_up_to_the_scoreboard(world: Stored) -> None:
    for uuid, events in by_match(world.events).items():
        matrix = await kill_matrix(world.clickhouse, uuid)
        assert matrix
        counted = pairs(events) + pairs(events, "bot")
        guids = [player.guid for player in matrix.players]
        assert matrix.kills == [[counted[one, other] for other in guids] for one in guids]


async def test_top_weapons_are_a_recount_with_spellings_folded(world: Stored, clickhouse: ClickHouse) -> None:
    for uuid, events in by_match(world.events).items():
        report = await match_report(world.clickhouse, uuid, {})
        assert report
        expected = arms(events)
        assert {one.name for one in report.top_weapons} == set(expected)
        for one in report.top_weapons:
            wanted = expected[one.weapon]
            assert (one.kills, one.headshots, one.shots_fired, one.shots_hit) == tuple(
                wanted[name] for name in ("kills", "headshots", "shots_fired", "shots_hit")
            )
            assert one.damage == pytest.approx(wanted["damage"], abs=0.001)
    spelt = ("KAR98K", "Mauser KAR 98K", "Mauser KAR 98K", "Thompson")
    await store(clickhouse, [kill(AT, "1", "2", weapon=name) for name in spelt], "t")
    folded = await match_report(clickhouse, "match_1", {})
    assert folded
    assert [(one.id, one.name, one.kills) for one in folded.top_weapons] == [
        (weapon_key("KAR98K"), "Mauser KAR 98K", 3), ("thompson", "Thompson", 1),
    ]  # fmt: skip


async def test_the_heatmap_tells_killers_and_victims(world: Stored) -> None:
    for uuid, events in by_match(world.events).items():
        expected = []
        for e in deaths_in_order(events):
            for kind, side in (("kill", "player"), ("death", "target")):
                place = tuple(e[f"{side}_{axis}"] for axis in "xyz")
                if any(place) and (kind == "death" or e["kill_kind"] == "kill"):
                    expected.append((kind, *(pytest.approx(part, abs=0.01) for part in place)))
        found = await heatmap(world.clickhouse, uuid)
        assert found
        assert [(point.type, point.x, point.y, point.z) for point in found] == expected
        assert [point.id for point in found] == list(range(1, len(found) + 1))
        only = await heatmap(world.clickhouse, uuid, ("death",))
        assert only
        assert [point.x for point in only] == [point.x for point in found if point.type == "death"]


async def test_a_match_nobody_heard_of_has_no_parts(clickhouse: ClickHouse) -> None:
    assert await timeline(clickhouse, "match_0") is None
    assert await heatmap(clickhouse, "match_0") is None
    assert await kill_matrix(clickhouse, "match_0") is None
    assert await match_report(clickhouse, "match_0", {}) is None


async def test_a_match_without_kills_has_empty_parts(clickhouse: ClickHouse) -> None:
    await store(clickhouse, [row("match_start", AT), row("jump", AT, player_guid="1")], "t")
    report = await match_report(clickhouse, "match_1", {})
    assert report
    assert (report.versus, report.top_weapons, report.moments) == ({}, [], [])
    assert [event.type for event in report.timeline] == ["match_start"]
    assert await heatmap(clickhouse, "match_1") == []


async def test_events_of_another_match_at_the_same_time_do_not_mix_in(clickhouse: ClickHouse) -> None:
    other = {"match_id": match_uuid("match_2", "server-1", ""), "match_wire_id": "match_2"}
    await store(clickhouse, [kill(AT, "1", "2"), kill(AT, "3", "4", **other)], "t")
    found = await timeline(clickhouse, "match_1")
    assert found
    assert [event.actor_id for event in found] == ["1"]
