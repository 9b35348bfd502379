"""What settling computes and what the answers in depth say equal a recount of the events."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import msgspec
import pytest

from clickhouse.client import ClickHouse
from query import players_advanced, players_deep
from query.scope import EVERYTHING
from tests.query.brawls import AT, LATER, a_brawl, settled
from tests.query.oracle import by_match, day_stats, match_stats, players_of
from tests.query.rows import a_world, kill
from tests.query.sequences_oracle import sequences

SECOND = timedelta(seconds=1)
ASKED = (
    "deep_stats", "vehicles", "game_flow", "world",
)  # fmt: skip
ADVANCED = ("gametypes", "peak_performance", "combos", "playstyle", "war_room")


@pytest.mark.parametrize("seed", [1, 2])
async def test_sequences_are_those_of_a_recount_in_any_order_and_split(
    clickhouse: ClickHouse, seed: int
) -> None:
    rows = a_brawl(seed)
    random.Random(seed).shuffle(rows)
    events = await settled(clickhouse, rows, batch=97 * seed)
    stored = {
        (str(found["match_id"]), found["player_guid"]): found
        for found in await clickhouse.rows_of("SELECT * FROM match_sequences FINAL")
    }
    seen: Counter[str] = Counter()
    for match_id, match in by_match(events).items():
        for guid in players_of(match):
            expected = sequences(match, guid)
            got = stored[match_id, guid]
            assert {name: got[name] for name in expected} == dict(expected), (match_id, guid)
            seen.update(expected)
    wanted = {
        "double_kills",
        "multi_kills",
        "revenge_kills",
        "trading_kills",
        "first_bloods",
        "longshots",
        "gibs",
        "streaks_5",
    }
    assert {name for name in wanted if not seen[name]} == set(), "nothing is proved by what never happens"


async def test_answers_in_depth_are_those_of_a_recount(clickhouse: ClickHouse) -> None:
    events = await settled(clickhouse, a_world(3, 2500))
    for guid in sorted(players_of(events))[:6]:
        counted = {**day_stats(events, guid), **match_stats(events, guid, 0, 1 << 50)}
        deep = await players_deep.deep_stats(clickhouse, guid)
        for field in ("kills", "bot_kills", "deaths", "headshots", "torso_kills", "limb_kills", "suicides"):
            assert getattr(deep.combat, field) == counted[field], field
        assert deep.combat.unsettled_matches == 0
        assert deep.session.wins == counted["wins"]
        assert deep.session.matches_played == counted["matches_played"]
        assert sum(weapon.kills for weapon in deep.weapons) == counted["kills"]
        assert sum(weapon.shots for weapon in deep.weapons) == counted["shots_fired"]
        for dimension in players_advanced.DIMENSIONS:
            drill = await players_advanced.drilldown(clickhouse, guid, "kills", dimension, 100)
            if dimension not in ("hitloc", "stance", "killer"):  # some kills have none; killers only kill
                assert sum(item.kills for item in drill.items) == counted["kills"], dimension
        hours = (await players_advanced.peak_performance(clickhouse, guid)).hourly_breakdown
        assert sum(hour.kills for hour in hours) == counted["kills"]
        assert sum(hour.wins for hour in hours) == counted["wins"]
        types = await players_advanced.gametypes(clickhouse, guid)
        assert sum(one.matches_won for one in types) == counted["wins"]
        on_map = await players_advanced.nested_drilldown(
            clickhouse, guid, "kills", "map", "dm/mohdm6", "weapon", 100
        )
        assert on_map.total == day_stats([e for e in events if e["map_name"] == "dm/mohdm6"], guid)["kills"]


async def test_filters_leave_out_what_they_name_not(clickhouse: ClickHouse) -> None:
    events = await settled(clickhouse, a_world(4, 1500))
    guid = Counter(e["player_guid"] for e in events if e["kill_kind"] == "kill").most_common(1)[0][0]
    for field, value in (("map_name", "obj/obj_team2"), ("server_id", "server-2"), ("gametype", "tdm")):
        scope = replace(EVERYTHING, **{field: value})  # type: ignore[arg-type]
        deep = await players_deep.deep_stats(clickhouse, guid, scope)
        counted = day_stats([e for e in events if e[field] == value], guid)
        assert (deep.combat.kills, deep.combat.deaths) == (counted["kills"], counted["deaths"])
        assert sum(weapon.kills for weapon in deep.weapons) == counted["kills"]


async def test_two_players_see_each_other_the_other_way_round(clickhouse: ClickHouse) -> None:
    await settled(
        clickhouse, [kill(AT, "1", "2"), kill(AT + SECOND, "1", "2"), kill(AT + 2 * SECOND, "2", "1")]
    )
    mine = await players_advanced.versus(clickhouse, "1", "2")
    theirs = await players_advanced.versus(clickhouse, "2", "1")
    assert (mine.kills, mine.deaths, theirs.kills, theirs.deaths, mine.matches) == (2, 1, 1, 2, 1)


async def test_a_forecast_rests_on_the_last_matches(clickhouse: ClickHouse) -> None:
    rows = [
        kill(AT + timedelta(hours=m) + n * SECOND, "1" if n < 4 else "2", "2" if n < 4 else "1", match_id=UUID(int=m + 1))
        for m in range(5) for n in range(6)
    ]  # fmt: skip
    await settled(clickhouse, rows)
    found = await players_advanced.prediction(clickhouse, "1", LATER)
    assert (found.expected_kd, found.trend, found.confidence) == (2.0, "stable", 0.5)
    assert (found.predicted_kills, found.predicted_deaths) == (4, 2)
    assert found.rival_analysis[0].win_prob == round(21 / 32, 3)


async def test_nobody_has_zeros_in_every_answer(clickhouse: ClickHouse) -> None:
    for name in ASKED:
        assert await getattr(players_deep, name)(clickhouse, "nobody", EVERYTHING) is not None
    for name in ADVANCED:
        answer = await getattr(players_advanced, name)(clickhouse, "nobody", EVERYTHING)
        assert b"null" not in msgspec.json.encode(answer).replace(b'_name":null', b"").replace(b'_guid":null', b"") or name in (
            "peak_performance", "war_room",
        )  # fmt: skip
    assert (await players_deep.bots(clickhouse, "nobody")).bot_kills == 0
    assert await players_deep.body_heatmap(clickhouse, "nobody", "mohaa") == {}
    assert await players_deep.member_guid(clickhouse, 7, "mohaa") is None
    assert await players_advanced.performance(clickhouse, "nobody") == []
    assert (await players_advanced.heatmap(clickhouse, "nobody", "x", "kills")).points == []
    assert (await players_advanced.versus(clickhouse, "nobody", "no one")).kills == 0
    assert (await players_advanced.prediction(clickhouse, "nobody", LATER)).confidence == 0
