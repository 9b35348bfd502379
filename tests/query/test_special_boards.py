from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from clickhouse.client import ClickHouse
from query.rankings import Page
from query.scope import EVERYTHING, TIMES, Scope
from query.special_boards import combos, contextual, peak
from schema.match_ids import match_uuid
from tests.query.conftest import Stored
from tests.query.oracle import Event, by_match, day_stats, players_of
from tests.query.rows import kill, row, store
from tests.query.scoped import matches_inside, ranked_in, stats_in

AT = datetime(2026, 11, 20, 10, tzinfo=UTC)
ENOUGH = Page(limit=100)


def matches_of(events: Sequence[Event], guid: str) -> list[list[Event]]:
    return [match for match in by_match(events).values() if guid in players_of(match)]


def distance(match: Sequence[Event], guid: str) -> float:
    return day_stats(match, guid)["distance"]


def combo_values(
    events: Sequence[Event], metric: str, scope: Scope, sample_min: int
) -> list[tuple[float, str]]:
    """(value, guid), best first, of those with enough."""
    found = []
    decided = matches_inside(events, scope)
    for guid, stats in stats_in(events, scope).items():
        played = matches_of(decided, guid)
        kills = sum(day_stats(match, guid)["kills"] for match in played)
        if metric == "run_gun" and kills >= sample_min and stats["playtime"]:
            value = sum(distance(match, guid) for match in played) / stats["playtime"]
            found.append((-round(value, 6), guid))
        if metric == "clutch" and played and len(played) >= sample_min:
            found.append((-round(stats["team_wins"] / len(played), 6), guid))
        if metric == "consistency":
            each = [day_stats(match, guid) for match in played]
            ratios = [one["kd_ratio"] for one in each if one["kills"] + one["deaths"] >= 5]
            if len(ratios) >= max(sample_min, 1):
                found.append((round(statistics.pstdev(ratios), 6), guid))
    return [(abs(value), guid) for value, guid in sorted(found)]


@pytest.mark.parametrize("scope", [EVERYTHING, Scope(server_id="server-1")], ids=["all", "server"])
@pytest.mark.parametrize(("metric", "sample_min"), [("run_gun", 5), ("clutch", 2), ("consistency", 2)])
async def test_combos_are_the_recount(world: Stored, scope: Scope, metric: str, sample_min: int) -> None:
    expected = combo_values(world.events, metric, scope, sample_min)
    answer = await combos(world.clickhouse, metric, replace(scope, sample_min=sample_min), ENOUGH)
    assert (answer.metric, answer.total) == (metric, len(expected))
    assert len(expected) > 2
    assert {entry.guid for entry in answer.entries} == {guid for _, guid in expected}
    assert [e.value for e in answer.entries] == pytest.approx([v for v, _ in expected], abs=1e-5)


async def test_combos_need_what_the_spec_says(clickhouse: ClickHouse) -> None:
    rows = []
    for number in range(10):
        begin = AT + timedelta(hours=number)
        where = {"match_id": match_uuid(f"match_{number}", "server-1", "")}
        rows += [kill(begin + timedelta(seconds=n), "steady", "wild", **where) for n in range(5)]
        # The last match is too short to say anything: 10 for one of them, 9 for the other.
        if number < 9:
            rows += [kill(begin + timedelta(seconds=20), "wild", "other", **where) for _ in range(number * 3)]
        rows.append(
            row("distance", begin + timedelta(seconds=1), player_guid="steady", walked=400.0, **where)
        )
    await store(clickhouse, rows, "t")
    assert [entry.guid for entry in (await combos(clickhouse, "consistency")).entries] == ["steady", "wild"]
    [steady] = (await combos(clickhouse, "consistency")).entries[:1]
    assert (steady.value, steady.secondary) == (0.0, 10.0)
    [runner] = [one for one in (await combos(clickhouse, "run_gun")).entries if one.guid == "steady"]
    # 400 units in each match of four seconds.
    assert [runner.value, runner.secondary] == pytest.approx([100.0, 100 / 3])
    assert (await combos(clickhouse, "clutch")).entries == []


@pytest.mark.parametrize("time", TIMES)
async def test_peak_is_the_kd_of_a_part_of_the_day(world: Stored, time: str) -> None:
    counted = {
        guid: stats for guid, stats in stats_in(world.events, Scope(time=time)).items() if stats["kills"] >= 4
    }
    expected = sorted((-round(stats["kd_ratio"], 6), guid) for guid, stats in counted.items())
    answer = await peak(world.clickhouse, time, Scope(sample_min=4), ENOUGH)
    assert [entry.guid for entry in answer.entries] == [guid for _, guid in expected]
    for entry in answer.entries:
        assert (entry.kills, entry.deaths) == (counted[entry.guid]["kills"], counted[entry.guid]["deaths"])
        assert entry.kd == entry.value == pytest.approx(counted[entry.guid]["kd_ratio"])
    assert (await peak(world.clickhouse, time, Scope(sample_min=100_000))).entries == []


async def test_peak_needs_twenty_kills(clickhouse: ClickHouse) -> None:
    rows = [kill(AT, guid, "x") for guid, kills in (("enough", 20), ("few", 19)) for _ in range(kills)]
    await store(clickhouse, rows, "t")
    assert [entry.guid for entry in (await peak(clickhouse, "morning")).entries] == ["enough"]
    assert (await peak(clickhouse, "night")).entries == []


@pytest.mark.parametrize(
    ("dimension", "value", "stat"),
    [("weapon", "Thompson", "headshots"), ("map", "dm/mohdm1", "jumps"), ("time", "weekend", "accuracy"),
     ("map", "nowhere", "kills")],
)  # fmt: skip
async def test_contextual_leaders_are_the_recount(
    world: Stored, dimension: str, value: str, stat: str
) -> None:
    field = {"weapon": "weapon", "map": "map_name", "time": "time"}[dimension]
    scope = replace(EVERYTHING, **{field: value})  # type: ignore[arg-type]
    answer = await contextual(world.clickhouse, stat, dimension, value, EVERYTHING, ENOUGH)
    expected = ranked_in(world.events, stat, scope)
    assert [entry.guid for entry in answer.leaders] == [guid for _, guid in expected]
    assert [entry.value for entry in answer.leaders] == pytest.approx([v for v, _ in expected], abs=1e-5)
    stats = stats_in(world.events, scope)
    sample = "shots_fired" if stat == "accuracy" else "encounters"
    assert [entry.secondary for entry in answer.leaders] == [stats[guid][sample] for _, guid in expected]
