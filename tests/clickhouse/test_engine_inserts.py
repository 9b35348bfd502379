"""Inserts: Native bodies of any size, encodings, deduplication tokens, materialized views, what a kill leaves."""

from __future__ import annotations

import asyncio
import gzip
import random
import struct
import zlib
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import lz4.block  # type: ignore[import-untyped]
import lz4.frame  # type: ignore[import-untyped]
import pytest
from clickhouse_connect.driver.compression import get_compressor

from clickhouse.client import ClickHouse
from clickhouse.engine.cityhash import cityhash128
from clickhouse.engine.codecs import ENCODINGS, Unpacker, chosen_encoding, packer, unframed
from clickhouse.engine.faults import EngineFault
from clickhouse.errors import ClickHouseUnavailable
from clickhouse.settings import ClickHouseSettings
from tests.clickhouse.conftest import EngineProcess, eventually
from tests.clickhouse.written_through import can_write_through, is_written_through


def leb128(number: int) -> bytes:
    """As Native writes lengths."""
    out = bytearray()
    while number > 127:
        out.append(number & 127 | 128)
        number >>= 7
    return bytes([*out, number])


def native_block(rows: int, text_bytes: int, seed: int = 1) -> bytes:
    """A Native block of (a UInt64, s String), the texts random bytes with every delimiter among them."""
    noise = random.Random(seed)
    texts = b"".join(leb128(text_bytes) + noise.randbytes(text_bytes) for _ in range(rows))
    numbers = struct.pack(f"<{rows}Q", *range(rows))
    return b"".join([leb128(2), leb128(rows), b"\x01a\x06UInt64", numbers, b"\x01s\x06String", texts])


@pytest.mark.parametrize("encoding", ["", *ENCODINGS])
def test_packed_bodies_come_out_as_they_went_in(encoding: str) -> None:
    data = random.Random(1).randbytes(100_000) + b"x" * 1_000_000
    packing = packer(encoding)
    packed = packing.pack(data[:5]) + packing.pack(data[5:]) + packing.finish()
    unpacker = Unpacker(encoding, len(data))
    for start in range(0, len(packed), 1000):
        unpacker.feed(packed[start : start + 1000])
    assert unpacker.result() == data


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_bomb_is_refused_before_it_is_unpacked(encoding: str) -> None:
    packing = packer(encoding)
    bomb = packing.pack(b"\0" * 50_000_000) + packing.finish()
    unpacker = Unpacker(encoding, 1_000_000)
    with pytest.raises(EngineFault) as caught:
        unpacker.feed(bomb)
    assert caught.value.status == 413


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_cut_and_broken_bodies_are_refused(encoding: str) -> None:
    packing = packer(encoding)
    packed = packing.pack(b"abc" * 1000) + packing.finish()
    unpacker = Unpacker(encoding, 1_000_000)
    unpacker.feed(packed[:-3])
    with pytest.raises(EngineFault):
        unpacker.result()
    with pytest.raises(EngineFault):
        Unpacker(encoding, 1_000_000).feed(b"\x00\xff" * 100)


def test_unknown_encodings_are_refused() -> None:
    with pytest.raises(EngineFault):
        Unpacker("br", 1)
    assert chosen_encoding("br, zstd;q=0.5, gzip") == "zstd"
    assert chosen_encoding("identity") == ""


def framed(data: bytes) -> bytes:
    """ClickHouse's own LZ4 block, its checksum left out."""
    packed = bytes(lz4.block.compress(data, store_size=False))
    return b"\0" * 16 + b"\x82" + struct.pack("<II", len(packed) + 9, len(data)) + packed


def test_clickhouse_blocks_are_unpacked() -> None:
    assert unframed(framed(b"ab" * 50) + framed(b"c"), 1000) == b"ab" * 50 + b"c"
    for broken in (
        framed(b"x")[:-1],
        b"\0" * 25,
        framed(b"x" * 2000),
        b"\0" * 16 + b"\x82\x0a\0\0\0\x02\0\0\0\xff",
    ):
        with pytest.raises(EngineFault):
            unframed(broken, 1000)


def make_table(engine: EngineProcess, database: str, name: str = "t") -> str:
    """A table that remembers tokens."""
    engine.ask(
        f"CREATE TABLE {database}.{name} (a UInt64, s String) ENGINE = MergeTree ORDER BY a "
        "SETTINGS non_replicated_deduplication_window = 1000"
    )
    return f"{database}.{name}"


