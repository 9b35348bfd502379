"""The client: named queries, times, errors sorted by what to do, exactly-once settings, values that do not fit."""

from __future__ import annotations

import asyncio
import socket
import uuid
from datetime import UTC, datetime
from typing import Any

import pytest

from clickhouse import errors
from clickhouse.client import COMPILED_LATE, EXACTLY_ONCE, QUERIES, ClickHouse, asked_text, query_text
from clickhouse.errors import (
    ClickHouseError,
    ClickHouseRefused,
    ClickHouseUnavailable,
    insert_error,
    read_error,
)
from clickhouse.native import column_types, encode_block
from clickhouse.settings import ClickHouseSettings
from schema.columns import COLUMNS
from tests.clickhouse.conftest import EngineProcess

MATCH = uuid.UUID("61f0c404-5cb3-11e7-907b-a6006ad3dba0")
ROW: dict[str, Any] = {
    "at": 1_763_600_000_123,
    "match_id": MATCH,
    "attributes": {"a": "1", "ü": "'x'\n"},
    "is_bot": True,
    "team": "axis",
    "damage": 12.5,
    "x": -1.5,
    "n": 7,
    "raw": "type=kill&n=\0\t\\'ü",
}
TABLE = """CREATE TABLE events (
    at DateTime64(3, 'UTC'), match_id UUID, attributes Map(LowCardinality(String), String), is_bot Bool,
    team LowCardinality(String), damage Float64, x Float32, n UInt16, raw String, kept DateTime DEFAULT now(),
    doubled UInt32 MATERIALIZED n * 2, CONSTRAINT small CHECK n < 1000
) ENGINE = MergeTree ORDER BY at SETTINGS non_replicated_deduplication_window = 100"""


async def insert_row(store: ClickHouse, token: str = "t", **changes: Any) -> None:
    """One row, differing from ROW in these."""
    row = {**ROW, **changes}
    await store.insert("events", list(row), [[value] for value in row.values()], token=token)


async def test_every_type_comes_back_as_it_went_in(store: ClickHouse) -> None:
    await store.command(TABLE)
    await insert_row(store)
    [row] = await store.rows_of("SELECT *, doubled FROM events")
    assert row.pop("at") == datetime(2025, 11, 20, 0, 53, 20, 123000, tzinfo=UTC)
    assert row.pop("doubled") == 14
    assert row.pop("kept") is not None
    assert row == {name: value for name, value in ROW.items() if name != "at"}


async def test_values_are_bound_by_the_server(store: ClickHouse) -> None:
    evil = "x'; DROP TABLE events -- \\ \t ü"
    [row] = await store.rows_of("SELECT {a:String} AS a, {b:UInt64} AS b", {"a": evil, "b": 2**63})
    assert row == {"a": evil, "b": 2**63}


async def test_no_rows_are_an_empty_list(store: ClickHouse) -> None:
    assert await store.rows_of("SELECT 1 AS n WHERE 0") == []


async def test_named_query_is_its_file(store: ClickHouse) -> None:
    for path in QUERIES.glob("*.sql"):
        assert query_text(path.stem).startswith("-- ")
    with pytest.raises(FileNotFoundError):
        await store.rows("no_such_query")


def test_a_condition_nobody_asks_for_is_not_in_the_text() -> None:
    nowhere = {"server_id": "", "map_name": "", "gametype": "", "bounded": 0, "figures": []}
    bare = asked_text("player_counters", {**nowhere, "dimensions": [""]})
    on_server = asked_text("player_counters", {**nowhere, "server_id": "s1", "dimensions": ["", "hour"]})
    assert "server_id = {" not in bare
    assert "dimension = 'hour'" not in bare
    assert "match_players.server_id = {server_id:String}" in on_server
    assert "dimension = 'hour'" in on_server
    assert "dimension = 'map'" not in on_server
    with pytest.raises(KeyError):  # a forgotten filter must not let everything through
        asked_text("player_counters", {"dimensions": [""]})


def test_a_word_of_a_text_is_no_part_of_it() -> None:
    filters = ("bounded", "figures", "server_id", "map_name", "gametype", "weapon", "weapons", "opponent")
    anything = dict.fromkeys(filters, "")
    within = asked_text("player_duels_by", {**anything, "parent": "game_mode", "dimensions": ["map_weapon"]})
    assert "gametype = {parent_value:String}" in within
    assert "map_name = {parent_value:String}" not in within
    assert "dimension = 'map'," not in within


async def test_an_answer_is_not_compiled_for_the_fourth_who_asks(store: ClickHouse) -> None:
    rows = await store.rows_of("SELECT name, value FROM system.settings WHERE changed")
    changed = {row["name"]: row["value"] for row in rows}
    assert {name: changed.get(name) for name in COMPILED_LATE} == dict.fromkeys(COMPILED_LATE, "1000")


