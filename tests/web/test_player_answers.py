"""The answers about one player over HTTP (spec/openmohaa.md 4.4): what each says, and that each heeds its filters."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from clickhouse.client import ClickHouse
from jobs.sequences import SEQUENCES
from jobs.settings import JobsSettings
from jobs.settling import Settling
from schema.columns import Row
from tests.query.rows import kill, row, store
from tests.web.conftest import Serve, Served

FIRST = datetime(2026, 11, 10, 20, 30, tzinfo=UTC)
SECOND = datetime(2026, 11, 11, 9, tzinfo=UTC)
PLAYER = "/api/v1/stats/player/42"
PLAIN = {"Accept-Encoding": "identity"}
Kills = Callable[[Any], int]


def match(began: datetime, kills: int, weapon: str, **where: Any) -> list[Row]:
    """A match in which 42 kills 43 so often and one bot, and dies once."""
    common = {"match_id": uuid.UUID(int=began.day), "player_team": "allies", **where}
    victims = [
        kill(
            began + timedelta(seconds=20 * n), "42", "43", weapon=weapon, player_x=10.0, player_y=10.0, player_z=1.0,
            player_stance="stand", hitloc="head", target_team="axis", **common,
        )
        for n in range(kills)
    ]  # fmt: skip
    bot = row(
        "bot_killed", began + timedelta(seconds=300), player_guid="42", target_guid="bot1", target_name="Hans",
        target_is_bot=True, kill_kind="bot", weapon=weapon, distance_units=1000.0, **common,
    )  # fmt: skip
    death = kill(
        began + timedelta(seconds=310), "43", "42", weapon=weapon, target_x=99.0, target_z=1.0, **common
    )
    end = row("match_end", began + timedelta(seconds=400), attributes={"winning_team": "allies"}, **common)
    acts = [row(act, began, player_guid="42", **common) for act in ("jump", "door_open", "vehicle_enter")]
    return [*victims, bot, death, end, *acts]


@pytest.fixture
async def played(serve: Serve, clickhouse: ClickHouse) -> AsyncIterator[Served]:
    """Two matches: 2 kills in a free-for-all on one server, the day after 3 in a team game on another."""
    rows = match(FIRST, 2, "KAR98", server_id="a", map_name="dm/one", gametype="ffa")
    rows += match(SECOND, 3, "BAR", server_id="b", map_name="obj/two", gametype="obj")
    await store(clickhouse, rows, "t")
    await Settling(clickhouse, JobsSettings(), [SEQUENCES]).run()
    async with serve(clickhouse=clickhouse) as served:
        yield served


def total(answer: Any) -> int:
    return sum(one["kills"] for one in answer)


ANSWERS: dict[str, Kills] = {
    "": lambda found: found["player"]["kills"],
    "/deep": lambda found: found["combat"]["kills"],
    "/combat": lambda found: found["kills"],
    "/stance": lambda found: found["standing_kills"],
    "/weapons": total,
    "/matches": total,
    "/maps": total,
    "/gametypes": total,
    "/performance": total,
    "/performance?shape=series": lambda found: sum(found["kills"]),
    "/peak-performance": lambda found: total(found["hourly_breakdown"]),
    "/combos": lambda found: total(found["victim_patterns"]),
    "/drilldown?stat=kills&dimension=hitloc": lambda found: found["total"],
    "/drilldown/hitloc/head?stat=kills": lambda found: found["total"],
    "/war-room": lambda found: found["deep_stats"]["combat"]["kills"],
}
"""Answer -> how many kills it tells of."""

FILTERED = {
    "": 5,
    "server=b": 3,
    "map=dm/one": 2,
    "gametype=obj": 3,
    "to=2026-11-11": 2,
    "from=2026-11-10T20:00:00Z&to=2026-11-10T21:00:00Z": 2,
    "server=a&map=obj/two": 0,
}
"""Filters -> kills that are left."""


async def asked(served: Served, path: str, filters: str = "") -> Any:
    url = f"{PLAYER}{path}{'&' if '?' in path else '?'}{filters}" if filters else f"{PLAYER}{path}"
    answer = await served.get(url, headers=PLAIN)
    assert answer.status == 200, (url, answer.text)
    return answer.json


async def test_every_answer_heeds_every_filter(played: Served) -> None:
    for filters, kills in FILTERED.items():
        for path, count in ANSWERS.items():
            assert count(await asked(played, path, filters)) == kills, (path, filters)


async def test_weapons_filter_where_a_weapon_counts(played: Served) -> None:
    for path in ("/weapons", "", "/drilldown?stat=kills"):
        found = await asked(played, path, "weapon=bar")
        named = found["weapons"] if path == "" else found["items"] if "stat" in path else found
        assert [one.get("weapon", one.get("label")) for one in named] == ["BAR"], path


async def test_places_bots_and_the_rest_heed_filters_too(played: Served) -> None:
    for filters, matches in (("", 2), ("server=b", 1), ("to=2026-11-11", 1), ("gametype=tdm", 0)):
        bots = await asked(played, "/bots", filters)
        assert (bots["bot_kills"], bots["avg_bot_kill_distance"]) == (matches, 25.4 if matches else 0.0)
        assert [one["name"] for one in bots["top_bot_victims"]] == (["Hans"] if matches else [])
        assert (await asked(played, "/world", filters))["doors_opened"] == matches
        assert (await asked(played, "/vehicles", filters))["vehicle_uses"] == matches
        assert (await asked(played, "/movement", filters))["jump_count"] == matches
        forecast = await asked(played, "/predictions", filters)
        assert len(forecast["recent_performance"]) == matches
        assert (await asked(played, "/game-flow", filters))["team_stats"]["allies_wins"] == (
            1 if filters in ("", "server=b") else 0
        )
    for filters, kills in (("", 2), ("server=b", 0), ("from=2026-11-11", 0), ("weapon=kar98", 2)):
        points = (await asked(played, "/heatmap/dm%2Fone", filters))["points"]
        assert sum(one["count"] for one in points) == kills, filters
        deaths = (await asked(played, "/deaths/dm/one", filters))["points"]
        assert sum(one["count"] for one in deaths) == (1 if kills else 0), filters


async def test_old_paths_and_unknown_players_answer(played: Served) -> None:
    forecast = await played.get("/api/v1/player/42/predictions", headers=PLAIN)
    assert forecast.json["guid"] == "42"
    assert (await asked(played, "/heatmap/body")) == {"torso_upper": 2}
    assert (await asked(played, "/versus/43"))["kills"] == 5
    assert (await asked(played, "/playstyle"))["style"] == "Rookie"
    options = await played.get("/api/v1/stats/drilldown/options", headers=PLAIN)
    assert {"weapon", "victim", "hitloc"} <= set(options.json["dimensions"])
    shots = await played.get("/api/v1/stats/drilldown/options?stat=shots", headers=PLAIN)
    assert {"weapon", "map"} <= set(shots.json["dimensions"])
    assert "hitloc" not in shots.json["dimensions"]
    nobody = await played.get("/api/v1/stats/player/nobody/deep", headers=PLAIN)
    assert nobody.json["combat"]["kills"] == 0


async def test_a_board_around_a_slot_is_around_who_was_seen_there(
    played: Served, clickhouse: ClickHouse
) -> None:
    guid = "unauth_3@1a2b3c4d"
    await store(clickhouse, [kill(FIRST, guid, "43", match_id=uuid.UUID(int=99))], "slot")
    board = await played.get("/api/v1/stats/leaderboard/kills?around=unauth_3&limit=1", headers=PLAIN)
    assert [one["guid"] for one in board.json["players"]] == [guid]
