"""The real stores for every test: one set of engines per test process, a fresh database per test.

`postgres`, `clickhouse` and `redis` are what most tests ask for. The engines start when the first test needs
them, in temporary folders, and stop at the end. STATLINE_TEST_CLICKHOUSE_URL runs the store tests against
a server instead of the embedded engine.
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import json
import os
import shutil
import signal
import subprocess
import tempfile
import threading
import time
import uuid
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from pathlib import Path
from typing import Any, Final, TypeVar
from urllib.parse import urlsplit, urlunsplit

import asyncpg
import hypothesis
import pytest

from cache.embedded import EmbeddedValkey
from clickhouse.client import ClickHouse
from clickhouse.migrate import migrate as migrate_clickhouse
from clickhouse.settings import ClickHouseSettings
from postgres.embedded import EmbeddedPostgres
from postgres.migrate import migrate as migrate_postgres
from postgres.pool import Postgres
from postgres.settings import PostgresSettings
from statline.supervised import command

Value = TypeVar("Value")

# No deadlines: a busy machine is no failure. Speed is measured in bench/.
hypothesis.settings.register_profile("statline", deadline=None)
hypothesis.settings.load_profile("statline")

LONGEST_FIRST: Final = (
    "tests/chaos/", "tests/ingest/test_simulation.py", "tests/statline/", "tests/web/pages/", "tests/query/",
)  # fmt: skip
"""Files take minutes here: begun last, one worker would wait for the other."""

ENGINE_START_S: Final = 60.0
TEST_DATABASE: Final = "statline_test"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    def turn(item: pytest.Item) -> int:
        return next(
            (n for n, long in enumerate(LONGEST_FIRST) if item.nodeid.startswith(long)), len(LONGEST_FIRST)
        )

    items.sort(key=turn)


def pytest_collection_finish() -> None:
    """Thousands of tests and their modules stay to the end: walked through at each collection, they cost a tenth."""
    gc.collect()
    gc.freeze()


class MigratedDatabase:
    """One database that tests use in turns: emptying it costs a tenth of migrating another one.

    A test that changed a table, or made one, gets it dropped behind it.
    """

    _SHAPE: Final = (
        "SELECT toString(groupBitXor(cityHash64(name, create_table_query))) AS value FROM system.tables "
        "WHERE database = currentDatabase()"
    )
    _RUNNING: Final = (
        "SELECT count() AS value FROM system.processes "
        "WHERE current_database = currentDatabase() AND query_id != queryID()"
    )
    _WRITTEN_TO: Final = (
        "SELECT DISTINCT table AS value FROM system.parts "
        "WHERE database = currentDatabase() AND table != 'schema_migrations'"
    )
    """Tables with parts, merged ones too: a table that took no insert holds neither rows nor tokens."""

    def __init__(self) -> None:
        self._free = self._shape = ""

    @contextlib.asynccontextmanager
    async def taken(self, url: str) -> AsyncIterator[ClickHouse]:
        """The database without rows."""
        database, self._free = self._free, ""
        is_new = not database
        settings = ClickHouseSettings(database=database or f"test_{uuid.uuid4().hex}")
        store = await ClickHouse.connect(url, settings.database, settings)
        try:
            if is_new:
                await migrate_clickhouse(store, settings)
                [self._shape] = await self._values(store, self._SHAPE)
            yield store
            # An insert whose client was killed goes on in the engine.
            await wait_until(lambda: self._is_idle(store))
            if await self._values(store, self._SHAPE) == [self._shape]:
                await self._empty(store)
                self._free = settings.database
            else:
                await store.command(f"DROP DATABASE {settings.database} SYNC")
        finally:
            await store.close()

    async def _empty(self, store: ClickHouse) -> None:
        """Remove all rows, and with them the tokens of their inserts."""
        for table in await self._values(store, self._WRITTEN_TO):
            await store.command(f"TRUNCATE TABLE {table} SYNC")

    async def _is_idle(self, store: ClickHouse) -> bool:
        return await self._values(store, self._RUNNING) == ["0"]

    async def _values(self, store: ClickHouse, sql: str) -> list[str]:
        return [str(row["value"]) for row in await store.rows_of(sql)]


class MigratedPostgres:
    """One Postgres database that tests use in turns: emptying it costs an eighth of migrating it (7 ms, 59 ms).

    A test that changed a table, or made one, leaves it to be made anew.
    """

    _ALONE: Final = (
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
        "WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
    )
    _SHAPE: Final = """
        SELECT md5(string_agg(part, ' ' ORDER BY part)) FROM (
            SELECT concat_ws(' ', relname, relkind, attname, atttypid, attnotnull) AS part
            FROM pg_class JOIN pg_attribute ON attrelid = pg_class.oid
            WHERE relnamespace = 'public'::regnamespace AND attnum > 0
            UNION ALL SELECT conname || pg_get_constraintdef(oid) FROM pg_constraint
            WHERE connamespace = 'public'::regnamespace
            UNION ALL SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace
            UNION ALL SELECT typname FROM pg_type WHERE typnamespace = 'public'::regnamespace
            UNION ALL SELECT concat_ws(' ', number, name, checksum) FROM schema_migrations
        )"""
    _FULL: Final = (
        "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'schema_migrations'"
    )

    def __init__(self, url: str) -> None:
        self._url, self._shape = url, ""

    async def dropped(self) -> str:
        """Its address, without tables."""
        self._shape = ""
        connection = await asyncpg.connect(self._url)
        try:
            await connection.execute(self._ALONE)
            await connection.execute("DROP SCHEMA public CASCADE")
            await connection.execute("CREATE SCHEMA public")
        finally:
            await connection.close()
        return self._url

    async def emptied(self) -> str:
        """Its address, migrated and without rows."""
        if not self._shape or not await self._truncated():
            store = await Postgres.connect(await self.dropped(), PostgresSettings())
            await migrate_postgres(store)
            async with store.connection() as connection:
                self._shape = await connection.fetchval(self._SHAPE)
            await store.close()
        return self._url

    async def _truncated(self) -> bool:
        """Whether it could be emptied: not when it has another shape than after its migrations."""
        connection = await asyncpg.connect(self._url)
        try:
            await connection.execute(self._ALONE)
            with contextlib.suppress(asyncpg.UndefinedTableError, asyncpg.InvalidSchemaNameError):
                if await connection.fetchval(self._SHAPE) == self._shape:
                    tables = ", ".join(row["tablename"] for row in await connection.fetch(self._FULL))
                    await connection.execute(f"TRUNCATE {tables} RESTART IDENTITY CASCADE")
                    return True
            return False
        finally:
            await connection.close()


@pytest.fixture(scope="session")
def data_dir() -> Iterator[Path]:
    """A data folder of this test process, on a short path, removed at the end."""
    folder = Path(tempfile.mkdtemp(prefix="statline-test-"))
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def postgres_server(data_dir: Path) -> Iterator[EmbeddedPostgres]:
    """The embedded Postgres of this test process; `.url(database)` gives addresses."""
    server = EmbeddedPostgres(data_dir, durable=False)
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def postgres_url(postgres_server: EmbeddedPostgres) -> str:
    """Address of an empty database that all tests of this process share."""
    return postgres_server.url()


@pytest.fixture(scope="session")
def valkey_url(data_dir: Path) -> Iterator[str]:
    """Address of the embedded Valkey of this test process."""
    server = EmbeddedValkey(data_dir)
    server.start()
    yield server.url()
    server.stop()


@pytest.fixture(scope="session")
def clickhouse_url(data_dir: Path) -> Iterator[str]:
    """Address of the ClickHouse under test: STATLINE_TEST_CLICKHOUSE_URL, else an embedded engine."""
    given = os.environ.get("STATLINE_TEST_CLICKHOUSE_URL")
    if given:
        yield given
        return
    engine = _start_engine(data_dir)
    yield _engine_url(data_dir, engine)
    engine.send_signal(signal.SIGTERM)
    try:
        engine.wait(timeout=15)
    except subprocess.TimeoutExpired:
        engine.kill()
        engine.wait()


@pytest.fixture(scope="session")
def clickhouse_engine(clickhouse_url: str) -> str:
    """Another name of `clickhouse_url`, for tests that say which process they need."""
    return clickhouse_url


@pytest.fixture(scope="session")
def _test_database(postgres_server: EmbeddedPostgres) -> MigratedPostgres:
    apart(_administer(postgres_server.url(), f'CREATE DATABASE "{TEST_DATABASE}"'))
    return MigratedPostgres(postgres_server.url(TEST_DATABASE))


@pytest.fixture
async def empty_postgres_database(_test_database: MigratedPostgres) -> str:
    """Address of a Postgres database without tables; the same one each time, emptied (a new one costs 0.3 s)."""
    return await _test_database.dropped()


@pytest.fixture
async def postgres_database(_test_database: MigratedPostgres) -> str:
    """Address of a migrated Postgres database without rows."""
    return await _test_database.emptied()


@pytest.fixture
async def postgres(postgres_database: str) -> AsyncIterator[Postgres]:
    """Postgres on a fresh, migrated database."""
    store = await Postgres.connect(postgres_database, PostgresSettings())
    yield store
    await store.close()


@pytest.fixture
async def empty_clickhouse(clickhouse_url: str) -> AsyncIterator[ClickHouse]:
    """ClickHouse on a fresh database without tables, dropped after the test."""
    database = f"test_{uuid.uuid4().hex}"
    store = await ClickHouse.connect(clickhouse_url, database, ClickHouseSettings(database=database))
    await store.command(f"CREATE DATABASE {database}")
    yield store
    await store.command(f"DROP DATABASE {database} SYNC")
    await store.close()


@pytest.fixture(scope="session")
def _migrated_database() -> MigratedDatabase:
    return MigratedDatabase()


@pytest.fixture
async def clickhouse(clickhouse_url: str, _migrated_database: MigratedDatabase) -> AsyncIterator[ClickHouse]:
    """ClickHouse on a migrated database without rows."""
    async with _migrated_database.taken(clickhouse_url) as store:
        yield store


@pytest.fixture
async def redis(valkey_url: str) -> AsyncIterator[str]:
    """Address of an emptied Redis."""
    from redis.asyncio import Redis

    client: Redis = Redis.from_url(valkey_url)
    await client.flushall()
    yield valkey_url
    await client.aclose()


@pytest.fixture
def eventually() -> Callable[..., Any]:
    """Ask until the answer is true, with a deadline: `await eventually(lambda: condition(), within_s=5)`."""
    return wait_until


async def wait_until(condition: Callable[[], Any], within_s: float = 60.0, every_s: float = 0.02) -> Any:
    """The first true value of `condition` (a function, sync or async). Fails the test after `within_s`."""
    deadline = time.monotonic() + within_s
    while True:
        value = condition()
        if asyncio.iscoroutine(value):
            value = await value
        if value:
            return value
        if time.monotonic() > deadline:
            pytest.fail(f"not so within {within_s:g} s: {getattr(condition, '__name__', condition)}")
        await asyncio.sleep(every_s)


def apart(task: Coroutine[Any, Any, Value]) -> Value:
    """Run a coroutine on a loop and thread of its own: session fixtures must not touch the tests' loops."""
    results: list[Value] = []
    thread = threading.Thread(target=lambda: results.append(asyncio.run(task)))
    thread.start()
    thread.join()
    return results[0]


