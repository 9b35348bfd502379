"""Long answers, many askers, limits, and askers who leave."""

from __future__ import annotations

import asyncio
import http.client
import json
import re
import socket
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import urlencode, urlsplit

import clickhouse_connect
import pytest
from clickhouse_connect.driver.exceptions import DatabaseError, StreamFailureError

from tests.clickhouse.conftest import EngineProcess, eventually

ENDLESS = "SELECT count() FROM numbers(1000000000000000)"
FAILS_LATE = "SELECT number, throwIf(number = 20000000) FROM numbers(30000000)"
MIB = 1 << 20


def sync_client(engine: EngineProcess, **options: Any) -> Any:
    """clickhouse-connect's sync client."""
    parts = urlsplit(engine.url)
    return clickhouse_connect.get_client(
        host=str(parts.hostname),
        port=parts.port or 0,
        username=parts.username,
        password=parts.password or "",
        **options,
    )


def open_stream(
    engine: EngineProcess, sql: str, **parameters: object
) -> tuple[http.client.HTTPConnection, http.client.HTTPResponse]:
    """An answer that is not read yet."""
    connection = engine.connection()
    connection.request("POST", "/?" + urlencode(parameters), sql.encode(), engine.login())
    return connection, connection.getresponse()


def send_and_leave(engine: EngineProcess, sql: str) -> socket.socket:
    """A request on a bare socket that nobody reads from."""
    parts = urlsplit(engine.url)
    bare = socket.create_connection((str(parts.hostname), parts.port or 0))
    login = "".join(f"{name}: {value}\r\n" for name, value in engine.login().items())
    head = f"POST / HTTP/1.1\r\nHost: 127.0.0.1\r\n{login}Content-Length: {len(sql)}\r\n\r\n"
    bare.sendall(head.encode() + sql.encode())
    return bare


def test_50_million_rows_stream_through_little_memory(engine_process: EngineProcess) -> None:
    engine_process.ask("SELECT sum(number) FROM numbers(1000000)")
    before = engine_process.rss_bytes()
    connection, answer = open_stream(engine_process, "SELECT number FROM numbers(50000000) FORMAT RowBinary")
    size, most = 0, 0
    while piece := answer.read(4 * MIB):
        size += len(piece)
        most = max(most, engine_process.rss_bytes())
    connection.close()
    assert size == 8 * 50_000_000
    assert most - before < 150 * MIB


def test_slow_reader_holds_no_answer_in_memory(engine_process: EngineProcess) -> None:
    before = engine_process.rss_bytes()
    bare = send_and_leave(
        engine_process, "SELECT number, repeat('x', 100) FROM numbers(100000000) FORMAT TSV"
    )
    eventually("the query runs", engine_process.running)
    for _ in range(50):
        assert engine_process.ask("SELECT 1") == "1\n"
    assert engine_process.rss_bytes() - before < 150 * MIB
    bare.close()
    eventually("the query ends", lambda: not engine_process.running())


@pytest.mark.parametrize("encoding", ["lz4", "zstd", "gzip", "deflate"])
def test_packed_streams_come_whole(engine_process: EngineProcess, encoding: str) -> None:
    with sync_client(engine_process, compress=encoding) as client:
        columns = client.query(
            "SELECT number, toString(number) FROM numbers(500000)", column_oriented=True
        ).result_columns
    assert columns[0][-1] == 499_999
    assert len(columns[1]) == 500_000


def test_error_before_the_answer_has_a_status(engine_process: EngineProcess) -> None:
    with sync_client(engine_process) as client, pytest.raises(DatabaseError, match="395"):
        client.query("SELECT throwIf(number = 100000) FROM numbers(3000000)")


@pytest.mark.parametrize("compress", [False, "lz4", "zstd", "gzip"])
def test_error_inside_a_stream_is_seen_by_clickhouse_connect(
    engine_process: EngineProcess, compress: bool | str
) -> None:
    rows = 0

    def read(client: Any) -> None:
        nonlocal rows
        with client.query_column_block_stream(FAILS_LATE) as stream:
            for block in stream:
                rows += len(block[0])

    client = sync_client(engine_process, compress=compress)
    with client, pytest.raises(StreamFailureError, match="non-zero") as caught:
        read(client)
    assert caught.value.code == 395
    assert rows > 0


async def test_error_inside_a_stream_is_seen_by_the_async_client(engine_process: EngineProcess) -> None:
    parts = urlsplit(engine_process.url)
    client = await clickhouse_connect.get_async_client(
        host=str(parts.hostname), port=parts.port or 0, username=parts.username, password=parts.password or ""
    )

    async def read() -> None:
        async with await client.query_column_block_stream(FAILS_LATE) as stream:
            async for _ in stream:
                pass

    with pytest.raises(StreamFailureError, match="non-zero"):
        await read()
    await client.close()


def test_in_band_error_has_the_form_of_clickhouse(engine_process: EngineProcess) -> None:
    connection, answer = open_stream(
        engine_process, "SELECT throwIf(number = 5000000) FROM numbers(30000000)"
    )
    tag = answer.headers["X-ClickHouse-Exception-Tag"]
    assert re.fullmatch(r"[a-z]{16}", tag)
    with pytest.raises(http.client.IncompleteRead) as caught:
        answer.read()
    connection.close()
    found = re.search(
        rf"__exception__\r\n{tag}\r\n(.*\n)(\d+) {tag}\r\n__exception__\r\n$".encode(),
        caught.value.partial,
        re.DOTALL,
    )
    assert found is not None
    assert len(found.group(1)) == int(found.group(2))


