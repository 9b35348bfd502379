from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from clickhouse.client import ClickHouse
from query.match_predictions import predict
from schema.match_ids import match_uuid
from tests.query.conftest import Stored
from tests.query.oracle import by_match, last, players_of
from tests.query.rows import kill, row, store

AT = datetime(2026, 11, 20, 10, tzinfo=UTC)
BEFORE: dict[str, Any] = {"match_id": match_uuid("match_0", "server-1", "")}


async def test_a_prediction_is_the_documented_formula(world: Stored) -> None:
    for uuid, events in by_match(world.events).items():
        found = await predict(world.clickhouse, uuid)
        assert found
        began_day = datetime.fromtimestamp(min(e["event_time"] for e in events) / 1000, UTC).date()
        before = [
            e for e in world.events if datetime.fromtimestamp(e["event_time"] / 1000, UTC).date() < began_day
        ]
        forms, fights = {}, {}
        for guid in players_of(events):
            kills = sum(e["kill_kind"] == "kill" and e["player_guid"] == guid for e in before)
            deaths = sum(bool(e["kill_kind"]) and e["target_guid"] == guid for e in before)
            forms[guid], fights[guid] = (kills + 10) / (deaths + 10), kills + deaths
        assert {one.player_id: one.form for one in found.players} == pytest.approx(forms, abs=0.001)
        wanted = sum(min(1, count / 50) for count in fights.values()) / len(fights)
        assert found.confidence == pytest.approx(wanted, abs=0.01)
        if events[0]["gametype"] == "ffa":
            assert (found.allies_win_prob, found.axis_win_prob) == (0, 0)
            assert sum(one.win_prob for one in found.players) == pytest.approx(100, abs=1)
            continue
        sides = {
            team: sum(form for guid, form in forms.items() if last(events, guid, "team") == team)
            * (_score(events, team) + 3)
            for team in ("allies", "axis")
        }
        chance = 100 * sides["allies"] / (sides["allies"] + sides["axis"])
        assert found.allies_win_prob == pytest.approx(chance, abs=0.06)
        assert found.axis_win_prob == pytest.approx(100 - chance, abs=0.06)
        assert found.expected_winner == ("allies" if chance > 50 else "axis")


def _score(events: list[dict[str, Any]], team: str) -> int:
    said = [e for e in events if e["attributes"].get(f"{team}_score")]
    score = max((e["event_time"], int(e["attributes"][f"{team}_score"])) for e in said)[1]
    return int(score)


async def test_a_leading_score_and_better_players_are_favoured(clickhouse: ClickHouse) -> None:
    common = {"gametype": "tdm"}
    rows = [
        *(kill(AT - timedelta(days=2, seconds=n), "1", "2", **BEFORE, **common) for n in range(30)),
        row("jump", AT, player_guid="1", player_team="axis", **common),
        row("jump", AT, player_guid="2", player_team="allies", **common),
    ]
    await store(clickhouse, rows, "a")
    even = await predict(clickhouse, "match_1")
    assert even
    assert even.expected_winner == "axis"
    assert even.confidence == 0.6
    scores = {"allies_score": "30", "axis_score": "0"}
    await store(clickhouse, [row("heartbeat", AT, attributes=scores, **common)], "b")
    ahead = await predict(clickhouse, "match_1")
    assert ahead
    assert ahead.allies_win_prob > even.allies_win_prob


async def test_strangers_on_even_terms_are_fifty_fifty(clickhouse: ClickHouse) -> None:
    rows = [
        row("jump", AT, player_guid=guid, player_team=team, gametype="tdm")
        for guid, team in (("1", "allies"), ("2", "axis"))
    ]
    await store(clickhouse, rows, "t")
    found = await predict(clickhouse, "match_1")
    assert found
    assert (found.allies_win_prob, found.axis_win_prob, found.expected_winner) == (50, 50, "")
    assert found.confidence == 0
    assert await predict(clickhouse, "match_0") is None


async def test_a_match_nobody_plays_yet_is_even(clickhouse: ClickHouse) -> None:
    await store(clickhouse, [row("match_start", AT, gametype="obj")], "t")
    found = await predict(clickhouse, "match_1")
    assert found
    assert (found.allies_win_prob, found.players, found.confidence) == (50, [], 0)
