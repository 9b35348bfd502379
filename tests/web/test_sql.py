"""SQL over HTTP: the real engine with its analysts' fence, a real Postgres, a real server."""

from __future__ import annotations

import asyncio
import base64
import io
import json
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pyarrow.ipc
import pyarrow.parquet
import pytest

from postgres.pool import Postgres
from tests.clickhouse.analysts_door import PASSWORD, SECRET, Door, analyst, open_door
from tests.web.conftest import Answer, Serve, Served

SLOW = "SELECT count() FROM numbers(100000000000) WHERE NOT ignore(sipHash64(number))"


@pytest.fixture(scope="module")
def door(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    """An engine with an analyst, a table of ours (statline.kills) and a secret of others."""
    door = open_door(tmp_path_factory.mktemp("sql"))
    door.let_in(analyst(), analyst("bob"), analyst("eve", query_time_max_s=0.3))
    yield door
    door.engine.stop()


@pytest.fixture
async def sql(serve: Serve, door: Door) -> AsyncIterator[Served]:
    """A server whose statements go to that engine."""
    async with serve(reader_url=door.engine.url, database="statline") as served:
        yield served


def login(name: str = "ann", password: str = PASSWORD, **more: str) -> dict[str, str]:
    return {"Authorization": "Basic " + base64.b64encode(f"{name}:{password}".encode()).decode(), **more}


async def ask(
    served: Served, statement: str, path: str = "/api/v1/sql", headers: Any = None, **options: Any
) -> Answer:
    return await served.ask(
        "POST", path, data=statement.encode(), headers=headers or login(), params=options or None
    )


async def put(served: Served, name: str, query: str, who: str = "ann", **more: str) -> Answer:
    body = json.dumps({"query": query, **more}).encode()
    return await served.ask("PUT", f"/api/v1/sql/queries/{name}", data=body, headers=login(who))


TOP = "SELECT player, kills FROM kills WHERE kills >= {least:UInt64} ORDER BY kills DESC LIMIT 2"


async def test_a_statement_is_answered_as_json(sql: Served) -> None:
    answer = await ask(sql, TOP, param_least="10")
    assert answer.status == 200, answer.text
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert answer.json["data"] == [
        {"player": "4999", "kills": 4999},
        {"player": "4998", "kills": 4998},
    ] or answer.json["data"] == [{"player": "4999", "kills": "4999"}, {"player": "4998", "kills": "4998"}]


async def test_a_statement_and_its_parameters_may_come_as_json(sql: Served) -> None:
    body = json.dumps({"query": TOP, "parameters": {"least": 4999}})
    answer = await ask(sql, body, headers=login(**{"Content-Type": "application/json"}))
    assert answer.json["rows"] == 1


async def test_the_suffix_chooses_the_form(sql: Served) -> None:
    csv = await ask(sql, TOP, "/api/v1/sql.csv", param_least="1")
    assert csv.text.splitlines() == ['"player","kills"', '"4999",4999', '"4998",4998']
    assert csv.headers["Content-Type"] == "text/csv"
    parquet = await ask(sql, TOP, "/api/v1/sql.parquet", param_least="1")
    assert pyarrow.parquet.read_table(io.BytesIO(parquet.body)).column("kills").to_pylist() == [4999, 4998]
    arrow = await ask(sql, TOP, "/api/v1/sql.arrow", param_least="1")
    assert pyarrow.ipc.open_file(io.BytesIO(arrow.body)).read_all().column("kills").to_pylist() == [
        4999,
        4998,
    ]
    lines = await ask(sql, TOP, "/api/v1/sql.ndjson", param_least="1")
    assert [json.loads(line)["player"] for line in lines.text.splitlines()] == ["4999", "4998"]
    assert (await ask(sql, TOP, "/api/v1/sql.xls", param_least="1")).status == 404


async def test_accept_chooses_the_form(sql: Served) -> None:
    headers = login(Accept="text/html, text/csv;q=0.9")
    assert (await ask(sql, "SELECT 1 AS one", headers=headers)).text == '"one"\n1\n'


async def test_a_long_answer_streams_whole(sql: Served) -> None:
    answer = await ask(sql, "SELECT number, repeat('x', 5000) AS text FROM numbers(4999)", "/api/v1/sql.tsv")
    assert len(answer.text.splitlines()) == 5000
    assert len(answer.body) > 24_000_000


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Basic !!"}, {"Authorization": "Bearer x"}])
async def test_who_does_not_log_in_is_asked_to(sql: Served, headers: dict[str, str]) -> None:
    answer = await sql.ask("POST", "/api/v1/sql", data=b"SELECT 1", headers=headers)
    assert answer.status == 401
    assert answer.headers["WWW-Authenticate"].startswith("Basic ")


@pytest.mark.parametrize(
    ("name", "password"), [("ann", "wrong"), ("nobody", PASSWORD), ("default", ""), ("Ann'--", "x")]
)
async def test_a_wrong_login_is_refused(sql: Served, name: str, password: str) -> None:
    answer = await ask(sql, "SELECT 1", headers=login(name, password))
    assert (answer.status, answer.json["error"]) == (401, "No analyst of this name and password")


async def test_the_engine_s_own_login_is_no_analyst_s(sql: Served, door: Door) -> None:
    own = door.engine.login()
    answer = await ask(sql, "SELECT 1", headers=login(own["X-ClickHouse-User"], own["X-ClickHouse-Key"]))
    assert answer.status == 401


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT * FROM default.secrets",
        "SELECT * FROM file('/etc/passwd', 'LineAsString')",
        "SELECT * FROM url('http://127.0.0.1:1/', 'LineAsString')",
        "SELECT file('/etc/passwd')",
        "SELECT * FROM remote('127.0.0.1', default.secrets)",
        "INSERT INTO kills VALUES ('x', 1)",
        "DROP TABLE kills",
        "SELECT 1 INTO OUTFILE '/tmp/statline_out'",
        "SELECT 1 SETTINGS readonly = 0",
        "SELECT * FROM system.processes",
        "SET readonly = 0",
    ],
)
async def test_nothing_but_reading_our_tables_is_let_through(sql: Served, statement: str) -> None:
    answer = await ask(sql, statement)
    assert answer.status in (400, 403), answer.text
    assert SECRET not in answer.text
    assert "root:" not in answer.text
    assert not Path("/tmp/statline_out").exists()


