from __future__ import annotations

from datetime import UTC, datetime

import pytest

from clickhouse.client import ClickHouse
from query.cursors import InvalidCursor
from query.leaderboards import (
    gametype_leaderboard,
    leaderboard,
    leaderboard_total,
    map_leaderboard,
    weapon_leaderboard,
)
from query.periods import PERIODS, between, period
from query.ranked_stats import STATS, WEAPON_STATS
from query.rankings import Page, Standing, ranking
from query.scope import EVERYTHING, Scope
from tests.query.conftest import Stored
from tests.query.oracle import bots, day_stats, last, match_stats, players_of, weapon_stats
from tests.query.rows import kill, store
from tests.query.scoped import ranked_by, ranked_in, stats_in

# A Monday: the week holds less than the month, the month less than the year.
NOW = datetime(2026, 11, 2, 12, tzinfo=UTC)


def number(value: float | str) -> float:
    return float(value.rstrip("%km")) if isinstance(value, str) else value


ENOUGH = Page(limit=100)
TEXTS = ("accuracy", "distance")
FLOATS = (*TEXTS, "damage", "sprinted", "swam", "driven", "kd_ratio", "playtime")
A_DAY = between(datetime(2026, 10, 31, 5, tzinfo=UTC), datetime(2026, 11, 1, 1, tzinfo=UTC))
SCOPES = {
    **{name: Scope(period=period(name, NOW)) for name in PERIODS},
    "server": Scope(server_id="server-2"),
    "map": Scope(map_name="obj/obj_team2"),
    "gametype": Scope(gametype="ffa"),
    "hours": Scope(period=A_DAY),
    "map, hours and server": Scope(period=A_DAY, map_name="dm/mohdm1", server_id="server-1"),
    "server and gametype": Scope(server_id="server-1", gametype="tdm"),
    "map that contradicts its server": Scope(server_id="server-1", map_name="nowhere"),
    "weekend": Scope(time="weekend"),
    "nights of a server": Scope(time="night", server_id="server-2"),
    "with bots": Scope(with_bots=True),
    "minimum sample": Scope(sample_min=60),
    "minimum sample on a map": Scope(sample_min=3, map_name="obj/obj_team2"),
    "weapon": Scope(weapon="Thompson"),
    "weapon in a month": Scope(weapon="unknown", period=period("month", NOW)),
    "weapon with bots and a minimum sample": Scope(weapon="BAR", with_bots=True, sample_min=3),
    "weapon on a map": Scope(weapon="Springfield '03 Sniper", map_name="obj/obj_team2"),
    "weapon by hours, server and gametype": Scope(
        weapon="MP40", period=A_DAY, server_id="server-2", gametype="tdm"
    ),
    "weapon in the morning": Scope(weapon="MP40", time="morning"),
}
EMPTY = {"map that contradicts its server"}


@pytest.mark.parametrize("name", SCOPES)
async def test_every_stat_ranks_the_same_players_with_the_same_values_as_a_recount(
    world: Stored, name: str
) -> None:
    scope = SCOPES[name]
    counted, found = stats_in(world.events, scope), 0
    for stat in sorted(WEAPON_STATS if scope.weapon else STATS):
        expected = ranked_by(counted, stat, scope)
        got = await ranking(world.clickhouse, stat, scope, ENOUGH)
        assert (got.total, got.next_cursor) == (len(expected), None), stat
        found += len(expected)
        assert {one.guid for one in got.standings} == {guid for _, guid in expected}, stat
        assert [one.value for one in got.standings] == pytest.approx(
            [value for value, _ in expected], abs=1e-6
        ), stat
        if stat not in FLOATS:
            assert [(one.value, one.guid) for one in got.standings] == expected, stat
        assert [one.rank for one in got.standings] == list(range(1, len(expected) + 1))
    assert (found > 0) == (name not in EMPTY)


