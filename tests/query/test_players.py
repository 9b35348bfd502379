from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from clickhouse.client import ClickHouse
from query.leaderboards import leaderboard
from query.player_depth import deep_stats
from query.players import (
    player_by_name,
    player_guid,
    player_maps,
    player_matches,
    player_page,
    player_weapons,
)
from schema.answers.players import PlayerStats
from tests.query.conftest import Stored
from tests.query.oracle import by_match, day_stats, last, match_stats, players_of, weapon_stats
from tests.query.rows import kill, milliseconds, row, store

AT = datetime(2026, 11, 20, 10, tzinfo=UTC)
NAMES = {"server-1": "First", "server-2": "Second"}


async def test_every_player_has_the_figures_of_a_recount(world: Stored) -> None:
    same = (
        "kills", "bot_kills", "total_kills", "deaths", "world_deaths", "headshots", "suicides", "torso_kills",
        "limb_kills", "standing_kills", "crouching_kills", "prone_kills", "bash_kills", "grenade_kills", "jumps",
        "shots_fired", "shots_hit", "matches_played", "wins", "losses",
    )  # fmt: skip
    for guid in players_of(world.events):
        page = await player_page(world.clickhouse, guid, NAMES)
        counted = {**day_stats(world.events, guid), **match_stats(world.events, guid, 0, 1 << 50)}
        assert {name: getattr(page, name) for name in same} == {name: counted[name] for name in same}
        assert page.team_kills == counted["teamkills"]
        assert page.games_finished == counted["games"]
        assert page.damage_dealt == pytest.approx(counted["damage"], abs=0.001)
        assert page.damage_taken == pytest.approx(counted["damage_taken"], abs=0.001)
        assert page.kd_ratio == pytest.approx(counted["kd_ratio"])
        assert page.accuracy == pytest.approx(counted["accuracy"])
        assert page.win_rate == pytest.approx(100 * counted["wins"] / counted["matches_played"])
        assert page.playtime_seconds == pytest.approx(counted["playtime"], abs=0.001)
        assert page.playtime == page.playtime_seconds
        assert page.playtime_minutes == pytest.approx(counted["playtime"] / 60, abs=0.01)
        minutes = counted["playtime"] / 60
        assert page.kills_per_minute == pytest.approx(counted["kills"] / minutes if minutes else 0, rel=1e-3)
        assert page.headshot_percent == pytest.approx(
            100 * counted["headshots"] / counted["kills"] if counted["kills"] else 0
        )
        assert (page.total_damage, page.total_deaths) == (page.damage_dealt, page.deaths)
        assert page.total_headshots == page.headshots
        assert page.distance_traveled == pytest.approx(counted["distance"] * 0.0254, abs=0.01)
        assert page.name == page.player_name == (last(world.events, guid, "name") or "Unknown Soldier")
        seen = [
            e["event_time"]
            for e in world.events
            if e["player_guid"] == guid
            or (e["target_guid"] == guid and e["event_type"] in ("player_kill", "bot_killed", "damage"))
        ]
        assert page.first_seen
        assert milliseconds(page.first_seen) == min(seen)
        assert page.last_seen
        assert milliseconds(page.last_seen) == max(seen)


async def test_more_matches_than_are_added_up_in_python_make_the_same_page(
    world: Stored, monkeypatch: pytest.MonkeyPatch
) -> None:
    pages = [await player_page(world.clickhouse, guid, NAMES) for guid in players_of(world.events)]
    assert max(page.matches_played for page in pages) > 1
    monkeypatch.setattr("query.results.MATCHES_MAX", 1)
    assert [await player_page(world.clickhouse, page.guid, NAMES) for page in pages] == pages


async def test_the_page_says_everything_twice_for_pages_that_do_not_unwrap(world: Stored) -> None:
    page = await player_page(world.clickhouse, "40", NAMES)
    built = msgspec.to_builtins(page)
    inner = built.pop("player")
    assert inner == built
    assert set(inner) == set(PlayerStats.__struct_fields__)