@pytest.mark.parametrize(
    "statement", ["", "   ", "SELEC 1", "SELECT 1; SELECT 2", "SELECT nothing FROM kills"]
)
async def test_a_wrong_statement_is_explained_to_its_author(sql: Served, statement: str) -> None:
    answer = await ask(sql, statement)
    assert answer.status == 400
    assert answer.json["error"]


async def test_bytes_that_are_no_text_are_refused(sql: Served) -> None:
    answer = await sql.ask("POST", "/api/v1/sql", data=b"SELECT '\xff'", headers=login())
    assert answer.status == 400


async def test_a_statement_is_stopped_at_its_time_limit(sql: Served) -> None:
    answer = await ask(sql, SLOW, headers=login("eve"))
    assert answer.status == 408


async def test_too_many_rows_are_an_error_and_not_a_part(sql: Served) -> None:
    answer = await ask(sql, "SELECT number FROM numbers(5001)")
    assert answer.status == 413


async def test_one_statement_of_an_analyst_runs_at_a_time(sql: Served, door: Door, eventually: Any) -> None:
    slow = asyncio.create_task(ask(sql, SLOW))
    await eventually(lambda: any("sipHash64" in query for query in door.engine.running()))
    refused = await ask(sql, "SELECT 1")
    assert (refused.status, refused.headers["Retry-After"]) == (429, "1")
    assert (await ask(sql, "SELECT 1", headers=login("bob"))).status == 200
    slow.cancel()
    await eventually(lambda: not door.engine.running())


async def test_who_has_read_an_answer_may_ask_again_at_once(sql: Served) -> None:
    for _ in range(20):
        assert (await ask(sql, "SELECT 1")).status == 200


