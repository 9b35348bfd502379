"""The OpenAPI document is valid, and the server answers nothing that it does not say (schemathesis asks it)."""

from __future__ import annotations

import asyncio
import copy
import csv
import io
import re
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import asyncpg
import pyarrow.parquet
import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis.config import SchemathesisConfig
from schemathesis.core.failures import FailureGroup

from clickhouse.client import ClickHouse
from clickhouse.migrate import migrate
from clickhouse.settings import ClickHouseSettings
from postgres.embedded import EmbeddedPostgres
from postgres.migrate import migrate as migrate_postgres
from postgres.pool import Postgres
from postgres.settings import PostgresSettings
from tests.conftest import apart
from tests.query.rows import a_world, store
from tests.web.conftest import serving
from web.app import TABLES
from web.endpoints import EVENT_STREAM, Endpoint
from web.openapi import openapi_document, plain_path

DATABASE: Final = "test_openapi"
ENDPOINTS: Final = [endpoint for table in TABLES for endpoint in table]
DOCUMENT: Final = openapi_document(ENDPOINTS, "test")
EXAMPLES: Final = 4
"""Requests made up for each operation, besides those at the borders of its parameters."""

CONFIG: Final = SchemathesisConfig.from_dict({
    "phases": {"coverage": {"enabled": False}},
    "checks": {
        # The old parameters are read leniently, as the original's clients need: nothing of them is refused.
        "negative_data_rejection": {"enabled": False},
        "positive_data_acceptance": {"enabled": False},
    },
})  # fmt: skip

OPERATIONS: Final = [
    (path, method.upper())
    for path, operations in DOCUMENT["paths"].items()
    for method, operation in operations.items()
    # A stream never ends; tests/web/live reads those.
    if EVENT_STREAM not in operation["responses"].get("200", {}).get("content", {})
]

schema = schemathesis.openapi.from_dict(DOCUMENT, config=CONFIG)


@pytest.fixture(scope="module")
def address(
    clickhouse_url: str, postgres_server: EmbeddedPostgres, valkey_url: str, tmp_path_factory: Any
) -> Iterator[str]:
    """A real server in a thread of its own, because schemathesis asks from outside; it has a world to tell of."""
    apart(_fill(clickhouse_url))
    apart(_database(postgres_server.url(), postgres_server.url(DATABASE)))
    ready: list[str] = []
    started, leave = threading.Event(), threading.Event()

    async def serve() -> None:
        clickhouse = await _client(clickhouse_url)
        postgres = await Postgres.connect(postgres_server.url(DATABASE), PostgresSettings())
        folder: Path = tmp_path_factory.mktemp("openapi")
        async with serving(
            postgres, valkey_url, folder, clickhouse=clickhouse, reader_url=clickhouse_url, database=DATABASE
        ) as served:
            ready.append(f"http://127.0.0.1:{served.port}")
            started.set()
            await asyncio.to_thread(leave.wait)
        await postgres.close()
        await clickhouse.close()

    thread = threading.Thread(target=lambda: asyncio.run(serve()))
    thread.start()
    assert started.wait(60), "the server did not start"
    yield ready[0]
    leave.set()
    thread.join()
    apart(_drop(clickhouse_url))


@pytest.mark.parametrize(("path", "method"), OPERATIONS)
def test_made_up_requests_get_documented_answers(path: str, method: str, address: str) -> None:
    @settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
    @given(case=schema[path][method].as_strategy())
    def ask(case: schemathesis.Case[Any]) -> None:
        case.call_and_validate(base_url=address)

    ask()


def test_an_answer_that_is_not_documented_is_found(address: str) -> None:
    document = copy.deepcopy(DOCUMENT)
    match = document["paths"]["/api/v1/stats/match/{id}"]["get"]
    del match["responses"]["404"]
    silent = schemathesis.openapi.from_dict(document, config=CONFIG)["/api/v1/stats/match/{id}"]["GET"]
    with pytest.raises(FailureGroup):
        silent.Case(path_parameters={"id": "nobody knows it"}).call_and_validate(base_url=address)
    document["components"]["schemas"]["GlobalStats"]["properties"]["total_kills"] = {"type": "string"}
    wrong = schemathesis.openapi.from_dict(document, config=CONFIG)["/api/v1/stats/global"]["GET"]
    with pytest.raises(FailureGroup):
        wrong.Case().call_and_validate(base_url=address)


KNOWN: Final = {
    "guid": "p1", "name": "name of p1", "map": "dm/mohdm6", "weapon": "Thompson", "id": "match_1", "stat": "kills",
}  # fmt: skip


NEEDED: Final = {"stats_query": {"dimension": "map"}, "leaderboard_contextual": {"value": "Thompson"}}
"""What these endpoints ask for before they answer."""


def _reads() -> list[str]:
    return [path for path, method in OPERATIONS if method == "GET"]


@pytest.mark.parametrize("path", _reads())
def test_what_is_known_is_answered_as_documented(path: str, address: str) -> None:
    parts = {name: KNOWN.get(name, "x") for name in re.findall(r"{(\w+)}", path)}
    schema[path]["GET"].Case(path_parameters=parts).call_and_validate(base_url=address)


@pytest.mark.parametrize("endpoint", [one for one in ENDPOINTS if one.table], ids=lambda one: one.name)
def test_a_list_has_the_same_rows_in_every_form(endpoint: Endpoint, address: str) -> None:
    path = re.sub(r"{(\w+)}", lambda part: KNOWN.get(part[1], "x"), plain_path(endpoint.paths[0]))
    as_json, as_csv, as_parquet = (
        requests.get(f"{address}{path}{suffix}", params=NEEDED.get(endpoint.name), timeout=60)
        for suffix in ("", ".csv", ".parquet")
    )
    assert endpoint.table is not None
    if as_json.status_code == 404:  # servers and running matches, of which this world has none
        assert (as_csv.status_code, as_parquet.status_code) == (404, 404)
        return
    rows, _ = endpoint.table.read(as_json.content)
    lines = list(csv.reader(io.StringIO(as_csv.text, newline="")))
    assert len(lines) == len(rows) + 1
    assert lines[0] == endpoint.table.header
    assert pyarrow.parquet.read_table(io.BytesIO(as_parquet.content)).num_rows == len(rows)


def test_the_document_is_served_as_it_is(address: str) -> None:
    served = requests.get(f"{address}/api/v1/openapi.json", timeout=60).json()
    assert served["paths"] == DOCUMENT["paths"]
    schemathesis.openapi.from_dict(served).validate()


async def _client(url: str) -> ClickHouse:
    return await ClickHouse.connect(url, DATABASE, ClickHouseSettings(database=DATABASE))


async def _fill(url: str) -> None:
    clickhouse = await _client(url)
    await clickhouse.command(f"DROP DATABASE IF EXISTS {DATABASE} SYNC")
    await migrate(clickhouse, ClickHouseSettings(database=DATABASE))
    await store(clickhouse, a_world(20261125, 2000), "world")
    await clickhouse.close()


async def _drop(url: str) -> None:
    clickhouse = await _client(url)
    await clickhouse.command(f"DROP DATABASE {DATABASE} SYNC")
    await clickhouse.close()


async def _database(server: str, url: str) -> None:
    connection = await asyncpg.connect(server)
    await connection.execute(f"DROP DATABASE IF EXISTS {DATABASE}")
    await connection.execute(f"CREATE DATABASE {DATABASE}")
    await connection.close()
    postgres = await Postgres.connect(url, PostgresSettings())
    await migrate_postgres(postgres)
    await postgres.close()
