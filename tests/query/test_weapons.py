from __future__ import annotations

from datetime import UTC, datetime

import pytest

from clickhouse.client import ClickHouse
from query.periods import between
from query.scope import Scope
from query.weapons import received_name, weapon_list, weapon_page, weapons
from tests.query.conftest import Stored
from tests.query.oracle import weapon_stats
from tests.query.oracle_places import seen_between
from tests.query.rows import kill, milliseconds, store

AT = datetime(2026, 11, 20, 10, tzinfo=UTC)


async def test_the_list_is_the_recount_most_kills_first(world: Stored) -> None:
    expected = weapon_stats(world.events)
    listed = await weapons(world.clickhouse, limit=100)
    assert {item.name for item in listed} == set(expected)
    assert [item.kills for item in listed] == sorted((item.kills for item in listed), reverse=True)
    for item in listed:
        wanted = expected[item.name]
        assert (item.kills, item.headshots, item.deaths, item.shots, item.hits) == (
            wanted["kills"], wanted["headshots"], wanted["deaths"], wanted["shots_fired"], wanted["shots_hit"],
        )  # fmt: skip
        assert item.damage == pytest.approx(wanted["damage"], abs=0.001)
    assert await weapons(world.clickhouse, limit=2) == listed[:2]


async def test_a_weapon_page_is_the_recount(world: Stored) -> None:
    page = await weapon_page(world.clickhouse, "Thompson")
    wanted = weapon_stats(world.events)["Thompson"]
    used = [e for e in world.events if e["weapon"] == "Thompson" and e["player_guid"]]
    distances = [e["distance_units"] for e in used if e["kill_kind"] == "kill" and e["distance_units"]]
    assert page.stats.total_kills == page.total_kills == wanted["kills"]
    assert page.stats.total_headshots == page.total_headshots == wanted["headshots"]
    assert page.stats.unique_users == len({e["player_guid"] for e in used})
    assert page.stats.last_used
    assert milliseconds(page.stats.last_used) == max(e["event_time"] for e in used)
    assert page.stats.avg_kill_distance == pytest.approx(0.0254 * sum(distances) / len(distances), abs=0.01)
    assert page.stats.accuracy == page.avg_accuracy
    assert page.stats.accuracy == pytest.approx(100 * wanted["shots_hit"] / wanted["shots_fired"])
    assert page.stats.headshot_ratio == pytest.approx(100 * wanted["headshots"] / wanted["kills"])
    assert (page.stats.shots_fired, page.stats.shots_hit) == (wanted["shots_fired"], wanted["shots_hit"])
    assert len(page.top_players) == 10
    for one in page.top_players:
        his = weapon_stats(world.events, one.id)["Thompson"]
        assert (one.kills, one.headshots) == (his["kills"], his["headshots"])
        assert one.hs_ratio == pytest.approx(100 * his["headshots"] / his["kills"])


async def test_a_weapon_nobody_used_has_zeros(clickhouse: ClickHouse) -> None:
    page = await weapon_page(clickhouse, "BAR")
    assert (page.name, page.total_kills, page.stats.last_used, page.top_players) == ("BAR", 0, None, [])
    assert await weapons(clickhouse) == []


async def test_a_path_finds_the_literal_then_plus_as_space_then_the_same_weapon(
    clickhouse: ClickHouse,
) -> None:
    names = ("M1 Garand", "a+b", "a b", "KAR98K", "Mauser KAR 98K")
    rows = [kill(AT, "1", "2", weapon=name) for name in (*names, "Mauser KAR 98K")]
    await store(clickhouse, rows, "t")
    for text, meant in (
        ("M1 Garand", "M1 Garand"), ("M1+Garand", "M1 Garand"), ("a+b", "a+b"), ("a b", "a b"),
        ("m1 garand", "M1 Garand"), ("Kar98", "Mauser KAR 98K"), ("KAR98K", "KAR98K"), ("Slingshot", "Slingshot"),
    ):  # fmt: skip
        assert await received_name(clickhouse, text) == meant


async def test_scopes_are_a_recount(world: Stored) -> None:
    border = datetime(2026, 11, 1, tzinfo=UTC)
    for asked, events in (
        (Scope(server_id="server-1"), [e for e in world.events if e["server_id"] == "server-1"]),
        (Scope(map_name="dm/mohdm6", gametype="ffa"), [e for e in world.events if e["map_name"] == "dm/mohdm6"]),
        (Scope(period=between(border, None)), seen_between(world.events, border, None)),
        (Scope(period=between(border, None), server_id="server-2"),
         [e for e in seen_between(world.events, border, None) if e["server_id"] == "server-2"]),
    ):  # fmt: skip
        expected = weapon_stats(events)
        listed = await weapons(world.clickhouse, asked, limit=100)
        assert {item.name for item in listed} >= {
            name for name, wanted in expected.items() if wanted["kills"]
        }
        for item in listed:
            wanted = expected[item.name]
            assert (item.kills, item.headshots, item.deaths, item.shots, item.hits) == (
                wanted["kills"], wanted["headshots"], wanted["deaths"], wanted["shots_fired"], wanted["shots_hit"],
            )  # fmt: skip
            assert item.damage == pytest.approx(wanted["damage"], abs=0.001)
            far = [
                e["distance_units"]
                for e in events
                if e["kill_kind"] == "kill" and e["weapon"] == item.name and e["distance_units"]
            ]
            assert item.avg_kill_distance == pytest.approx(
                0.0254 * sum(far) / len(far) if far else 0, abs=0.01
            )
    [one] = await weapons(world.clickhouse, Scope(weapon="THOMPSON"))
    assert one.name == "Thompson"


async def test_spellings_of_a_weapon_are_one(clickhouse: ClickHouse) -> None:
    names = ("KAR98K", "Mauser KAR 98K", "Mauser KAR 98K", "Thompson")
    await store(clickhouse, [kill(AT, str(n), "9", weapon=name) for n, name in enumerate(names)], "t")
    assert [(item.name, item.kills) for item in await weapons(clickhouse)] == [
        ("Mauser KAR 98K", 3), ("Thompson", 1),
    ]  # fmt: skip
    assert [one.name for one in (await weapon_list(clickhouse)).weapons] == ["Mauser KAR 98K", "Thompson"]
    for text in ("KAR98K", "Mauser+KAR+98K", "kar98"):
        page = await weapon_page(clickhouse, text)
        assert (page.name, page.total_kills, page.spellings) == (
            "Mauser KAR 98K", 3, ["Mauser KAR 98K", "KAR98K"],
        )  # fmt: skip
        assert {user.id for user in page.top_players} == {"0", "1", "2"}
