from __future__ import annotations

from datetime import UTC, datetime

import pytest

from clickhouse.client import ClickHouse
from query.maps import display_name, is_map, map_heatmap, map_page, maps
from tests.query.conftest import Stored
from tests.query.oracle import by_match, heatmap, players_of
from tests.query.rows import kill, store

AT = datetime(2026, 11, 20, 10, tzinfo=UTC)


async def test_the_list_is_the_recount(world: Stored) -> None:
    listed = {item.name: item for item in await maps(world.clickhouse)}
    assert set(listed) == {e["map_name"] for e in world.events}
    for name, item in listed.items():
        events = [e for e in world.events if e["map_name"] == name]
        played = by_match(events).values()
        spans = [(max(e["event_time"] for e in m) - min(e["event_time"] for e in m)) / 1000 for m in played]
        kills = [e for e in events if e["kill_kind"] == "kill"]
        assert item.total_kills == item.kills == len(kills)
        assert item.total_matches == item.matches_played == len(played)
        assert item.unique_players == len(players_of(events))
        assert item.avg_duration == item.avg_playtime == pytest.approx(sum(spans) / len(spans), abs=1)
        assert item.avg_players == pytest.approx(
            sum(len(players_of(m)) for m in played) / len(played), abs=0.01
        )
        distances = [e["distance_units"] for e in kills if e["distance_units"]]
        metres = 0.0254 * sum(distances) / len(distances)
        assert item.avg_kill_distance == pytest.approx(metres, abs=0.01)
        heads = sum(e["hitloc"] in ("head", "helmet") for e in kills)
        assert item.hs_percent == pytest.approx(100 * heads / len(kills))


async def test_a_map_page_is_the_item_of_the_list_and_more(world: Stored) -> None:
    [item] = [item for item in await maps(world.clickhouse) if item.name == "dm/mohdm6"]
    page = await map_page(world.clickhouse, "dm/mohdm6")
    for field in (
        "total_matches",
        "total_kills",
        "total_deaths",
        "unique_players",
        "avg_duration",
        "display_name",
    ):
        assert getattr(page, field) == getattr(item, field)
    assert len(page.top_players) == 10
    for kind in ("kills", "deaths"):
        points = {(p.x, p.y): p.value for p in getattr(page.heatmap_data, kind)}
        assert points == heatmap(world.events, "dm/mohdm6", kind, 100)


@pytest.mark.parametrize("kind", ["kills", "deaths"])
async def test_a_heatmap_is_the_recount_hottest_first(world: Stored, kind: str) -> None:
    points = await map_heatmap(world.clickhouse, "obj/obj_team2", kind)
    assert {(p.x, p.y): p.value for p in points} == heatmap(world.events, "obj/obj_team2", kind, 50)
    assert [p.value for p in points] == sorted((p.value for p in points), reverse=True)
    assert await map_heatmap(world.clickhouse, "obj/obj_team2", kind, limit=3) == points[:3]


async def test_positions_below_zero_fall_into_the_cell_below(clickhouse: ClickHouse) -> None:
    places = [(-0.5, 0.0, 1.0), (-50.0, 49.9, 1.0), (-50.1, 50.0, 1.0), (0.0, 0.0, 0.0), (2e6, 0.0, 1.0)]
    rows = [kill(AT, "1", "2", player_x=x, player_y=y, player_z=z) for x, y, z in places]
    await store(clickhouse, rows, "t")
    cells = {(p.x, p.y): p.value for p in await map_heatmap(clickhouse, "dm/mohdm6", "kills")}
    assert cells == {(-50.0, 0.0): 2, (-100.0, 50.0): 1}


async def test_a_map_nobody_played_has_zeros(clickhouse: ClickHouse) -> None:
    page = await map_page(clickhouse, "dm/nowhere")
    assert (page.total_kills, page.avg_duration, page.top_players) == (0, 0, [])
    assert (page.heatmap_data.kills, await maps(clickhouse)) == ([], [])
    assert not await is_map(clickhouse, "dm/nowhere")
    assert not await is_map(clickhouse, "")


async def test_an_unknown_map_is_no_map_of_the_list(clickhouse: ClickHouse) -> None:
    await store(clickhouse, [kill(AT, "1", "2", map_name="")], "t")
    assert await maps(clickhouse) == []
    assert (await map_page(clickhouse, "")).total_kills == 0


def test_display_names_have_no_folder_and_no_prefix() -> None:
    shown = [display_name(name) for name in ("dm/mohdm6", "obj_team2", "mp_bahnhof_dm", "dm_über", "", "x/")]
    assert shown == ["Mohdm6", "Team2", "Bahnhof_dm", "Über", "", ""]