@pytest.mark.parametrize("body", ["body", "url"])
def test_native_bodies_are_taken_byte_for_byte(
    engine_process: EngineProcess, database: str, body: str
) -> None:
    table = make_table(engine_process, database)
    block = native_block(5000, 400)
    insert = f"INSERT INTO {table} (a, s) FORMAT Native"
    if body == "body":
        reply = engine_process.send(insert.encode() + b"\n" + block)
    else:
        reply = engine_process.send(block, query=insert)
    assert '"written_rows": "5000"' in reply.headers["X-ClickHouse-Summary"]
    back = engine_process.send(f"SELECT a, s FROM {table} ORDER BY a FORMAT Native", max_block_size=10000)
    assert back.body == block


def test_large_body_is_taken_and_a_larger_one_refused(new_engine: Callable[..., EngineProcess]) -> None:
    engine = new_engine(engine_body_bytes_max=30 << 20)
    table = make_table(engine, "default")
    block = native_block(29_000, 1000)
    assert engine.send(block, query=f"INSERT INTO {table} FORMAT Native").status == 200
    assert engine.ask(f"SELECT count(), sum(length(s)) FROM {table}") == "29000\t29000000\n"
    assert engine.send(block + block, query=f"INSERT INTO {table} FORMAT Native").status == 413
    assert engine.ask(f"SELECT count() FROM {table}") == "29000\n"


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "lz4", "zstd"])
def test_packed_inserts_are_unpacked(engine_process: EngineProcess, database: str, encoding: str) -> None:
    table = make_table(engine_process, database)
    rows = b"1\tx\n2\ty\n"
    pack = {"gzip": gzip.compress, "deflate": zlib.compress, "lz4": lz4.frame.compress}
    packed = pack[encoding](rows) if encoding in pack else get_compressor("zstd").compress_block(rows)
    headers = {**engine_process.login(), "Content-Encoding": encoding}
    reply = engine_process.send(bytes(packed), headers=headers, query=f"INSERT INTO {table} FORMAT TSV")
    assert reply.status == 200, reply.text
    assert engine_process.ask(f"SELECT sum(a) FROM {table}") == "3\n"


def test_inserts_in_clickhouse_blocks_are_unpacked(engine_process: EngineProcess, database: str) -> None:
    table = make_table(engine_process, database)
    reply = engine_process.send(framed(b"5\tx\n"), query=f"INSERT INTO {table} FORMAT TSV", decompress=1)
    assert reply.status == 200, reply.text
    assert engine_process.ask(f"SELECT a FROM {table}") == "5\n"


def test_answers_come_in_clickhouse_blocks_when_asked_for(engine_process: EngineProcess) -> None:
    many = "SELECT number FROM numbers(400000)"
    for sql in ("SELECT 1", many):
        framed_answer = engine_process.send(sql, compress=1)
        assert unframed(framed_answer.body, 1 << 30) == engine_process.send(sql).body
        assert "Content-Encoding" not in framed_answer.headers
    failed = engine_process.send("SELECT nothing", compress=1)
    assert unframed(failed.body, 1 << 20).startswith(b"Code: 47. DB::Exception")


def test_blocks_carry_the_checksum_that_drivers_verify(engine_process: EngineProcess) -> None:
    """Compared with the hashes of the reference implementation."""
    known = {0: "2b9ac064fc9df03d291ee592c340b53c", 200: "fdb6239e697457279c28e7eb01ef8256"}
    for size, digest in known.items():
        assert cityhash128(bytes(range(size))).hex() == digest
    block = engine_process.send("SELECT 1", compress=1).body
    assert cityhash128(block[16:]) == block[:16]


def test_broken_insert_leaves_nothing(engine_process: EngineProcess, database: str) -> None:
    table = make_table(engine_process, database)
    cut = engine_process.send(native_block(1000, 50)[:-7], query=f"INSERT INTO {table} FORMAT Native")
    assert cut.code == 33
    text = engine_process.send('{"a": 1}\n{"a": "x"}', query=f"INSERT INTO {table} FORMAT JSONEachRow")
    assert text.status == 400
    assert engine_process.ask(f"SELECT count() FROM {table}") == "0\n"