async def test_who_leaves_stops_his_statement(sql: Served, door: Door, eventually: Any) -> None:
    slow = asyncio.create_task(ask(sql, SLOW))
    await eventually(lambda: any("sipHash64" in query for query in door.engine.running()))
    slow.cancel()
    await eventually(lambda: not door.engine.running())


async def test_the_turn_is_held_among_processes(
    serve: Serve, door: Door, postgres: Postgres, eventually: Any
) -> None:
    async with postgres.connection() as other:
        await other.execute(
            "SELECT pg_advisory_lock(hashtext('statline analyst statement'), hashtext('ann'))"
        )
        async with serve(reader_url=door.engine.url, database="statline") as served:
            assert (await ask(served, "SELECT 1")).status == 429
            assert (await ask(served, "SELECT 1", headers=login("bob"))).status == 200


async def test_an_engine_that_is_away_is_said_so(serve: Serve) -> None:
    async with serve() as served:
        assert (await ask(served, "SELECT 1")).status == 503


async def test_a_saved_query_runs_by_its_url(sql: Served) -> None:
    saved = await put(sql, "top-players", TOP, description="who kills most")
    assert saved.status == 200, saved.text
    assert saved.json["parameters"] == {"least": "UInt64"}
    url = saved.json["url"]
    answer = await sql.get(f"{url}?least=4999", headers=login("bob"))
    assert answer.json["rows"] == 1
    csv = await sql.get(f"{url}.csv?least=4999", headers=login("bob"))
    assert csv.text.splitlines()[1] == '"4999",4999'
    assert csv.headers["Content-Disposition"] == 'inline; filename="top-players.csv"'
    listed = await sql.get("/api/v1/sql/queries", headers=login("bob"))
    assert [(query["name"], query["owner"]) for query in listed.json["queries"]] == [("top-players", "ann")]


async def test_a_saved_query_names_the_parameters_it_needs(sql: Served) -> None:
    await put(sql, "top", TOP)
    missing = await sql.get("/api/v1/sql/queries/top", headers=login())
    assert (missing.status, missing.json["error"]) == (400, "This query needs the parameters least (UInt64)")
    unknown = await sql.get("/api/v1/sql/queries/top?least=1&most=2", headers=login())
    assert (unknown.status, unknown.json["error"]) == (400, "This query has no parameter most")
    hostile = await sql.get("/api/v1/sql/queries/top", headers=login(), params={"least": "1 OR 1=1"})
    assert hostile.status == 400


async def test_a_saved_query_is_its_owner_s(sql: Served) -> None:
    await put(sql, "mine", "SELECT 1")
    assert (await put(sql, "mine", "SELECT 2", "bob")).status == 409
    dropped = await sql.ask("DELETE", "/api/v1/sql/queries/mine", headers=login("bob"))
    assert dropped.status == 404
    assert (await put(sql, "mine", "SELECT 3")).json["query"] == "SELECT 3"
    assert (await sql.ask("DELETE", "/api/v1/sql/queries/mine", headers=login())).status == 204
    assert (await sql.get("/api/v1/sql/queries/mine", headers=login())).status == 404


async def test_a_saved_query_gives_nobody_more_rights_than_he_has(sql: Served) -> None:
    await put(sql, "secret", "SELECT * FROM default.secrets")
    assert (await sql.get("/api/v1/sql/queries/secret", headers=login("bob"))).status == 403
    assert (await sql.get("/api/v1/sql/queries/secret")).status == 401
    assert (await sql.get("/api/v1/sql/queries/secret", headers=login("bob", "wrong"))).status == 401


@pytest.mark.parametrize("body", [b"", b"[]", b'{"query": 1}', b'{"sql": "SELECT 1"}', b'{"query": ""}'])
async def test_a_query_that_cannot_be_saved_is_refused(sql: Served, body: bytes) -> None:
    answer = await sql.ask("PUT", "/api/v1/sql/queries/odd", data=body, headers=login())
    assert answer.status == 400


@pytest.mark.parametrize("name", ["Upper", "1st", "a b", "..%2Fetc", "a" * 65])
async def test_a_name_that_is_none_is_not_found(sql: Served, name: str) -> None:
    assert (await put(sql, name, "SELECT 1")).status == 404