@pytest.mark.parametrize("name", ["all", "map, hours and server", "weapon", "weapon on a map"])
async def test_entries_are_of_the_scope_and_show_what_they_rank_by(world: Stored, name: str) -> None:
    scope, stats = SCOPES[name], ("kills", "accuracy", "damage", *([] if SCOPES[name].weapon else TEXTS))
    counted = stats_in(world.events, scope)
    for stat in stats:
        for entry in (await leaderboard(world.clickhouse, stat, scope, ENOUGH)).players:
            wanted = counted[entry.guid]
            shown = wanted[stat] * 0.0254 / 1000 if stat == "distance" else wanted[stat]
            assert number(entry.value) == pytest.approx(shown, abs=0.051 if stat in TEXTS else 0.001)
            assert number(entry.display_value) == pytest.approx(shown, abs=0.051)
            assert (entry.kills, entry.deaths, entry.teamkills, entry.shots_fired) == tuple(
                wanted[counter] for counter in ("kills", "deaths", "teamkills", "shots_fired")
            )


async def test_entries_carry_every_stat_whatever_they_rank_by(world: Stored) -> None:
    answer = await leaderboard(world.clickhouse, "jumps", EVERYTHING, ENOUGH)
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
    whole = await leaderboard(world.clickhouse, "kills", EVERYTHING, ENOUGH)
    assert whole.next_cursor is None
    pages = [
        entry
        for offset in range(0, whole.total, 10)
        for entry in (
            await leaderboard(world.clickhouse, "kills", EVERYTHING, Page(limit=10, offset=offset))
        ).players
    ]
    assert pages == whole.players


@pytest.mark.parametrize(
    ("name", "stat"),
    [("all", "kills"), ("all", "kd_ratio"), ("with bots", "suicides"), ("weekend", "wins"), ("map", "damage"),
     ("hours", "playtime"), ("weapon", "kills"), ("weapon on a map", "damage")],
)  # fmt: skip
async def test_cursors_lead_to_everyone_once_also_among_equals(world: Stored, name: str, stat: str) -> None:
    scope = SCOPES[name]
    whole = await ranking(world.clickhouse, stat, scope, ENOUGH)
    cursor: str | None = ""
    visited: list[Standing] = []
    while cursor is not None:
        page = await ranking(world.clickhouse, stat, scope, Page(limit=3, cursor=cursor))
        assert page.total == whole.total
        assert len(page.standings) <= 3
        visited += page.standings
        cursor = page.next_cursor
    assert visited == whole.standings


async def test_a_cursor_of_another_list_is_refused(world: Stored) -> None:
    cursor = (await leaderboard(world.clickhouse, "kills", EVERYTHING, Page(limit=1))).next_cursor
    assert cursor
    for stat, scope in (("deaths", EVERYTHING), ("kills", SCOPES["map"]), ("kills", SCOPES["with bots"])):
        with pytest.raises(InvalidCursor, match="another list"):
            await leaderboard(world.clickhouse, stat, scope, Page(cursor=cursor))


async def test_a_cursor_goes_on_where_it_was_whoever_came_in_between(clickhouse: ClickHouse) -> None:
    at = datetime(2026, 11, 20, 10, tzinfo=UTC)
    await store(clickhouse, [kill(at, str(n), "x") for n in range(1, 6) for _ in range(n)], "t")
    first = await leaderboard(clickhouse, "kills", EVERYTHING, Page(limit=2))
    await store(clickhouse, [kill(at, "new", "x") for _ in range(9)], "u")
    after = await leaderboard(clickhouse, "kills", EVERYTHING, Page(limit=2, cursor=first.next_cursor or ""))
    assert [entry.guid for entry in first.players] == ["5", "4"]
    assert [(entry.rank, entry.guid) for entry in after.players] == [(4, "3"), (5, "2")]


@pytest.mark.parametrize("name", ["all", "weapon on a map"])
async def test_around_a_player_are_those_next_to_him(world: Stored, name: str) -> None:
    scope = SCOPES[name]
    whole = (await ranking(world.clickhouse, "kills", scope, ENOUGH)).standings
    for place, limit, side in ((0, 1, 0), (0, 5, 2), (1, 4, 1), (3, 5, 2), (-1 % len(whole), 5, 2)):
        page = Page(limit=limit, around=whole[place].guid, offset=3)
        got = await ranking(world.clickhouse, "kills", scope, page)
        assert got.standings == whole[max(0, place - side) : place + side + 1]
        assert got.total == len(whole)
    nobody = await ranking(world.clickhouse, "kills", scope, Page(around="nobody"))
    assert (nobody.standings, nobody.total, nobody.next_cursor) == ([], len(whole), None)