def test_values_may_be_expressions_with_parameters(engine_process: EngineProcess, database: str) -> None:
    table = make_table(engine_process, database)
    engine_process.ask(
        f"INSERT INTO {table} VALUES ({{n:UInt64}}, 'a;b'), (1 + 1, concat('x', 'y'))", param_n=7
    )
    assert engine_process.ask(f"SELECT a, s FROM {table} ORDER BY a") == "2\txy\n7\ta;b\n"


def test_insert_select_needs_no_data(engine_process: EngineProcess, database: str) -> None:
    table = make_table(engine_process, database)
    engine_process.ask(f"INSERT INTO {table} SELECT number, 'x' FROM numbers({{n:UInt8}})", param_n=9)
    assert engine_process.ask(f"SELECT count() FROM {table}") == "9\n"


WINDOW = "SETTINGS non_replicated_deduplication_window = 10000"
VIEWS = (
    f"CREATE TABLE raw (a UInt64, s String) ENGINE = MergeTree ORDER BY a {WINDOW}",
    f"CREATE TABLE per_text (s String, n UInt64) ENGINE = SummingMergeTree ORDER BY s {WINDOW}",
    "CREATE MATERIALIZED VIEW per_text_mv TO per_text AS SELECT s, count() AS n FROM raw GROUP BY s",
    f"CREATE TABLE uniques (d UInt8, u AggregateFunction(uniqExact, UInt64)) ENGINE = AggregatingMergeTree ORDER BY d {WINDOW}",
    "CREATE MATERIALIZED VIEW uniques_mv TO uniques AS SELECT 1 AS d, uniqExactState(a) AS u FROM raw GROUP BY d",
    # Two views into one table: both must count, each once, though both come with one token.
    f"CREATE TABLE both (side String, n UInt64) ENGINE = SummingMergeTree ORDER BY side {WINDOW}",
    "CREATE MATERIALIZED VIEW both_left_mv TO both AS SELECT 'x' AS side, count() AS n FROM raw",
    "CREATE MATERIALIZED VIEW both_right_mv TO both AS SELECT 'x' AS side, count() AS n FROM raw",
    # A view of a view's table.
    f"CREATE TABLE chained (n UInt64) ENGINE = SummingMergeTree ORDER BY tuple() {WINDOW}",
    "CREATE MATERIALIZED VIEW chained_mv TO chained AS SELECT sum(n) AS n FROM per_text",
)


async def make_views(store: ClickHouse) -> None:
    """The raw table and its views."""
    for statement in VIEWS:
        await store.command(statement)


async def totals(store: ClickHouse) -> dict[str, int]:
    """What raw table and views count."""
    sql = """SELECT (SELECT count() FROM raw) AS raw, (SELECT sum(n) FROM per_text) AS per_text,
        (SELECT sum(n) FROM both) AS both, (SELECT sum(n) FROM chained) AS chained,
        (SELECT uniqExactMerge(u) FROM uniques) AS uniques"""
    return (await store.rows_of(sql))[0]


def expected_totals(rows: int) -> dict[str, int]:
    """What they should, when every `a` is another."""
    return {"raw": rows, "per_text": rows, "both": 2 * rows, "chained": rows, "uniques": rows}


def batch(number: int, rows: int = 1000) -> list[list[object]]:
    """The same columns for the same number."""
    return [[number * rows + i for i in range(rows)], [f"t{i % 7}" for i in range(rows)]]


async def test_insert_under_one_token_counts_once_in_table_and_views(store: ClickHouse) -> None:
    await make_views(store)
    for number in range(3):
        for _ in range(3):
            await store.insert("raw", ["a", "s"], batch(number), token=f"segment-{number}")
    assert await totals(store) == expected_totals(3000)


async def test_equal_rows_under_another_token_count_again(store: ClickHouse) -> None:
    await make_views(store)
    for token in ("one", "two"):
        await store.insert("raw", ["a", "s"], batch(0), token=token)
    assert await totals(store) == expected_totals(2000) | {"uniques": 1000}


async def test_large_insert_is_one_block_and_counts_once(store: ClickHouse) -> None:
    await make_views(store)
    for _ in range(2):
        await store.insert("raw", ["a", "s"], batch(0, rows=60_000), token="large")
    assert await totals(store) == expected_totals(60_000)
    parts = await store.rows_of("SELECT uniqExact(_part) AS n FROM raw")
    assert parts == [{"n": 1}]


