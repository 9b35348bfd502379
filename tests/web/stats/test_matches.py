"""Matches over HTTP: every part, by UUID and wire id, with the shapes the forum reads."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from clickhouse.client import ClickHouse
from tests.query.rows import kill, row, store
from tests.web.conftest import Serve, Served

NOW = datetime.now(UTC)
WIRE_ID = "match_9c41d7b2e60fa358"
UUID = "76e0069f-d5ae-30f0-b56a-e55c35144934"
PARTS = ("", "/advanced", "/timeline", "/heatmap", "/predictions", "/matrix", "/moments")


@pytest.fixture
async def served_match(serve: Serve, clickhouse: ClickHouse) -> AsyncIterator[Served]:
    """One match of two kills in a team game, and a later one nobody won."""
    at = NOW - timedelta(minutes=20)
    async with serve(clickhouse=clickhouse) as served:
        common = {
            "match_id": uuid.UUID(UUID), "match_wire_id": WIRE_ID, "server_id": served.server_id, "gametype": "tdm",
        }  # fmt: skip
        teams = {"player_team": "allies", "target_team": "axis"}
        rows = [
            row("match_start", at, attributes={"maxclients": "20"}, **common),
            kill(at + timedelta(seconds=1), "1", "2", player_x=10.0, player_z=1.0, **teams, **common),
            kill(at + timedelta(seconds=2), "1", "2", **teams, **common),
            row("heartbeat", at + timedelta(seconds=3), attributes={"allies_score": "2", "axis_score": "0"}, **common),
            row("match_end", at + timedelta(seconds=9), attributes={"winning_team": "allies"}, **common),
            kill(NOW - timedelta(minutes=1), "3", "4", server_id=served.server_id, map_name="dm/mohdm1"),
        ]  # fmt: skip
        await store(clickhouse, rows, "t")
        yield served


async def json_of(served: Served, path: str, status: int = 200) -> Any:
    answer = await served.get(f"/api/v1/stats{path}", headers={"Accept-Encoding": "identity"})
    assert answer.status == status, answer.text
    return answer.json


async def test_every_part_answers_by_uuid_and_by_wire_id(served_match: Served) -> None:
    for part in PARTS:
        by_uuid = await json_of(served_match, f"/match/{UUID}{part}")
        assert by_uuid
        assert by_uuid == await json_of(served_match, f"/match/{WIRE_ID}{part}")
        assert (await json_of(served_match, f"/match/match_0{part}", 404))["error"] == "Match not found"


async def test_the_report_has_what_the_forum_reads(served_match: Served) -> None:
    report = await json_of(served_match, f"/match/{UUID}/advanced")
    assert (report["map_name"], report["game_mode"], report["duration"], report["team_match"]) == (
        "dm/mohdm6", "tdm", 9.0, True,
    )  # fmt: skip
    assert (report["allies_score"], report["axis_score"], report["winning_team"]) == (2, 0, "allies")
    assert report["ended_at"].endswith("Z")
    assert report["info"]["map_name"] == "dm/mohdm6"
    assert [event["type"] for event in report["timeline"]] == [
        "match_start",
        "player_kill",
        "player_kill",
        "match_end",
    ]
    assert (
        report["versus"]["name of 1"][0] | {"opponent_name": "name of 2", "kills": 2, "deaths": 0}
        == (report["versus"]["name of 1"][0])
    )
    assert [(one["name"], one["kills"]) for one in report["top_weapons"]] == [("Thompson", 2)]
    assert {(one["name"], one["kills"], one["deaths"], one["kd"]) for one in report["players"]} == {
        ("name of 1", 2, 0, 2.0), ("name of 2", 0, 2, 0.0),
    }  # fmt: skip
    prediction = await json_of(served_match, f"/match/{UUID}/predictions")
    assert (prediction["expected_winner"], prediction["key_players"][0]) == ("allies", "name of 1")
    assert prediction["allies_win_prob"] + prediction["axis_win_prob"] == 100


async def test_the_heatmap_has_only_what_is_asked_for(served_match: Served) -> None:
    for kind, types in (
        ("", {"kill"}),
        ("?type=kills", {"kill"}),
        ("?type=deaths", set()),
        ("?type=x", {"kill"}),
    ):
        points = await json_of(served_match, f"/match/{UUID}/heatmap{kind}")
        assert {point["type"] for point in points} == types


async def test_the_list_has_filters_a_count_and_cursors(served_match: Served) -> None:
    listed = await json_of(served_match, "/matches")
    assert [match["map"] for match in listed] == ["dm/mohdm1", "dm/mohdm6"]
    for filters, count in (
        ("", 2), ("map=dm%2Fmohdm6", 1), ("gametype=tdm", 1), (f"server={served_match.server_id}", 2), ("server=x", 0),
        ("player=3", 1), ("period=all", 2), (f"to={NOW.year - 1}-01-01", 0), ("map=dm%2Fmohdm1&gametype=2", 0),
    ):  # fmt: skip
        assert len(await json_of(served_match, f"/matches?{filters}")) == count, filters
        assert await json_of(served_match, f"/matches?count_only=1&{filters}") == {"total": count}
    assert await json_of(served_match, f"/matches?cursor={listed[0]['cursor']}") == listed[1:]
    assert await json_of(served_match, f"/matches?cursor={listed[1]['cursor']}") == []


@pytest.mark.parametrize("query", ["cursor=abc", "gametype=chess", "from=yesterday", "map=" + "x" * 201])
async def test_filters_that_cannot_be_are_400(served_match: Served, query: str) -> None:
    assert (await json_of(served_match, f"/matches?{query}", 400))["error"]
    other = (await json_of(served_match, "/matches?map=dm%2Fmohdm6"))[0]["cursor"]
    assert (await json_of(served_match, f"/matches?cursor={other}", 400))["error"]
