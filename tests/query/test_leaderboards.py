from __future__ import annotations

from datetime import UTC, datetime

import pytest

from clickhouse.client import ClickHouse
from query.leaderboards import leaderboard, leaderboard_total, map_leaderboard, weapon_leaderboard
from query.periods import PERIODS, period
from query.ranked_stats import MATCH_STATS, STATS
from tests.query.conftest import Stored
from tests.query.oracle import Event, bots, day_stats, last, match_stats, players_of, weapon_stats
from tests.query.rows import kill, milliseconds, store

# A Monday: the week holds less than the month, the month less than the year.
NOW = datetime(2026, 11, 2, 12, tzinfo=UTC)
EVER = period("all", NOW)


def ranking(events: list[Event], stat: str, span_name: str) -> list[tuple[float, str]]:
    """(value, guid) of the humans with anything of the stat, best first."""
    span = period(span_name, NOW)
    begin, end = milliseconds(span.since), milliseconds(span.until)
    inside = [e for e in events if begin <= e["event_time"] < end]
    known_bots = bots(events)
    values: list[tuple[float, str]] = []
    for guid in players_of(events) - known_bots:
        stats = match_stats(events, guid, begin, end) if stat in MATCH_STATS else day_stats(inside, guid)
        values.append((-round(stats[stat], 6), guid))
    return [(-value, guid) for value, guid in sorted(values) if value < 0]


def number(value: float | str) -> float:
    return float(value.rstrip("%km")) if isinstance(value, str) else value


@pytest.mark.parametrize("span_name", PERIODS)
async def test_every_stat_ranks_the_same_players_with_the_same_values_as_a_recount(
    world: Stored, span_name: str
) -> None:
    for stat in sorted(STATS):
        expected = ranking(world.events, stat, span_name)
        answer = await leaderboard(world.clickhouse, stat, period(span_name, NOW), limit=100)
        assert answer.total == len(expected), stat
        assert expected or span_name == "day", f"the world has no {stat}"
        got = [(number(entry.value), entry.player_id) for entry in answer.players]
        if stat == "distance":
            expected = [(value * 0.0254 / 1000, guid) for value, guid in expected]
        assert {guid for _, guid in got} == {guid for _, guid in expected}, stat
        for (value, _), (wanted, _) in zip(got, expected, strict=True):
            assert value == pytest.approx(wanted, abs=0.051 if stat in ("accuracy", "distance") else 0.001), (
                stat
            )
        if stat not in ("accuracy", "distance", "damage", "sprinted", "swam", "driven", "kd_ratio"):
            assert got == expected, stat
        assert [entry.rank for entry in answer.players] == list(range(1, len(expected) + 1))


async def test_entries_carry_every_stat_whatever_they_rank_by(world: Stored) -> None:
    answer = await leaderboard(world.clickhouse, "jumps", EVER, limit=100)
    for entry in answer.players:
        days = day_stats(world.events, entry.guid)
        matches = match_stats(world.events, entry.guid, 0, 1 << 50)
        assert (
            entry.player_name == entry.name == (last(world.events, entry.guid, "name") or "Unknown Soldier")
        )
        assert entry.verified == entry.guid.isdigit()
        assert entry.kd == entry.kd_ratio == pytest.approx(days["kd_ratio"])
        assert entry.accuracy == pytest.approx(days["accuracy"])
        assert entry.damage == pytest.approx(days["damage"], abs=0.001)
        assert entry.distance_km == pytest.approx(days["distance"] * 0.0254 / 1000, abs=0.001)
        assert entry.playtime_seconds == pytest.approx(matches["playtime"], abs=0.001)
        for way in ("sprinted", "swam", "driven"):
            assert getattr(entry, way) == pytest.approx(days[way], abs=0.001)
        told = {name: getattr(entry, name) for name in {*days, *matches} if hasattr(entry, name)}
        counted = {**days, **matches}
        floats = {"kd_ratio", "accuracy", "damage", "sprinted", "swam", "driven", "playtime"}
        assert {n: v for n, v in told.items() if n not in floats} == {
            n: counted[n] for n in told if n not in floats
        }


async def test_pages_join_to_the_whole(world: Stored) -> None:
    whole = await leaderboard(world.clickhouse, "kills", EVER, limit=100)
    pages = [
        entry
        for offset in range(0, whole.total, 5)
        for entry in (await leaderboard(world.clickhouse, "kills", EVER, limit=5, offset=offset)).players
    ]
    assert pages == whole.players


