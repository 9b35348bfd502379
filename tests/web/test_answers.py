from __future__ import annotations

import asyncio
import gzip
import json

import pytest
from aiohttp import web

from clickhouse.errors import ClickHouseUnavailable
from tests.web.conftest import Serve
from web.answers import answer
from web.endpoints import Endpoints
from web.errors import not_found
from web.parameters import part


class Database:
    """Produces answers as a query would, and counts."""

    def __init__(self) -> None:
        self.asked = 0
        self.error: Exception | None = None
        self.rows: object = {"name": "Ann", "kd_ratio": float("nan")}
        self.was_asked = asyncio.Event()
        self.open = asyncio.Event()
        self.open.set()

    async def player(self) -> object:
        self.asked += 1
        self.was_asked.set()
        await self.open.wait()
        if self.error is not None:
            raise self.error
        return self.rows


def endpoints_of(database: Database) -> Endpoints:
    endpoints = Endpoints("test")

    @endpoints.get("/tried/{guid}", answers=dict, parameters=[part("guid", "Whose")], cache="player")
    async def player(request: web.Request) -> web.Response:
        return await answer(request, database.player)

    return endpoints


async def test_the_header_says_where_the_answer_came_from(serve: Serve) -> None:
    database = Database()
    async with serve(endpoints_of(database)) as served:
        first, second = await served.get("/tried/7"), await served.get("/tried/7")

        assert [first.headers["X-Cache"], second.headers["X-Cache"]] == ["miss", "hit"]
        assert first.body == second.body == b'{"name":"Ann","kd_ratio":null}'
        assert first.headers["Cache-Control"] == "public, max-age=10, stale-while-revalidate=10"
        assert (first.headers["Age"], first.headers["Cache-Status"]) == ("0", "statline; fwd=miss; stored")
        assert second.headers["Cache-Status"].startswith("statline; hit; ttl=")
        assert database.asked == 1


async def test_many_who_ask_at_once_cost_one_question(serve: Serve) -> None:
    database = Database()
    database.open.clear()
    async with serve(endpoints_of(database)) as served:
        asking = [asyncio.create_task(served.get("/tried/7")) for _ in range(30)]
        await database.was_asked.wait()
        database.open.set()

        assert {response.status for response in await asyncio.gather(*asking)} == {200}
        assert database.asked == 1


async def test_a_missing_thing_is_404_for_everyone_who_waits_and_is_asked_again(serve: Serve) -> None:
    database = Database()
    database.error = not_found("Player not found")
    database.open.clear()
    async with serve(endpoints_of(database)) as served:
        asking = [asyncio.create_task(served.get("/tried/7")) for _ in range(5)]
        await database.was_asked.wait()
        database.open.set()
        responses = await asyncio.gather(*asking)

        assert [(r.status, r.json["error"]) for r in responses] == [(404, "Player not found")] * 5
        database.error = None
        assert (await served.get("/tried/7")).status == 200


async def test_clickhouse_away_is_503_and_what_is_remembered_is_still_answered(serve: Serve) -> None:
    database = Database()
    async with serve(endpoints_of(database)) as served:
        await served.get("/tried/7")
        database.error = ClickHouseUnavailable(None, "does not answer")

        assert (await served.get("/tried/7")).status == 200
        away = await served.get("/tried/8")
        assert away.status == 503
        assert int(away.headers["Retry-After"]) > 0


@pytest.mark.parametrize("accepted", ["gzip", "deflate, GZIP;q=0.5", "*"])
async def test_a_large_answer_is_compressed_for_who_accepts_it(serve: Serve, accepted: str) -> None:
    database = Database()
    database.rows = [{"number": number} for number in range(1000)]
    async with serve(endpoints_of(database)) as served:
        response = await served.get("/tried/7", headers={"Accept-Encoding": accepted})

        assert response.headers["Content-Encoding"] == "gzip"
        assert "Accept-Encoding" in response.headers["Vary"]
        assert json.loads(gzip.decompress(response.body)) == database.rows


@pytest.mark.parametrize("accepted", ["identity", "gzip;q=0", "br"])
async def test_a_large_answer_stays_plain_for_who_does_not(serve: Serve, accepted: str) -> None:
    database = Database()
    database.rows = ["x"] * 1000
    async with serve(endpoints_of(database)) as served:
        response = await served.get("/tried/7", headers={"Accept-Encoding": accepted})

        assert "Content-Encoding" not in response.headers
        assert response.json == database.rows


async def test_who_has_the_answer_already_is_told_so(serve: Serve) -> None:
    database = Database()
    database.rows = ["x"] * 1000
    async with serve(endpoints_of(database)) as served:
        plain = await served.get("/tried/7", headers={"Accept-Encoding": "identity"})
        small = await served.get("/tried/7", headers={"Accept-Encoding": "gzip"})

        # Other bytes, another strong validator; either is good.
        assert plain.headers["ETag"] != small.headers["ETag"]
        for tag in (plain.headers["ETag"], small.headers["ETag"], f'"other", W/{plain.headers["ETag"]}', "*"):
            for coding, whole in (("identity", plain), ("gzip", small)):
                asked = {"If-None-Match": tag, "Accept-Encoding": coding}
                again = await served.get("/tried/7", headers=asked)
                assert (again.status, again.body) == (304, b"")
                same = ("ETag", "Cache-Control", "Vary")
                assert [again.headers[name] for name in same] == [whole.headers[name] for name in same]
        for tag in ('"other"', "nonsense", '"'):
            assert (await served.get("/tried/7", headers={"If-None-Match": tag})).status == 200