async def test_weapons_are_those_used_with_kills_by_the_name_received(world: Stored) -> None:
    for guid in players_of(world.events):
        got = await player_weapons(world.clickhouse, guid)
        expected = weapon_stats(world.events, guid)
        assert {w.weapon for w in got} == set(expected)
        for weapon in got:
            wanted = expected[weapon.weapon]
            assert weapon.weapon == weapon.name == weapon.weapon_name
            assert weapon.damage == pytest.approx(wanted["damage"], abs=0.001)
            for field in ("kills", "headshots", "deaths", "shots_fired", "shots_hit"):
                assert getattr(weapon, field) == wanted[field], (guid, weapon.weapon, field)


async def test_matches_are_the_recount_newest_first(world: Stored) -> None:
    for guid in players_of(world.events):
        got = await player_matches(world.clickhouse, guid, NAMES)
        expected = {m: events for m, events in by_match(world.events).items() if guid in players_of(events)}
        assert {item.match_id for item in got} == set(expected)
        assert [item.started_at for item in got] == sorted((i.started_at for i in got), reverse=True)
        for item in got:
            events = expected[item.match_id]
            counted = day_stats(events, guid)
            won = match_stats(events, guid, 0, 1 << 50)
            assert (item.kills, item.deaths, item.headshots, item.bot_kills) == (
                counted["kills"], counted["deaths"], counted["headshots"], counted["bot_kills"],
            )  # fmt: skip
            assert item.result == ("win" if won["wins"] else "loss" if won["losses"] else "")
            assert item.won == bool(won["wins"])
            assert milliseconds(item.started_at) == min(e["event_time"] for e in events)
            assert item.map_name == events[0]["map_name"]
            assert item.server_name == NAMES[events[0]["server_id"]]
            assert item.team == last(events, guid, "team")


async def test_matches_come_in_pages(world: Stored) -> None:
    guid = Counter(e["player_guid"] for e in world.events if e["player_guid"].isdigit()).most_common(1)[0][0]
    whole = await player_matches(world.clickhouse, guid, NAMES)
    assert len(whole) > 3
    pages = [
        item
        for offset in range(0, len(whole) + 2, 2)
        for item in await player_matches(world.clickhouse, guid, NAMES, limit=2, offset=offset)
    ]
    assert pages == whole


async def test_maps_are_the_recount(world: Stored) -> None:
    for guid in players_of(world.events):
        got = {item.map_name: item for item in await player_maps(world.clickhouse, guid)}
        mine = [e for m in by_match(world.events).values() if guid in players_of(m) for e in m]
        assert set(got) == {e["map_name"] for e in mine}
        for map_name, item in got.items():
            on_map = [e for e in mine if e["map_name"] == map_name]
            counted, matches = day_stats(on_map, guid), match_stats(on_map, guid, 0, 1 << 50)
            assert (item.kills, item.deaths, item.headshots, item.matches_played, item.matches_won) == (
                counted["kills"], counted["deaths"], counted["headshots"], matches["matches_played"], matches["wins"],
            )  # fmt: skip


async def test_a_player_nobody_ever_saw_has_zeros(clickhouse: ClickHouse) -> None:
    page = await player_page(clickhouse, "nobody", {})
    assert (page.guid, page.name, page.kills, page.kd_ratio) == ("nobody", "Unknown Soldier", 0, 0.0)
    assert (page.first_seen, page.last_seen, page.weapons, page.maps) == (None, None, [], [])
    numbers = [value for value in msgspec.to_builtins(page.player).values() if isinstance(value, int | float)]
    assert not any(numbers)
    assert await player_weapons(clickhouse, "nobody") == []
    assert await player_matches(clickhouse, "nobody", {}) == []
    assert await player_maps(clickhouse, "nobody") == []