async def test_a_page_behind_the_last_still_tells_the_total(world: Stored) -> None:
    whole = await leaderboard(world.clickhouse, "kills")
    behind = await leaderboard(world.clickhouse, "kills", EVERYTHING, Page(offset=10_000, limit=10))
    assert (behind.players, behind.total, behind.page) == ([], whole.total, 1001)


async def test_count_only_counts_the_same(world: Stored) -> None:
    for stat in ("kills", "wins"):
        whole = await leaderboard(world.clickhouse, stat, EVERYTHING, Page(limit=1))
        assert (await leaderboard_total(world.clickhouse, stat)).total == whole.total


async def test_bots_are_out_unless_asked_for(world: Stored) -> None:
    known_bots = bots(world.events)
    without = await leaderboard(world.clickhouse, "deaths", EVERYTHING, ENOUGH)
    with_bots = await leaderboard(world.clickhouse, "deaths", Scope(with_bots=True), ENOUGH)
    assert not known_bots & {entry.guid for entry in without.players}
    assert known_bots <= {entry.guid for entry in with_bots.players}


async def test_weapon_leaderboard_is_the_recount(world: Stored) -> None:
    humans = players_of(world.events) - bots(world.events)
    for weapon in ("Thompson", "Springfield '03 Sniper", "unknown"):
        answer = await weapon_leaderboard(world.clickhouse, Scope(weapon=weapon))
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
    answer = await map_leaderboard(world.clickhouse, Scope(map_name="obj/obj_team2"))
    expected = {g: day_stats(on_map, g) for g in humans if day_stats(on_map, g)["kills"]}
    got = {entry.guid: (entry.kills, entry.deaths, entry.headshots) for entry in answer.leaderboard}
    assert got == {g: (s["kills"], s["deaths"], s["headshots"]) for g, s in expected.items()}


async def test_gametype_leaderboard_is_the_recount(world: Stored) -> None:
    answer = await gametype_leaderboard(world.clickhouse, Scope(gametype="tdm"), ENOUGH)
    expected = ranked_in(world.events, "kills", Scope(gametype="tdm"))
    assert [(entry.kills, entry.id) for entry in answer.leaderboard] == expected
    assert (answer.game_type, answer.total) == ("tdm", len(expected))


async def test_nobody_is_ranked_where_nothing_happened(clickhouse: ClickHouse) -> None:
    for stat in ("kills", "wins"):
        answer = await leaderboard(clickhouse, stat)
        assert (answer.players, answer.total, answer.stat) == ([], 0, stat)
    assert (await weapon_leaderboard(clickhouse, Scope(weapon="BAR"))).leaderboard == []


async def test_other_games_never_mix(clickhouse: ClickHouse) -> None:
    at = datetime(2026, 11, 20, 10, tzinfo=UTC)
    await store(clickhouse, [kill(at, "1", "2"), kill(at, "3", "4", game="pubg")], "t")
    [entry] = (await leaderboard(clickhouse, "kills")).players
    [other] = (await leaderboard(clickhouse, "kills", Scope(game="pubg"))).players
    assert (entry.guid, other.guid) == ("1", "3")


async def test_equal_players_always_come_in_the_same_order(clickhouse: ClickHouse) -> None:
    at = datetime(2026, 11, 20, 10, tzinfo=UTC)
    await store(clickhouse, [kill(at, guid, "victim") for guid in ("9", "it's", "1", "\\", "b\tc")], "t")
    answer = await leaderboard(clickhouse, "kills")
    guids = [entry.guid for entry in answer.players]
    assert guids == sorted(guids)
    assert [entry.kills for entry in answer.players] == [1] * 5
    assert [entry.name for entry in answer.players] == [f"name of {guid}" for guid in guids]