async def _administer(url: str, *statements: str) -> None:
    connection = await asyncpg.connect(url)
    try:
        for statement in statements:
            await connection.execute(statement)
    finally:
        await connection.close()


def _start_engine(folder: Path) -> subprocess.Popen[bytes]:
    """`statline engine` on `folder`, as `statline serve` starts it, unsynced; its output goes to engine.log there.

    It ends with this process, also when that is killed.
    """
    environment = {name: value for name, value in os.environ.items() if not name.startswith("STATLINE_")}
    environment["STATLINE_CLICKHOUSE_ENGINE_DURABILITY"] = "memory"
    with (folder / "engine.log").open("ab") as log:
        return subprocess.Popen(
            command("engine", data_dir=folder),
            stdout=log, stderr=subprocess.STDOUT, env=environment, cwd=folder, start_new_session=True,
        )  # fmt: skip


def _engine_url(folder: Path, engine: subprocess.Popen[bytes]) -> str:
    """The engine's address once it answers."""
    from clickhouse.engine import engine_url

    deadline = time.monotonic() + ENGINE_START_S
    while time.monotonic() < deadline:
        if engine.poll() is not None:
            raise RuntimeError(f"the engine ended with code {engine.returncode}: {_tail(folder)}")
        url = engine_url(folder)
        if url is not None and _answers(url):
            return url
        time.sleep(0.02)
    engine.kill()
    raise RuntimeError(f"the engine did not answer within {ENGINE_START_S:g} s: {_tail(folder)}")


def _answers(url: str) -> bool:
    import urllib.error
    import urllib.request

    parts = urlsplit(url)
    bare = urlunsplit((parts.scheme, f"{parts.hostname}:{parts.port}", "/ping", "", ""))
    try:
        with urllib.request.urlopen(bare, timeout=2) as answer:
            return bool(answer.status == 200)
    except (OSError, urllib.error.URLError):
        return False


def _tail(folder: Path) -> str:
    log = folder / "engine.log"
    return json.dumps(log.read_text(errors="replace")[-2000:]) if log.exists() else "no log"
