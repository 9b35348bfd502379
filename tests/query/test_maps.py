from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from clickhouse.client import ClickHouse
from query.maps import is_map, map_heatmap, map_list, map_page, maps, popular_maps
from query.periods import between
from query.scope import Scope
from schema.map_names import display_name
from tests.query.conftest import Stored
from tests.query.oracle import by_match, heatmap, players_of
from tests.query.oracle_places import seen_between
from tests.query.rows import kill, milliseconds, store

AT = datetime(2026, 11, 20, 10, tzinfo=UTC)


@pytest.mark.parametrize("asked", [Scope(), Scope(server_id="server-2"), Scope(gametype="obj")])
async def test_the_list_is_the_recount(world: Stored, asked: Scope) -> None:
    listed = {item.name: item for item in await maps(world.clickhouse, asked)}
    here = [
        e
        for e in world.events
        if asked.server_id in ("", e["server_id"]) and asked.gametype in ("", e["gametype"])
    ]
    assert set(listed) == {e["map_name"] for e in here}
    for name, item in listed.items():
        events = [e for e in here if e["map_name"] == name]
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
        armed = Counter(e["weapon"] for e in kills)
        assert [(one.name, one.kills) for one in item.top_weapons] == sorted(
            ((one.name, armed[one.name]) for one in item.top_weapons), key=lambda one: -one[1]
        )
        assert item.top_weapons[0].kills == max(armed.values())
        assert item.popular_weapon == item.top_weapons[0].name
        assert milliseconds(item.last_played or AT) == max(e["event_time"] for e in events)


async def test_a_period_counts_what_happened_in_it(world: Stored) -> None:
    border = datetime(2026, 11, 1, tzinfo=UTC)
    for span in ((None, border), (border, None), (border - timedelta(hours=1), border)):
        listed = await maps(world.clickhouse, Scope(period=between(*span)))
        for item in listed:
            events = [e for e in seen_between(world.events, *span) if e["map_name"] == item.name]
            assert item.total_kills == sum(e["kill_kind"] == "kill" for e in events)
            assert item.unique_players == len(players_of(events))
            assert item.total_matches == len({e["match_id"] for e in events if players_of([e])})


async def test_popular_maps_are_the_list_by_matches(world: Stored) -> None:
    listed, popular = await maps(world.clickhouse), await popular_maps(world.clickhouse)
    assert [(one.map_name, one.matches_played, one.kills) for one in popular] == [
        (item.name, item.total_matches, item.total_kills) for item in listed
    ]
    assert sum(one.popularity_pct for one in popular) == pytest.approx(100, abs=0.05)
    names = await map_list(world.clickhouse)
    assert [one.name for one in names.maps] == sorted(item.name for item in listed)


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