async def test_many_queries_run_at_once(store: ClickHouse) -> None:
    answers = await asyncio.gather(*(store.rows_of("SELECT {n:UInt8} AS n", {"n": n}) for n in range(40)))
    assert [rows[0]["n"] for rows in answers] == list(range(40))


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("at", "yesterday"),
        ("at", None),
        ("at", 2**70),
        ("match_id", None),
        ("match_id", "x"),
        ("match_id", 5.5),
        ("match_id", 2**200),
        ("attributes", [("a", "b")]),
        ("attributes", {"a": 1}),
        ("team", None),
        ("team", 5),
        ("damage", "x"),
        ("x", 1e300),
        ("n", -1),
        ("n", 70_000),
        ("raw", "\ud800"),
        ("raw", None),
        ("n", 5000),  # encodes, and violates the constraint
    ],
)
async def test_value_that_does_not_fit_is_refused_and_nothing_is_written(
    store: ClickHouse, column: str, value: object
) -> None:
    await store.command(TABLE)
    changed: dict[str, Any] = {column: value}
    with pytest.raises(ClickHouseRefused):
        await insert_row(store, "t", **changed)
    assert await store.rows_of("SELECT count() AS n FROM events") == [{"n": 0}]


async def test_uuid_that_is_none_never_blanks_its_neighbours(store: ClickHouse) -> None:
    await store.command(TABLE)
    names = ["at", "match_id", "n"]
    with pytest.raises(ClickHouseRefused):
        await store.insert("events", names, [[1, 2], [None, MATCH], [1, 2]], token="a")
    await store.insert("events", names, [[1, 2], [MATCH.int, MATCH.int], [1, 2]], token="b")
    assert await store.rows_of("SELECT DISTINCT match_id AS m FROM events") == [{"m": MATCH}]


async def test_columns_of_different_lengths_are_refused(store: ClickHouse) -> None:
    await store.command(TABLE)
    with pytest.raises(ClickHouseRefused, match="one length"):
        await store.insert("events", ["at", "n"], [[1, 2], [1]], token="t")


async def test_missing_table_or_column_is_waited_for(store: ClickHouse) -> None:
    with pytest.raises(ClickHouseUnavailable):
        await insert_row(store)
    await store.command(TABLE)
    with pytest.raises(ClickHouseUnavailable, match="no column later"):
        await store.insert("events", ["at", "later"], [[1], [2]], token="t")
    await store.command("ALTER TABLE events ADD COLUMN later UInt8")
    await store.insert("events", ["at", "later"], [[1], [2]], token="t")
    assert await store.rows_of("SELECT later FROM events") == [{"later": 2}]


async def test_block_of_too_many_partitions_is_refused_so_that_it_is_halved(store: ClickHouse) -> None:
    await store.command("CREATE TABLE p (n UInt32) ENGINE = MergeTree ORDER BY n PARTITION BY n")
    with pytest.raises(ClickHouseRefused):
        await store.insert("p", ["n"], [list(range(150))], token="t")
    await store.insert("p", ["n"], [list(range(75))], token="t1")


async def test_wrong_statement_is_an_error_and_not_worth_a_retry(store: ClickHouse) -> None:
    for sql, code in (("SELEC 1", 62), ("SELECT nope", 47), ("SELECT {a:UInt8}", 456)):
        with pytest.raises(ClickHouseError) as caught:
            await store.rows_of(sql)
        assert type(caught.value) is ClickHouseError
        assert caught.value.code == code


async def test_query_over_its_time_is_unavailable(store_url: str) -> None:
    settings = ClickHouseSettings(query_time_max_s=0.2)
    store = await ClickHouse.connect(store_url, "default", settings)
    with pytest.raises(ClickHouseUnavailable) as caught:
        await store.rows_of("SELECT count() FROM numbers(1000000000000000)")
    assert caught.value.code == 159
    await store.close()


async def test_query_of_too_many_rows_fails_instead_of_filling_memory(store_url: str) -> None:
    store = await ClickHouse.connect(store_url, "default", ClickHouseSettings(query_rows_max=1000))
    with pytest.raises(ClickHouseError) as caught:
        await store.rows_of("SELECT number FROM numbers(100000)")
    assert caught.value.code == 396
    await store.close()


async def test_no_message_holds_password_or_address(engine_process: EngineProcess) -> None:
    store = await ClickHouse.connect(engine_process.url, "default", ClickHouseSettings())
    with pytest.raises(ClickHouseError) as caught:
        await store.rows_of("SELECT * FROM nope")
    assert "127.0.0.1" not in str(caught.value)
    assert engine_process.login()["X-ClickHouse-Key"] not in str(caught.value)
    await store.close()


async def test_wrong_password_is_unavailable_until_it_is_right(engine_process: EngineProcess) -> None:
    password = engine_process.login()["X-ClickHouse-Key"]
    store = await ClickHouse.connect(
        engine_process.url.replace(password, "wrong"), "default", ClickHouseSettings()
    )
    with pytest.raises(ClickHouseUnavailable) as caught:
        await store.rows_of("SELECT 1")
    assert caught.value.code == 516
    assert not await store.ping()
    await store.close()


