"""Servers and search over HTTP: every path answers, and 404 where no server is."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from clickhouse.client import ClickHouse
from tests.query.rows import kill, row, store
from tests.web.conftest import Serve, Served

PARTS = (
    "", "/player-history", "/peak-hours", "/top-players", "/players", "/maps", "/map-rotation", "/weapons", "/matches",
    "/activity-timeline", "/countries", "/favorite",
)  # fmt: skip


@pytest.fixture
async def servers(serve: Serve, clickhouse: ClickHouse) -> AsyncIterator[Served]:
    async with serve(clickhouse=clickhouse) as served:
        common = {"server_id": served.server_id}
        at = datetime.now(UTC) - timedelta(minutes=1)
        await store(
            clickhouse, [kill(at, "1", "2", **common), row("heartbeat", at, amount=2.0, **common)], "t"
        )
        yield served


async def json_of(served: Served, path: str, status: int = 200) -> Any:
    answer = await served.get(f"/api/v1{path}", headers={"Accept-Encoding": "identity"})
    assert answer.status == status, (path, answer.text)
    return answer.json


async def test_every_part_answers_and_an_unknown_server_is_404(servers: Served) -> None:
    for part in PARTS:
        await json_of(servers, f"/servers/{servers.server_id}{part}")
        assert (await json_of(servers, f"/servers/nobody{part}", 404))["error"] == "Server not found"
    assert (await json_of(servers, f"/stats/server/{servers.server_id}/stats"))["total_kills"] == 1
    assert (await json_of(servers, "/stats/server/nobody/stats", 404))["error"] == "Server not found"


async def test_lists_have_the_fields_of_the_forum(servers: Served) -> None:
    base = f"/servers/{servers.server_id}"
    page = await json_of(servers, base)
    assert (page["name"], page["is_online"], page["stats"]["total_kills"], page["stats_24h"]["kills"]) == (
        "test", True, 1, 1,
    )  # fmt: skip
    assert page["uptime"]["uptime_7d"] == 100
    peaks = await json_of(servers, f"{base}/peak-hours")
    assert (len(peaks["data"]), len(peaks["data"][0]), peaks["peak"]["players"]) == (7, 24, 2)
    assert [one["name"] for one in await json_of(servers, f"{base}/top-players")] == [
        "name of 1",
        "name of 2",
    ]
    players = await json_of(servers, f"{base}/players?limit=1&offset=1")
    assert (players["total"], players["limit"], players["offset"], players["players"][0]["guid"]) == (
        2,
        1,
        1,
        "2",
    )
    [of_map] = await json_of(servers, f"{base}/maps")
    assert (of_map["map_name"], of_map["matches"], of_map["popularity"]) == ("dm/mohdm6", 1, 100)
    assert await json_of(servers, f"{base}/maps?gametype=obj") == []
    [match] = await json_of(servers, f"{base}/matches")
    assert match["total_kills"] == 1
    stats = await json_of(servers, "/servers/stats")
    assert (stats["total_servers"], stats["online_servers"], stats["total_kills_all_time"]) == (1, 1, 1)
    assert [one["rank"] for one in await json_of(servers, "/servers/rankings")] == [1]


async def test_nobody_is_logged_in(servers: Served) -> None:
    base = f"/api/v1/servers/{servers.server_id}/favorite"
    assert (await servers.get(base)).json == {"is_favorite": False}
    assert (await servers.get("/api/v1/servers/favorites")).json == []
    for method, path in (("POST", base), ("DELETE", base), ("POST", f"{base}?_method=DELETE")):
        assert (await servers.ask(method, path, json={"nickname": "x"})).status == 401


async def test_search_finds_by_beginning(servers: Served) -> None:
    found = await json_of(servers, "/search?q=NAME")
    assert {one["guid"] for one in found["players"]} == {"1", "2"}
    assert [one["name"] for one in (await json_of(servers, "/search?q=te"))["servers"]] == ["test"]
    assert (await json_of(servers, "/search"))["players"] == []
    assert (await json_of(servers, "/search?q=" + "x" * 101, 400))["error"]