def test_slow_query_does_not_hold_up_a_fast_one(engine_process: EngineProcess) -> None:
    bare = send_and_leave(engine_process, ENDLESS)
    eventually("the slow query runs", engine_process.running)
    with ThreadPoolExecutor(4) as threads:
        answers = list(threads.map(lambda n: engine_process.ask(f"SELECT {n}"), range(20)))
    assert answers == [f"{n}\n" for n in range(20)]
    assert engine_process.running()
    bare.close()
    eventually("the slow query ends", lambda: not engine_process.running())


@pytest.mark.parametrize(
    "sql",
    [
        ENDLESS,
        "SELECT number FROM numbers(1000000000000) FORMAT Null",
        "SELECT number FROM numbers(1000000000000) FORMAT TSV",
        "SELECT count() FROM numbers(1000000000000000) FORMAT JSON",
        "SELECT sleepEachRow(0.1), number FROM numbers(1000000) SETTINGS max_block_size = 10",
    ],
)
def test_query_whose_asker_leaves_is_stopped(engine_process: EngineProcess, sql: str) -> None:
    bare = send_and_leave(engine_process, sql)
    eventually("the query runs", engine_process.running)
    bare.close()
    eventually("the query ends", lambda: not engine_process.running())


def test_time_limit_stops_a_query(engine_process: EngineProcess) -> None:
    reply = engine_process.send(ENDLESS, max_execution_time=0.3)
    assert (reply.status, reply.code) == (408, 159)


def test_memory_limit_stops_a_query_and_nothing_else(engine_process: EngineProcess) -> None:
    reply = engine_process.send(
        "SELECT groupArray(number) FROM numbers(100000000)", max_memory_usage=50 * MIB
    )
    assert reply.code == 241
    assert engine_process.ask("SELECT 1") == "1\n"


def test_memory_of_all_queries_together_is_bounded(new_engine: Callable[..., EngineProcess]) -> None:
    engine = new_engine(engine_memory_max_bytes=600 * MIB, engine_query_memory_max_bytes=4000 * MIB)
    reply = engine.send("SELECT length(groupArray(number)) FROM numbers(400000000)")
    assert reply.code == 241
    assert engine.ask("SELECT 1") == "1\n"


def test_query_beyond_the_places_waits_or_is_refused(new_engine: Callable[..., EngineProcess]) -> None:
    engine = new_engine(engine_queries_max=1, engine_queue_time_max_s=0.2)
    bare = send_and_leave(engine, ENDLESS)
    refused = eventually(
        "the only place is taken", lambda: (r := engine.send("SELECT 1")).status != 200 and r
    )
    assert (refused.status, refused.code) == (503, 202)
    assert refused.headers["Retry-After"]
    bare.close()
    eventually("the place is free again", lambda: engine.send("SELECT 1").status == 200)


def test_sync_client_of_clickhouse_connect_works_as_with_a_server(
    engine_process: EngineProcess, database: str
) -> None:
    with sync_client(engine_process, database=database) as client:
        assert client.ping()
        assert client.command("SELECT 1") == 1
        client.command(
            "CREATE TABLE t (a UInt64, m Map(String, UInt8), n Nullable(String)) ENGINE = MergeTree ORDER BY a"
        )
        summary = client.insert("t", [[1, {"x": 1}, None], [2, {}, "ü"]], column_names=["a", "m", "n"])
        assert summary.written_rows == 2
        assert client.query("SELECT * FROM t ORDER BY a").result_rows == [(1, {"x": 1}, None), (2, {}, "ü")]
        asked = client.query("SELECT {s:String}, {n:UInt8}", parameters={"s": "it's \t \\ ü\n", "n": 5})
        assert asked.result_rows == [("it's \t \\ ü\n", 5)]
        assert client.query("SELECT a, n FROM t LIMIT 0").column_names == ("a", "n")
        assert client.query_arrow("SELECT number FROM numbers(3)").num_rows == 3
        assert json.loads(client.raw_query("SELECT 1 AS a", fmt="JSONEachRow")) == {"a": 1}
        client.command("CREATE TEMPORARY TABLE mine (a UInt8)")
        client.insert("mine", [[3]], column_names=["a"])
        assert client.query("SELECT a FROM mine").result_rows == [(3,)]
        with pytest.raises(DatabaseError) as caught:
            client.query("SELECT * FROM nope")
        assert caught.value.code == 60


async def test_async_client_asks_many_things_at_once(engine_process: EngineProcess) -> None:
    parts = urlsplit(engine_process.url)
    client = await clickhouse_connect.get_async_client(
        host=str(parts.hostname), port=parts.port or 0, username=parts.username, password=parts.password or ""
    )
    answers = await asyncio.gather(
        *(client.query("SELECT {n:UInt8}", parameters={"n": n}) for n in range(30))
    )
    assert [answer.result_rows[0][0] for answer in answers] == list(range(30))
    await client.close()
