"""Maps, weapons, game types and figures of everything over HTTP: every path, its filters and the shapes the forum reads."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from clickhouse.client import ClickHouse
from tests.query.rows import kill, row, store
from tests.web.conftest import Serve, Served

NOW = datetime.now(UTC)


@pytest.fixture
async def places(serve: Serve, clickhouse: ClickHouse) -> AsyncIterator[Served]:
    """One team game in which allies kill twice and axis once."""
    async with serve(clickhouse=clickhouse) as served:
        common = {"server_id": served.server_id, "gametype": "tdm"}
        teams = [("allies", "axis"), ("allies", "axis"), ("axis", "allies")]
        rows = [
            kill(NOW - timedelta(minutes=n + 1), team, other, player_team=team, target_team=other,
                 weapon=("M1 Garand", "KAR98K")[n % 2], distance_units=500.0, **common)
            for n, (team, other) in enumerate(teams)
        ]  # fmt: skip
        rows.append(row("match_end", NOW, attributes={"winning_team": "axis"}, **common))
        await store(clickhouse, rows, "t")
        yield served


async def json_of(served: Served, path: str, status: int = 200) -> Any:
    answer = await served.get(f"/api/v1/stats{path}", headers={"Accept-Encoding": "identity"})
    assert answer.status == status, (path, answer.text)
    return answer.json


async def test_every_filter_leaves_all_or_nothing(places: Served) -> None:
    lists = {
        "/maps": 1, "/weapons": 2, "/gametypes": 1, "/maps/popularity": 1, "/server/maps": 1, "/maps/balance": 1,
    }  # fmt: skip
    for path, count in lists.items():
        for query in ("", "period=week", f"server={places.server_id}", f"from={NOW.year - 1}-01-01"):
            assert len(await json_of(places, f"{path}?{query}")) == count, (path, query)
        for query in ("server=x", f"to={NOW.year - 1}-01-01", f"from={NOW.year + 1}-01-01"):
            assert await json_of(places, f"{path}?{query}") == [], (path, query)
    assert await json_of(places, "/maps?gametype=obj") == await json_of(places, "/weapons?map=x") == []
    assert [one["name"] for one in await json_of(places, "/weapons?weapon=kar98k")] == ["KAR98K"]


async def test_lists_of_names_are_what_forms_offer(places: Served) -> None:
    assert await json_of(places, "/maps/list") == {"maps": [{"name": "dm/mohdm6", "display_name": "Mohdm6"}]}
    weapons = (await json_of(places, "/weapons/list"))["weapons"]
    assert [(one["id"], one["name"]) for one in weapons] == [("kar98", "KAR98K"), ("m1garand", "M1 Garand")]
    types = (await json_of(places, "/gametypes/list"))["gametypes"]
    assert {"id": "tdm", "name": "Team Deathmatch", "display_name": "Team Deathmatch"} in types


async def test_a_map_has_weapons_teams_and_every_field_of_the_forum(places: Served) -> None:
    page = await json_of(places, "/map/dm%2Fmohdm6?gametype=tdm")
    assert (page["name"], page["total_kills"], page["popular_weapon"]) == ("dm/mohdm6", 3, "M1 Garand")
    assert (page["teams"]["allies"]["kills"], page["teams"]["axis"]["wins"]) == (2, 1)
    assert page["avg_kill_distance"] == 12.7
    assert page["heatmap_data"] == {"kills": [], "deaths": []}
    [item] = await json_of(places, "/maps")
    assert {
        "id",
        "name",
        "map_name",
        "display_name",
        "total_matches",
        "matches_played",
        "avg_playtime",
    } <= set(item)


async def test_a_game_type_answers_to_its_words_and_404_to_others(places: Served) -> None:
    page = await json_of(places, "/gametype/tdm")
    assert (page["total_kills"], page["maps"][0]["name"]) == (3, "dm/mohdm6")
    assert page == await json_of(places, "/gametype/Team+Deathmatch".replace("+", "%20"))
    assert (await json_of(places, "/gametype/chess", 404))["error"] == "Game type not found"


async def test_weapons_have_pages_usage_and_distances(places: Served) -> None:
    page = await json_of(places, "/weapon/M1+Garand")
    assert (page["name"], page["total_kills"], page["stats"]["total_kills"]) == ("M1 Garand", 2, 2)
    assert [user["name"] for user in page["top_players"]] == ["name of allies", "name of axis"]
    usage = await json_of(places, "/weapons/usage?by=day")
    assert sum(sum(one["kills"]) for one in usage["weapons"]) == 3
    assert len(usage["buckets"]) in (1, 2)
    assert [band["kills"] for band in (await json_of(places, "/weapon/kar98/distances"))["bands"]] == [
        0,
        1,
        0,
        0,
        0,
    ]
    assert [band["kills"] for band in (await json_of(places, "/weapons/distances"))["bands"]] == [
        0,
        3,
        0,
        0,
        0,
    ]


async def test_figures_of_everything(places: Served) -> None:
    cells = await json_of(places, "/global/activity?value=players&tz=Europe/Berlin")
    assert len(cells) == 168
    assert set(cells[0]) == {"day", "hour", "value", "kills", "players", "matches"}
    assert sum(cell["kills"] for cell in cells) == 3
    assert sum(cell["kills"] for cell in await json_of(places, "/global/activity?server=x")) == 0
    assert "tz" in (await json_of(places, "/global/activity?tz=Middle/Earth", 400))["error"]
    pulse = await json_of(places, "/server/pulse")
    assert (pulse["total_kills"], pulse["meat_grinder_map"], pulse["active_players"]) == (3, "dm/mohdm6", 2)
    teams = await json_of(places, "/teams/performance?days=7")
    assert {team: (one["kills"], one["wins"], one["top_weapon"]) for team, one in teams.items()} == {
        "allies": (2, 0, "KAR98K"), "axis": (1, 1, "M1 Garand"),
    }  # fmt: skip
