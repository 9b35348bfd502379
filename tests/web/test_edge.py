from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterator
from http import HTTPStatus

import pytest
import structlog
from aiohttp import web
from structlog.contextvars import merge_contextvars
from structlog.testing import capture_logs
from structlog.typing import EventDict

from clickhouse.errors import ClickHouseUnavailable
from postgres.errors import PostgresUnavailable
from tests.web.conftest import Serve, Served
from web.endpoints import Endpoints
from web.errors import not_found

endpoints = Endpoints("test")


@endpoints.get("/boom/{what}", answers=None)
async def boom(request: web.Request) -> web.Response:
    match request.match_info["what"]:
        case "clickhouse":
            raise ClickHouseUnavailable(None, "http://10.0.0.1 does not answer")
        case "postgres":
            raise PostgresUnavailable("10.0.0.2 does not answer")
        case "missing":
            raise not_found("Player not found")
        case "aiohttp":
            raise web.HTTPForbidden
        case "moved":
            raise web.HTTPFound("/health")
        case _:
            raise RuntimeError("the password is hunter2")


@pytest.fixture
async def served(serve: Serve) -> AsyncIterator[Served]:
    async with serve(endpoints) as served:
        yield served


@pytest.fixture
def logs() -> Iterator[list[EventDict]]:
    structlog.reset_defaults()
    with capture_logs(processors=[merge_contextvars]) as captured:
        yield captured


@pytest.mark.parametrize(
    ("method", "path", "status", "text"),
    [
        ("GET", "/nowhere", 404, "Not Found"),
        ("GET", "/api/v1/ingest/events", 405, "Method Not Allowed"),
        ("DELETE", "/health", 405, "Method Not Allowed"),
        ("GET", "/boom/missing", 404, "Player not found"),
        ("GET", "/boom/aiohttp", 403, "Forbidden"),
    ],
)
async def test_every_error_is_json_of_one_form(
    served: Served, method: str, path: str, status: int, text: str
) -> None:
    answer = await served.ask(method, path)

    assert answer.status == status
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert (answer.json["detail"], answer.json["error"]) == (text, text)
    assert (answer.json["status"], answer.json["title"]) == (status, HTTPStatus(status).phrase)
    assert (answer.json["type"], answer.json["instance"]) == ("about:blank", path)


async def test_405_names_the_methods_that_are_allowed(served: Served) -> None:
    assert (await served.get("/api/v1/ingest/events")).headers["Allow"] == "POST"


@pytest.mark.parametrize("store", ["clickhouse", "postgres"])
async def test_a_store_that_is_away_is_503_with_retry_after_and_no_address(
    served: Served, store: str
) -> None:
    answer = await served.get(f"/boom/{store}")

    assert answer.status == 503
    assert int(answer.headers["Retry-After"]) > 0
    assert "10.0.0" not in answer.text


async def test_our_own_fault_is_500_with_an_id_that_the_log_has_too(
    served: Served, logs: list[EventDict]
) -> None:
    answer = await served.get("/boom/bug")
    body = answer.json

    assert answer.status == 500
    assert body["error"] == "Internal server error"
    assert "hunter2" not in json.dumps(body)
    assert body["request_id"] == answer.headers["X-Request-Id"]
    assert body["request_id"] in [entry.get("request_id") for entry in logs if entry.get("exc_info")]


async def test_a_redirect_stays_a_redirect(served: Served) -> None:
    answer = await served.get("/boom/moved", allow_redirects=False)

    assert (answer.status, answer.headers["Location"]) == (302, "/health")


async def test_a_request_id_that_can_be_used_is_kept_and_any_other_replaced(served: Served) -> None:
    for path in ("/health", "/nowhere"):
        kept = await served.get(path, headers={"X-Request-Id": "abc-1.2:3_4"})
        assert kept.headers["X-Request-Id"] == "abc-1.2:3_4"
    made = {(await served.get("/health")).headers["X-Request-Id"] for _ in range(3)}
    assert len(made) == 3
    for bad in ("x" * 65, "two words", "<script>", ""):
        answer = await served.get("/health", headers={"X-Request-Id": bad})
        assert answer.headers["X-Request-Id"] not in {bad, ""}


async def test_an_accepted_report_carries_its_request_id(served: Served) -> None:
    answer = await served.post(headers={"X-Server-Token": served.token, "X-Request-Id": "r7"})

    assert answer.headers["X-Request-Id"] == "r7"


@pytest.mark.parametrize("path", ["/health", "/nowhere"])
async def test_answers_carry_security_headers_and_no_version(served: Served, path: str) -> None:
    headers = (await served.get(path)).headers

    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Server"] == "statline"


async def test_any_page_may_read_but_never_with_credentials(served: Served) -> None:
    for answer in (
        await served.get("/health", headers={"Origin": "https://clan.example"}),
        await served.post(headers={"X-Server-Token": served.token, "Origin": "https://clan.example"}),
    ):
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
        assert "Access-Control-Allow-Credentials" not in answer.headers


async def test_a_preflight_is_answered_for_every_path(served: Served) -> None:
    asks = {"Origin": "https://clan.example", "Access-Control-Request-Method": "POST"}
    for path in ("/api/v1/ingest/events", "/health", "/nowhere"):
        answer = await served.ask("OPTIONS", path, headers=asks)
        assert answer.status == 204
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
        assert "X-Server-Token" in answer.headers["Access-Control-Allow-Headers"]
        assert answer.headers["Access-Control-Max-Age"] == "300"


async def test_named_origins_are_the_only_ones_allowed(serve: Serve) -> None:
    async with serve(cors_origins=("https://clan.example",)) as served:
        good = await served.get("/health", headers={"Origin": "https://clan.example"})
        bad = await served.get("/health", headers={"Origin": "https://evil.example"})

        assert good.headers["Access-Control-Allow-Origin"] == "https://clan.example"
        assert "Access-Control-Allow-Origin" not in bad.headers
        assert good.headers["Vary"] == bad.headers["Vary"] == "Origin"


async def test_no_log_line_shows_a_token(serve: Serve, logs: list[EventDict]) -> None:
    async with serve(endpoints, log_requests="all") as served:
        path = f"/api/v1/ingest/events?server_token={served.token}"
        await served.post(path=path, headers={"Authorization": "Bearer slk_wrong"})
        await served.post(path=path, headers={})
        await served.get(f"/boom/bug?server_token={served.token}")
        await served.get(f"/nowhere/{served.token}")

        assert [entry["status"] for entry in logs if entry["event"] == "request"] == [401, 202, 500, 404]
        assert "slk_" not in repr(logs)


async def test_bad_tokens_are_counted_and_not_logged(served: Served, logs: list[EventDict]) -> None:
    for headers in ({}, {"X-Server-Token": "wrong"}):
        await served.post(headers=headers)

    assert logs == []


async def test_a_failure_that_repeats_is_logged_once_in_a_while(
    served: Served, logs: list[EventDict]
) -> None:
    for _ in range(20):
        await served.get("/boom/clickhouse")

    assert [entry["status"] for entry in logs] == [503]


async def test_requests_are_counted_by_template_and_never_by_path(served: Served) -> None:
    await served.get("/boom/missing")
    await served.get("/nowhere/at/all")
    await served.ask("PROPFIND", "/health")

    text = (await served.get("/metrics")).text
    assert 'endpoint="/boom/{what}",method="GET",status="404"' in text
    assert 'endpoint="unmatched",method="OTHER",status="405"' in text
    assert "nowhere" not in text
    assert "PROPFIND" not in text
    assert 'statline_http_request_duration_seconds_count{endpoint="/boom/{what}",method="GET"}' in text
