from __future__ import annotations

from datetime import UTC, datetime

import pytest

from clickhouse.client import ClickHouse
from query.weapons import received_name, weapon_page, weapons
from tests.query.conftest import Stored
from tests.query.oracle import weapon_stats
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
    assert len(page.top_players) == 10


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