async def test_kills_without_a_death_are_the_ratio(clickhouse: ClickHouse) -> None:
    await store(clickhouse, [kill(AT, "1", "2"), kill(AT, "1", "2")], "t")
    assert (await player_page(clickhouse, "1", {})).kd_ratio == 2.0


async def test_a_bare_slot_means_the_player_last_seen_on_it(clickhouse: ClickHouse) -> None:
    early = kill(AT, "unauth_3@aaaaaaaa", "unauth_30@bbbbbbbb")
    late = kill(AT + timedelta(hours=1), "unauth_3@cccccccc", "9")
    await store(clickhouse, [late], "late")
    await store(clickhouse, [early], "early")
    assert await player_guid(clickhouse, "unauth_3") == "unauth_3@cccccccc"
    assert (await player_page(clickhouse, "unauth_3", {})).guid == "unauth_3@cccccccc"
    assert [w.kills for w in await player_weapons(clickhouse, "unauth_3")] == [1]
    assert await player_guid(clickhouse, "unauth_30") == "unauth_30@bbbbbbbb"
    assert await player_guid(clickhouse, "unauth_4") == "unauth_4"
    assert await player_guid(clickhouse, "unauth_3@aaaaaaaa") == "unauth_3@aaaaaaaa"


async def test_a_name_finds_its_exact_bearer_before_one_in_other_letters(clickhouse: ClickHouse) -> None:
    spelt = [("1", "Кот"), ("2", "КОТ"), ("3", "it's me"), ("4", "100%_a+b\\c")]
    rows = [
        row("jump", AT + timedelta(minutes=n), player_guid=guid, player_name=name)
        for n, (guid, name) in enumerate(spelt)
    ]
    await store(clickhouse, rows, "t")
    for guid, name in spelt:
        found = await player_by_name(clickhouse, name)
        assert found
        assert (found.guid, found.name) == (guid, name)
    folded = await player_by_name(clickhouse, "кОт")
    assert folded
    assert folded.guid == "2"
    assert await player_by_name(clickhouse, "nobody") is None


async def test_the_last_bearer_of_a_name_is_meant(clickhouse: ClickHouse) -> None:
    rows = [
        row("jump", AT + timedelta(minutes=n), player_guid=guid, player_name="Ace")
        for n, guid in enumerate(("7", "8", "6"))
    ]
    await store(clickhouse, rows[::-1], "t")
    found = await player_by_name(clickhouse, "Ace")
    assert found
    assert found.guid == "6"


async def test_names_in_force_are_the_latest_whatever_the_order_of_arrival(clickhouse: ClickHouse) -> None:
    new = row("jump", AT + timedelta(minutes=5), player_guid="1", player_name="New")
    old = row("jump", AT, player_guid="1", player_name="Old")
    nameless = row("jump", AT + timedelta(minutes=9), player_guid="1")
    await store(clickhouse, [new], "a")
    await store(clickhouse, [old], "b")
    await store(clickhouse, [nameless], "c")
    assert (await player_page(clickhouse, "1", {})).name == "New"


async def test_a_week_on_a_server_without_matches_is_no_week_of_play(clickhouse: ClickHouse) -> None:
    begin, minutes = datetime(2026, 11, 10, 8, tzinfo=UTC), timedelta(minutes=1)
    visits = [
        begin,
        begin + 30 * minutes,
        begin + timedelta(days=6),
        begin + timedelta(days=6) + 20 * minutes,
    ]
    await store(clickhouse, [row("jump", at, player_guid="1") for at in visits], "t")
    assert (await player_page(clickhouse, "1", {})).playtime_seconds == 50 * 60
    assert (await deep_stats(clickhouse, "1")).session.playtime_hours == pytest.approx(50 / 60)
    for stat in ("playtime", "jumps"):
        [entry] = (await leaderboard(clickhouse, stat)).players
        assert entry.playtime_seconds == 50 * 60, stat
