"""The stats API over HTTP: paths as the forum writes them, lenient numbers, shapes, caching."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from clickhouse.client import ClickHouse
from query.ranked_stats import STATS
from tests.query.rows import kill, row, store
from tests.web.conftest import Serve, Served

WIRE_ID = "match_9c41d7b2e60fa358"
PLAIN = {"Accept-Encoding": "identity"}
UUID = "76e0069f-d5ae-30f0-b56a-e55c35144934"


@pytest.fixture
async def stats(serve: Serve, clickhouse: ClickHouse) -> AsyncIterator[Served]:
    """A server with one short match: 42 kills unauth_3 twice, once on a map with a space, once each with odd weapons."""
    at = datetime.now(UTC) - timedelta(minutes=2)
    async with serve(clickhouse=clickhouse) as served:
        common = {"match_id": uuid.UUID(UUID), "match_wire_id": WIRE_ID, "server_id": served.server_id}
        victim = "unauth_3@1a2b3c4d"
        rows = [
            row("match_start", at - timedelta(minutes=1), **common),
            row("weapon_fire", at, player_guid="42", player_name="Sniper Wolf", weapon="M1 Garand", **common),
            kill(at, "42", victim, weapon="M1 Garand", player_x=10.0, player_z=1.0, **common),
            kill(at, "42", victim, weapon="a/b", map_name="my map", **common),
        ]
        await store(clickhouse, rows, "t")
        yield served


async def json_of(served: Served, path: str, status: int = 200) -> Any:
    answer = await served.get(f"/api/v1{path}", headers=PLAIN)
    assert answer.status == status, answer.text
    assert answer.headers["Content-Type"].startswith(
        "application/json" if status == 200 else "application/problem+json"
    )
    return answer.json


async def test_totals_and_lists_answer(stats: Served) -> None:
    totals = await json_of(stats, "/stats/global")
    assert (totals["total_kills"], totals["total_matches"], totals["server_count"]) == (2, 1, 1)
    assert {m["name"] for m in await json_of(stats, "/stats/maps")} == {"dm/mohdm6", "my map"}
    assert {w["weapon"] for w in await json_of(stats, "/stats/weapons")} == {"M1 Garand", "a/b"}
    [match] = await json_of(stats, "/stats/matches")
    assert (match["id"], match["server_name"]) == (UUID, "test")
    assert match["start_time"].endswith("Z")
    assert await json_of(stats, "/stats/matches?count_only=1") == {"total": 1}
    [server] = await json_of(stats, "/servers")
    assert (server["name"], server["is_online"], server["total_kills"]) == ("test", True, 2)


@pytest.mark.parametrize("path", ["/stats/map/dm%2Fmohdm6", "/stats/map/dm/mohdm6"])
async def test_a_map_with_a_slash_is_found_encoded_or_not(stats: Served, path: str) -> None:
    assert (await json_of(stats, path))["total_kills"] == 1
    assert await json_of(stats, f"{path}/heatmap") == [{"x": 0.0, "y": 0.0, "value": 1}]
    assert await json_of(stats, f"{path}/heatmap?type=deaths") == []
    board = await json_of(stats, path.replace("/stats/map", "/stats/leaderboard/map"))
    assert [entry["player_id"] for entry in board["leaderboard"]] == ["42"]


async def test_a_plus_is_a_space_where_the_literal_finds_nothing(stats: Served) -> None:
    assert (await json_of(stats, "/stats/map/my+map"))["map_name"] == "my map"
    assert (await json_of(stats, "/stats/leaderboard/map/my+map"))["map"] == "my map"
    assert (await json_of(stats, "/stats/weapon/M1+Garand"))["total_kills"] == 1
    assert (await json_of(stats, "/stats/leaderboard/weapon/M1+Garand"))["weapon"] == "M1 Garand"
    assert await json_of(stats, "/stats/player/name/Sniper+Wolf") == {"guid": "42", "name": "Sniper Wolf"}


async def test_path_parts_are_decoded_once(stats: Served) -> None:
    assert (await json_of(stats, "/stats/weapon/a%2Fb"))["total_kills"] == 1
    assert (await json_of(stats, "/stats/weapon/a%252Fb"))["name"] == "a%2Fb"
    assert (await json_of(stats, "/stats/weapon/m1%20GARAND"))["name"] == "M1 Garand"


async def test_a_match_answers_by_its_uuid_and_its_wire_id(stats: Served) -> None:
    by_uuid = await json_of(stats, f"/stats/match/{UUID}")
    assert by_uuid == await json_of(stats, f"/stats/match/{WIRE_ID}")
    assert by_uuid["summary"]["total_kills"] == 2
    assert {entry["player_id"] for entry in by_uuid["scoreboard"]} == {"42", "unauth_3@1a2b3c4d"}
    assert (await json_of(stats, "/stats/match/match_0", 404))["error"] == "Match not found"


async def test_a_player_answers_wrapped_and_not_and_by_bare_slot(stats: Served) -> None:
    page = await json_of(stats, "/stats/player/42")
    assert page["player"]["kills"] == page["kills"] == 2
    bare = await json_of(stats, "/stats/player/unauth_3")
    assert (bare["guid"], bare["deaths"]) == ("unauth_3@1a2b3c4d", 2)
    assert bare == await json_of(stats, "/stats/player/unauth_3%401a2b3c4d")
    assert [w["kills"] for w in await json_of(stats, "/stats/player/42/weapons")] == [1, 1]
    assert len(await json_of(stats, "/stats/player/42/matches")) == 1
    assert len(await json_of(stats, "/stats/player/42/maps")) == 2


async def test_nobody_has_zeros_and_empty_lists_and_a_name_nobody_bears_is_404(stats: Served) -> None:
    page = await json_of(stats, "/stats/player/nobody")
    assert (page["name"], page["kills"], page["weapons"]) == ("Unknown Soldier", 0, [])
    for part in ("weapons", "matches", "maps"):
        assert await json_of(stats, f"/stats/player/nobody/{part}") == []
    assert (await json_of(stats, "/stats/player/name/nobody", 404))["error"] == "Player not found"


async def test_the_path_global_takes_the_stat_from_the_query(stats: Served) -> None:
    for path, stat in (
        ("/stats/leaderboard", "kills"), ("/stats/leaderboard?stat=deaths", "deaths"),
        ("/stats/leaderboard/global?stat=deaths", "deaths"), ("/stats/leaderboard/deaths?stat=kills", "deaths"),
        ("/stats/leaderboard/kd", "kd_ratio"), ("/stats/leaderboard/nonsense", "kills"),
        ("/stats/leaderboard/global?stat=1%3BDROP", "kills"),
    ):  # fmt: skip
        board = await json_of(stats, path)
        assert (board["stat"], board["total"]) == (stat, 1), path
    counted = await json_of(stats, "/stats/leaderboard/global?stat=kills&count_only=1&period=day")
    assert (counted["total"], counted["players"]) == (1, [])


async def test_every_stat_and_period_answers(stats: Served) -> None:
    for stat in STATS:
        assert (await json_of(stats, f"/stats/leaderboard/{stat}?period=week"))["stat"] == stat


@pytest.mark.parametrize(
    "query",
    ["limit=abc", "limit=-5", "limit=99999999999999999999", "offset=abc&page=x", "page=0", "limit=", "offset=-1",
     "limit=" + "9" * 5000, "offset=99999999999999999999", "period=fortnight", "limit=1e3", "limit=%00&offset=%FF"],
)  # fmt: skip
async def test_strange_numbers_are_bounded_or_ignored(stats: Served, query: str) -> None:
    for path in ("/stats/leaderboard", "/stats/matches", "/stats/weapons", "/stats/player/42/matches"):
        await json_of(stats, f"{path}?{query}")


async def test_offset_and_page_both_move_on(stats: Served) -> None:
    first = await json_of(stats, "/stats/leaderboard/deaths?limit=1")
    assert first["players"][0]["rank"] == 1
    for query in ("limit=1&offset=1", "limit=1&page=2"):
        second = await json_of(stats, f"/stats/leaderboard/deaths?{query}")
        assert (second["players"], second["total"], second["page"]) == ([], 1, 2)


@pytest.mark.parametrize(
    "part", ["%00", "'", "%F0%9F%98%80", "%5C", "%22", "%09%0A", "a" * 2000, "..", "%25", "%E2%82"]
)
async def test_strange_path_parts_are_nobody_and_nothing_breaks(stats: Served, part: str) -> None:
    for path in (
        "/stats/player/{}", "/stats/player/{}/weapons", "/stats/weapon/{}", "/stats/leaderboard/weapon/{}",
        "/stats/leaderboard/{}", "/stats/map/{}", "/stats/map/{}/heatmap", "/stats/match/{}", "/stats/player/name/{}",
    ):  # fmt: skip
        answer = await stats.get("/api/v1" + path.format(part))
        assert answer.status in (200, 404), (path, answer.text)


async def test_the_second_answer_comes_from_the_cache(stats: Served) -> None:
    for path in ("/stats/global", "/stats/player/42", "/stats/leaderboard/kills", f"/stats/match/{UUID}"):
        first, second = [await stats.get(f"/api/v1{path}", headers=PLAIN) for _ in range(2)]
        assert (first.headers["X-Cache"], second.headers["X-Cache"]) == ("miss", "hit")
        assert first.json == second.json


async def test_clickhouse_away_is_503_with_a_time_to_come_back(serve: Serve) -> None:
    async with serve() as served:
        answer = await served.get("/api/v1/stats/global")
        assert answer.status == 503
        assert answer.headers["Retry-After"]