async def test_client_may_start_before_its_server() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    store = await ClickHouse.connect(f"http://u:p@127.0.0.1:{port}", "default", ClickHouseSettings())
    for call in (
        store.rows_of("SELECT 1"),
        store.command("SELECT 1"),
        store.insert("t", ["a"], [[1]], token="t"),
    ):
        with pytest.raises(ClickHouseUnavailable):
            await call
    assert not await store.ping()
    await store.close()


async def test_server_that_never_answers_is_unavailable() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://u:p@127.0.0.1:{silent.getsockname()[1]}"
        settings = ClickHouseSettings(connect_time_max_s=0.1, query_time_max_s=0.2)
        store = await ClickHouse.connect(url, "default", settings)
        with pytest.raises(ClickHouseUnavailable):
            await store.rows_of("SELECT 1")
        await store.close()


@pytest.mark.parametrize("compression", ["lz4", "zstd", "gzip"])
async def test_compression_changes_nothing_else(store_url: str, store: ClickHouse, compression: str) -> None:
    [[database]] = [list(row.values()) for row in await store.rows_of("SELECT currentDatabase() AS d")]
    packed = await ClickHouse.connect(store_url, database, ClickHouseSettings(compression=compression))
    await packed.command(TABLE)
    await insert_row(packed)
    await insert_row(packed)
    assert await packed.rows_of("SELECT raw FROM events") == [{"raw": ROW["raw"]}]
    await packed.close()


@pytest.mark.parametrize("url", ["", "127.0.0.1:8123", "clickhouse://h", "http://"])
async def test_address_that_is_none_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match=r"clickhouse\.url"):
        await ClickHouse.connect(url, "default", ClickHouseSettings())


async def test_every_exactly_once_setting_is_known_to_the_embedded_engine(
    engine_process: EngineProcess,
) -> None:
    names = ", ".join(f"'{name}'" for name in EXACTLY_ONCE)
    known = engine_process.ask(f"SELECT name FROM system.settings WHERE name IN ({names})").split()
    assert set(known) == set(EXACTLY_ONCE)


async def test_defaults_of_a_server_cannot_undo_exactly_once(engine_process: EngineProcess) -> None:
    """What a profile may say against it (as the defaults of 26.x do), the insert says itself."""
    against = {
        "deduplicate_insert": "disable",
        "insert_deduplicate": 0,
        "async_insert": 1,
        "max_insert_threads": 4,
    }
    hostile = engine_process.url
    store = await ClickHouse.connect(hostile, "default", ClickHouseSettings())
    driver = await store._connected()
    for name, value in against.items():
        driver.set_client_setting(name, value)
    await store.command(
        "CREATE TABLE hostile (a UInt8) ENGINE = MergeTree ORDER BY a SETTINGS non_replicated_deduplication_window = 10"
    )
    for _ in range(3):
        await store.insert("hostile", ["a"], [[1]], token="t")
    assert await store.rows_of("SELECT count() AS n FROM hostile") == [{"n": 1}]
    await store.command("DROP TABLE hostile SYNC")
    await store.close()


def test_codes_are_sorted_once_and_with_a_reason() -> None:
    assert not set(errors.DATA) & set(errors.WAIT)
    for code, reason in {**errors.DATA, **errors.WAIT}.items():
        name, _, why = reason.partition(": ")
        assert name.isupper(), code
        assert why, code


def test_unknown_codes_of_an_insert_are_retried_and_of_a_read_are_not() -> None:
    assert type(insert_error(99_999, "x")) is ClickHouseUnavailable
    assert type(insert_error(None, "x")) is ClickHouseUnavailable
    assert type(insert_error(252, "Too many parts")) is ClickHouseUnavailable
    assert type(insert_error(252, "Too many partitions for single INSERT block")) is ClickHouseRefused
    assert type(insert_error(469, "x")) is ClickHouseRefused
    assert type(read_error(99_999, "x")) is ClickHouseError
    assert type(read_error(60, "x")) is ClickHouseUnavailable
    assert type(read_error(241, "x")) is ClickHouseUnavailable
    assert type(read_error(None, "x")) is ClickHouseUnavailable


def test_names_of_the_codes_are_those_of_clickhouse(engine_process: EngineProcess) -> None:
    for code, reason in {**errors.DATA, **errors.WAIT}.items():
        assert engine_process.ask(f"SELECT errorCodeToName({code})").strip() == reason.partition(":")[0]


def test_raw_events_are_encoded_as_one_block() -> None:
    described = [{"name": column.name, "type": column.type, "default_type": ""} for column in COLUMNS]
    neutral = {"UUID": MATCH, "DateTime64(3, 'UTC')": 1}
    rows = 30_000
    columns = [[neutral.get(column.type, column.neutral)] * rows for column in COLUMNS]
    body = encode_block("raw_events", [column.name for column in COLUMNS], column_types(described), columns)
    assert body.count(b"batch_row\x06UInt32") == 1