async def test_failing_view_fails_the_insert_and_the_retry_fills_it(store: ClickHouse) -> None:
    await make_views(store)
    await store.command(f"CREATE TABLE late (a UInt64) ENGINE = MergeTree ORDER BY a {WINDOW}")
    await store.command("CREATE MATERIALIZED VIEW late_mv TO late AS SELECT a FROM raw")
    await store.command("RENAME TABLE late TO away")
    with pytest.raises(ClickHouseUnavailable):
        await store.insert("raw", ["a", "s"], batch(0), token="one")
    await store.command("RENAME TABLE away TO late")
    await store.insert("raw", ["a", "s"], batch(0), token="one")
    assert await totals(store) == expected_totals(1000)
    assert await store.rows_of("SELECT count() AS n FROM late") == [{"n": 1000}]


async def insert_until_taken(store: ClickHouse, columns: list[list[object]], token: str) -> None:
    """As the writer does: connections from before a restart fail once each."""
    while True:
        try:
            return await store.insert("raw", ["a", "s"], columns, token=token)
        except ClickHouseUnavailable:
            await asyncio.sleep(0.02)


Killed = tuple[EngineProcess, ClickHouse]


@pytest.fixture
async def killed(new_engine: Callable[..., EngineProcess]) -> AsyncIterator[Killed]:
    """An engine to kill, its client and the tables."""
    engine = new_engine()
    store = await ClickHouse.connect(engine.url, "default", ClickHouseSettings())
    await make_views(store)
    yield engine, store
    await store.close()


async def test_token_is_known_after_kill_9(killed: Killed) -> None:
    engine, store = killed
    await store.insert("raw", ["a", "s"], batch(0), token="one")
    engine.kill()
    with pytest.raises(ClickHouseUnavailable):
        await store.insert("raw", ["a", "s"], batch(0), token="one")
    engine.start()
    await insert_until_taken(store, batch(0), token="one")
    assert await totals(store) == expected_totals(1000)


async def test_token_is_known_when_its_part_was_merged_into_another(killed: Killed) -> None:
    engine, store = killed
    for number in range(3):
        await store.insert("raw", ["a", "s"], batch(number), token=f"segment-{number}")
    for table in ("raw", "both", "per_text", "uniques", "chained"):
        await store.command(f"OPTIMIZE TABLE {table} FINAL")
    engine.kill()
    engine.start()
    for number in range(3):
        await insert_until_taken(store, batch(number), token=f"segment-{number}")
    assert await totals(store) == expected_totals(3000)


@pytest.mark.parametrize("table", ["raw", "both", "per_text", "uniques", "chained"])
async def test_token_of_a_part_that_a_kill_kept_from_its_place_is_forgotten(
    killed: Killed, table: str
) -> None:
    engine, store = killed
    for number in range(3):
        await store.insert("raw", ["a", "s"], batch(number), token=f"segment-{number}")
    path, last = (
        await store.rows_of(
            f"SELECT path, name FROM system.parts WHERE table = '{table}' AND active ORDER BY max_block_number DESC LIMIT 1"
        )
    )[0].values()
    engine.kill()
    # As between the writing of the token and the renaming of the part.
    Path(path).rename(Path(path).parent / f"tmp_insert_{last}")
    engine.start()
    for number in range(3):
        await insert_until_taken(store, batch(number), token=f"segment-{number}")
    assert await totals(store) == expected_totals(3000)


async def test_kill_9_at_any_moment_loses_and_repeats_nothing(killed: Killed) -> None:
    engine, store = killed
    noise = random.Random(5)
    done = 0

    async def insert_for_ever() -> None:
        nonlocal done
        while True:
            await insert_until_taken(store, batch(done), token=f"segment-{done}")
            done += 1

    for _ in range(5):
        writer = asyncio.create_task(insert_for_ever())
        started = done
        while done < started + 3 + noise.randrange(5):
            await asyncio.sleep(0)
        await asyncio.sleep(noise.uniform(0.0, 0.03))
        engine.kill()
        await asyncio.to_thread(engine.start)
        started = done
        while done < started + 2:
            await asyncio.sleep(0.001)
        writer.cancel()
        await asyncio.wait({writer})
        # The insert that was cut off by the cancel: sent again under its token, as after a restart of the writer.
        await insert_until_taken(store, batch(done), token=f"segment-{done}")
        done += 1
    assert await totals(store) == expected_totals(1000 * done)


