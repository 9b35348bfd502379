"""Leaderboards over HTTP: filters, cursors, refusals, the shapes the forum reads."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

import pytest

from clickhouse.client import ClickHouse
from query.cards import KEYS
from tests.query.rows import kill, row, store
from tests.web.conftest import Serve, Served

NOW = datetime.now(UTC)
PLAIN = {"Accept-Encoding": "identity"}


@pytest.fixture
async def boards(serve: Serve, clickhouse: ClickHouse) -> AsyncIterator[Served]:
    """Five players with 5 to 1 kills an hour ago on two maps, and an old kill of a sixth."""
    at = NOW - timedelta(hours=1)
    rows = [
        kill(
            at, f"p{n}", "x", map_name="dm/mohdm6" if n % 2 else "my map", gametype="ffa" if n % 2 else "tdm"
        )
        for n in range(1, 6)
        for _ in range(n)
    ]
    rows += [kill(NOW - timedelta(days=800), "old", "x"), row("jump", at, player_guid="p3")]
    await store(clickhouse, rows, "t")
    async with serve(clickhouse=clickhouse) as served:
        yield served


async def json_of(served: Served, path: str, status: int = 200) -> Any:
    answer = await served.get(f"/api/v1/stats{path}", headers=PLAIN)
    assert answer.status == status, answer.text
    return answer.json


def guids(board: Any, key: str = "players") -> list[str]:
    return [entry["player_id"] for entry in board[key]]


async def test_filters_choose_what_counts(boards: Served) -> None:
    day_before = (NOW - timedelta(days=1)).isoformat().replace("+00:00", "Z")
    for query, expected in (
        ("", ["p5", "p4", "p3", "p2", "old", "p1"]), ("period=all", ["p5", "p4", "p3", "p2", "old", "p1"]),
        (f"from={quote(day_before)}", ["p5", "p4", "p3", "p2", "p1"]), (f"to={quote(day_before)}", ["old"]),
        ("map=my+map", ["p4", "p2"]), ("gametype=TDM", ["p4", "p2"]), ("server=server-1&min_sample=4", ["p5", "p4"]),
        ("weapon=thompson&map=my+map", ["p4", "p2"]), ("server=other", []),
    ):  # fmt: skip
        assert guids(await json_of(boards, f"/leaderboard/kills?{query}")) == expected, query


async def test_the_forums_other_paths_lead_to_the_same_boards(boards: Served) -> None:
    for path, same in (
        ("/weapon/Thompson/leaderboard", "/leaderboard/weapon/Thompson"),
        ("/map/dm%2Fmohdm6/leaderboard?limit=2", "/leaderboard/map/dm%2Fmohdm6?limit=2"),
        ("/map/my+map/leaderboard", "/leaderboard/map/my+map"),
    ):
        board = await json_of(boards, path)
        assert board == await json_of(boards, same), path
        assert guids(board, "leaderboard"), path
    listed = await boards.get("/api/v1/players/list?limit=2", headers=PLAIN)
    assert guids(listed.json) == ["p5", "p4"]


async def test_cursors_walk_through_the_board(boards: Served) -> None:
    cursor: str | None = ""
    seen: list[str] = []
    while cursor is not None:
        board = await json_of(boards, f"/leaderboard/global?stat=kills&limit=2&cursor={cursor}")
        seen += guids(board)
        cursor = board["next_cursor"]
    assert seen == ["p5", "p4", "p3", "p2", "old", "p1"]
    around = await json_of(boards, "/leaderboard/kills?around=p2&limit=3")
    assert [(e["rank"], e["player_id"]) for e in around["players"]] == [(3, "p3"), (4, "p2"), (5, "old")]


@pytest.mark.parametrize(
    "path",
    ["/leaderboard/jumps?weapon=BAR", "/leaderboard?cursor=nonsense", "/leaderboard?from=x", "/leaderboard?time=noon",
     "/leaderboard/combos?metric=luck", "/leaderboard/peak?dimension=teatime", "/leaderboard/contextual",
     "/leaderboard/contextual?dimension=time&value=noon", "/leaderboard/contextual?dimension=weapon&value=BAR&stat=jumps",
     "/query", "/query?dimension=colour", "/query?dimension=map&start_date=x",
     "/query?dimension=map&start_date=2026-11-02&end_date=2026-11-01"],
)  # fmt: skip
async def test_what_cannot_be_is_refused(boards: Served, path: str) -> None:
    assert "error" in await json_of(boards, path, 400)


async def test_boards_by_subject_have_the_keys_the_forum_reads(boards: Served) -> None:
    gametype = await json_of(boards, "/leaderboard/gametype/TDM")
    assert (gametype["game_type"], guids(gametype, "leaderboard")) == ("tdm", ["p4", "p2"])
    entry = gametype["leaderboard"][0]
    assert (entry["id"], entry["name"], entry["guid"]) == ("p4", "name of p4", "p4")
    assert (entry["kills"], entry["deaths"], entry["headshots"], entry["shots"], entry["hits"]) == (
        4,
        0,
        0,
        0,
        0,
    )
    assert (await json_of(boards, "/leaderboard/gametype/chess"))["leaderboard"] == []
    on_map = await json_of(boards, "/leaderboard/map/my+map?limit=1")
    assert (on_map["map"], guids(on_map, "leaderboard")) == ("my map", ["p4"])
    assert guids(await json_of(boards, "/leaderboard/weapon/thompson?limit=2"), "leaderboard") == ["p5", "p4"]


async def test_cards_combos_peak_and_contextual_answer_before_the_stat_of_that_name(boards: Served) -> None:
    cards = await json_of(boards, "/leaderboard/cards")
    assert set(cards) == KEYS
    assert cards["kills"][0] == {"player_id": "p5", "player_name": "name of p5", "value": "5"}
    assert [card["value"] for card in cards["bunny_hopper"]] == ["1"]
    assert (await json_of(boards, "/leaderboard/combos?metric=clutch"))["entries"] == []
    peak = await json_of(boards, "/leaderboard/peak?dimension=weekend&min_sample=1")
    assert peak["dimension"] == "weekend"
    for part in ("morning", "afternoon", "evening", "night"):
        best = await json_of(boards, f"/leaderboard/peak?dimension={part}&min_sample=5")
        assert guids(best, "entries") in ([], ["p5"])
    leaders = await json_of(boards, "/leaderboard/contextual?dimension=map&value=my+map&stat=kills")
    assert (leaders["value"], guids(leaders, "leaders")) == ("my map", ["p4", "p2"])


async def test_the_query_of_figures_answers_labels_and_values(boards: Served) -> None:
    by_map = await json_of(boards, "/query?dimension=map&metric=kills")
    assert by_map == [{"label": "dm/mohdm6", "value": 10.0}, {"label": "my map", "value": 6.0}]
    named = await json_of(boards, "/query?dimension=player&metric=kills&filter_map=my+map&limit=1")
    assert named == [{"label": "name of p4", "value": 4.0}]
    assert await json_of(boards, "/query?dimension=weapon&metric=kdr&filter_player_guid=p3") == [
        {"label": "Thompson", "value": 3.0}
    ]
    # An unknown figure counts events, as the original did.
    assert (await json_of(boards, "/query?dimension=player_guid&metric=luck"))[0] == {
        "label": "p5",
        "value": 5.0,
    }


async def test_percentiles_and_ratings_answer_for_everybody(boards: Served) -> None:
    standing = (await json_of(boards, "/player/p4/percentiles"))["stats"]["kills"]
    assert standing == {"value": 4.0, "rank": 2, "total": 6, "percentile": 80.0}
    assert (await json_of(boards, "/player/nobody/percentiles"))["stats"]["kills"]["rank"] is None
    assert (await json_of(boards, "/leaderboard/rating")) == {
        "players": [], "total": 0, "next_cursor": None, "matches_min": 5, "run": None,
    }  # fmt: skip
    assert await json_of(boards, "/ratings/runs") == []
    rating = await json_of(boards, "/player/p4/rating")
    assert (rating["rank"], rating["skill"]["elo"], rating["history"]) == (None, 1000, [])