async def test_a_page_behind_the_last_still_tells_the_total(world: Stored) -> None:
    whole = await leaderboard(world.clickhouse, "kills", EVER)
    behind = await leaderboard(world.clickhouse, "kills", EVER, offset=10_000, limit=10)
    assert (behind.players, behind.total, behind.page) == ([], whole.total, 1001)


async def test_count_only_counts_the_same(world: Stored) -> None:
    for stat in ("kills", "wins"):
        whole = await leaderboard(world.clickhouse, stat, EVER, limit=1)
        assert (await leaderboard_total(world.clickhouse, stat, EVER)).total == whole.total


async def test_bots_are_out_unless_asked_for(world: Stored) -> None:
    known_bots = bots(world.events)
    without = await leaderboard(world.clickhouse, "deaths", EVER, limit=100)
    with_bots = await leaderboard(world.clickhouse, "deaths", EVER, limit=100, with_bots=True)
    assert not known_bots & {entry.guid for entry in without.players}
    assert known_bots <= {entry.guid for entry in with_bots.players}


async def test_weapon_leaderboard_is_the_recount(world: Stored) -> None:
    humans = players_of(world.events) - bots(world.events)
    for weapon in ("Thompson", "Springfield '03 Sniper", "unknown"):
        answer = await weapon_leaderboard(world.clickhouse, weapon)
        counted = {guid: weapon_stats(world.events, guid).get(weapon) for guid in humans}
        expected = {guid: c for guid, c in counted.items() if c and c["kills"]}
        assert {entry.guid for entry in answer.leaderboard} == set(expected)
        for entry in answer.leaderboard:
            wanted = expected[entry.guid]
            assert (entry.kills, entry.headshots, entry.shots, entry.hits, entry.deaths) == (
                wanted["kills"], wanted["headshots"], wanted["shots_fired"], wanted["shots_hit"], wanted["deaths"],
            )  # fmt: skip
        kills = [entry.kills for entry in answer.leaderboard]
        assert kills == sorted(kills, reverse=True)


async def test_map_leaderboard_is_the_recount(world: Stored) -> None:
    humans = players_of(world.events) - bots(world.events)
    on_map = [e for e in world.events if e["map_name"] == "obj/obj_team2"]
    answer = await map_leaderboard(world.clickhouse, "obj/obj_team2")
    expected = {g: day_stats(on_map, g) for g in humans if day_stats(on_map, g)["kills"]}
    got = {entry.guid: (entry.kills, entry.deaths, entry.headshots) for entry in answer.leaderboard}
    assert got == {g: (s["kills"], s["deaths"], s["headshots"]) for g, s in expected.items()}


async def test_nobody_is_ranked_where_nothing_happened(clickhouse: ClickHouse) -> None:
    for stat in sorted(STATS):
        answer = await leaderboard(clickhouse, stat, EVER)
        assert (answer.players, answer.total, answer.stat) == ([], 0, stat)
    assert (await weapon_leaderboard(clickhouse, "BAR")).leaderboard == []


async def test_other_games_never_mix(clickhouse: ClickHouse) -> None:
    at = datetime(2026, 11, 20, 10, tzinfo=UTC)
    await store(clickhouse, [kill(at, "1", "2"), kill(at, "3", "4", game="pubg")], "t")
    [entry] = (await leaderboard(clickhouse, "kills", EVER)).players
    [other] = (await leaderboard(clickhouse, "kills", EVER, game="pubg")).players
    assert (entry.guid, other.guid) == ("1", "3")


async def test_equal_players_always_come_in_the_same_order(clickhouse: ClickHouse) -> None:
    at = datetime(2026, 11, 20, 10, tzinfo=UTC)
    await store(clickhouse, [kill(at, guid, "victim") for guid in ("9", "it's", "1", "\\", "b\tc")], "t")
    answer = await leaderboard(clickhouse, "kills", EVER)
    guids = [entry.guid for entry in answer.players]
    assert guids == sorted(guids)
    assert [entry.kills for entry in answer.players] == [1] * 5
    assert [entry.name for entry in answer.players] == [f"name of {guid}" for guid in guids]