def test_insert_goes_on_when_its_client_leaves(engine_process: EngineProcess, database: str) -> None:
    table = make_table(engine_process, database)
    view = f"CREATE MATERIALIZED VIEW {database}.v ENGINE = Memory AS SELECT sleepEachRow(0.01) AS x FROM {table}"
    engine_process.ask(view)
    connection = engine_process.connection()
    rows = b"".join(b"%d\tx\n" % number for number in range(50))
    connection.request("POST", f"/?query=INSERT+INTO+{table}+FORMAT+TSV", rows, engine_process.login())
    eventually("the insert runs", lambda: any("INSERT" in sql for sql in engine_process.running()))
    connection.close()
    eventually("the insert ends", lambda: not engine_process.running())
    assert engine_process.ask(f"SELECT count() FROM {database}.v") == "50\n"


@pytest.mark.parametrize("durability", ["fsync", "memory"])
def test_what_was_inserted_and_merged_is_on_disk_when_the_answer_comes(
    tmp_path: Path, durability: str
) -> None:
    engine = EngineProcess(tmp_path / "engine", {"engine_durability": durability}).start()

    def synced() -> dict[str, int]:
        """How often files and directories were synced so far."""
        asked = (
            "SELECT event, value FROM system.events WHERE event IN ('FileSync', 'DirectorySync') FORMAT TSV"
        )
        return {
            name: int(value) for name, value in (line.split("\t") for line in engine.ask(asked).splitlines())
        }

    try:
        engine.ask("CREATE TABLE t (a UInt64) ENGINE = MergeTree ORDER BY a")
        engine.ask("CREATE TABLE u (a UInt64) ENGINE = MergeTree ORDER BY a")
        engine.ask("CREATE MATERIALIZED VIEW v TO u AS SELECT a FROM t")
        before = synced()
        engine.ask("INSERT INTO t SELECT number FROM numbers(10)")
        inserted = synced()
        engine.ask("INSERT INTO t SELECT number FROM numbers(10)")
        between = synced()
        engine.ask("OPTIMIZE TABLE t FINAL")
        merged = synced()
        if durability == "memory":
            assert merged == before
        else:
            # A part of the table and one of the view's target: a file and its folder each.
            for kind in ("FileSync", "DirectorySync"):
                assert inserted.get(kind, 0) - before.get(kind, 0) >= 2
                assert merged[kind] - between[kind] >= 1
    finally:
        engine.stop()


@pytest.mark.parametrize("durability", ["fsync", "memory"])
def test_tokens_of_raw_events_are_on_disk_before_their_parts_are(tmp_path: Path, durability: str) -> None:
    """A part without its token would be stored again after a power cut. The engine writes the token first (test_tokens.py)."""
    (probe := tmp_path / "probe").mkdir()
    is_wanted = durability == "fsync" and can_write_through(probe)
    engine = EngineProcess(tmp_path / "engine", {"engine_durability": durability}).start()

    def of_logs(table: str) -> set[bool]:
        path = engine.ask(
            f"SELECT data_paths[1] FROM system.tables WHERE database = 'statline' AND name = '{table}'"
        )
        logs = Path(path.strip()) / "deduplication_logs"
        return {is_written_through(found) for found in (logs, *logs.iterdir())}

    def insert(first: int, last: int) -> None:
        for number in range(first, last):
            engine.ask(
                f"INSERT INTO statline.raw_events SETTINGS insert_deduplication_token = '{number}' VALUES ({number})"
            )

    create = "CREATE TABLE statline.{} (a UInt64) ENGINE = MergeTree ORDER BY a SETTINGS non_replicated_deduplication_window = 4"
    try:
        engine.ask("CREATE DATABASE IF NOT EXISTS statline")
        engine.ask(create.format("raw_events"))
        engine.ask(create.format("of_a_view"))
        assert of_logs("raw_events") == {is_wanted}
        assert of_logs("of_a_view") == {False}
        # A window of four is kept in files of a few tokens each: these are new ones.
        insert(0, 20)
        assert of_logs("raw_events") == {is_wanted}
        engine.stop()
        engine.start()
        insert(20, 40)
        assert of_logs("raw_events") == {is_wanted}
        says_it_cannot = "writes no single files through" in engine.log()
        assert says_it_cannot == (durability == "fsync" and not is_wanted)
    finally:
        engine.stop()
