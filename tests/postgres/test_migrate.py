"""Migrations of Postgres: in order, once, and never edited; and what both stores' rules have in common."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest

from postgres.errors import MigrationRefused
from postgres.migrate import MIGRATIONS, migrate, migration_lock, waiting
from postgres.pool import Postgres
from schema.migrations import MigrationsDisagree, read_migrations


@pytest.fixture
async def empty(empty_postgres_database: str) -> AsyncIterator[Postgres]:
    store = await Postgres.connect(empty_postgres_database)
    yield store
    await store.close()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "0001_first.sql").write_text("CREATE TABLE first (n int);\nINSERT INTO first VALUES (1);\n")
    (tmp_path / "0002_second.sql").write_text("CREATE TABLE second (n int);\n")
    return tmp_path


async def asked(store: Postgres, question: str) -> object:
    async with store.connection() as connection:
        return await connection.fetchval(question)


async def test_what_is_missing_is_applied_in_order_and_once(empty: Postgres, folder: Path) -> None:
    assert await waiting(empty, folder) == ["0001_first.sql", "0002_second.sql"]
    assert await migrate(empty, folder) == ["0001_first.sql", "0002_second.sql"]
    assert await migrate(empty, folder) == []
    assert await waiting(empty, folder) == []
    (folder / "0003_third.sql").write_text("CREATE TABLE third (n int)")
    assert await migrate(empty, folder) == ["0003_third.sql"]
    assert await asked(empty, "SELECT count(*) FROM first") == 1


async def test_a_failed_migration_leaves_nothing_behind_and_can_be_mended(
    empty: Postgres, folder: Path
) -> None:
    (folder / "0002_second.sql").write_text("CREATE TABLE half (n int); SELECT 1/0;")
    with pytest.raises(asyncpg.DivisionByZeroError):
        await migrate(empty, folder)
    assert await asked(empty, "SELECT to_regclass('half')") is None
    assert await waiting(empty, folder) == ["0002_second.sql"]
    (folder / "0002_second.sql").write_text("CREATE TABLE whole (n int)")
    assert await migrate(empty, folder) == ["0002_second.sql"]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda f: (f / "0001_first.sql").write_text("SELECT 1"), r"0001_first\.sql was edited"),
        (lambda f: (f / "0002_second.sql").unlink(), r"0002_second\.sql was applied but is unknown"),
        (
            lambda f: (f / "0002_second.sql").rename(f / "0002_other.sql"),
            r"number 0002 is now 0002_other\.sql",
        ),
        (lambda f: (f / "0001_first.sql").unlink(), "migration number 0001 is missing"),
        (lambda f: (f / "0002_again.sql").write_text("SELECT 1"), "number 0002 is used twice"),
        (lambda f: (f / "0004_gap.sql").write_text("SELECT 1"), "number 0003 is missing"),
        (lambda f: (f / "3_short.sql").write_text("SELECT 1"), "name must be NNNN_what_it_does"),
    ],
)
async def test_files_that_contradict_the_records_are_refused_by_name(
    empty: Postgres, folder: Path, change: object, message: str
) -> None:
    await migrate(empty, folder)
    change(folder)  # type: ignore[operator]
    with pytest.raises(MigrationRefused, match=message):
        await migrate(empty, folder)


async def test_a_migration_left_out_below_applied_ones_is_refused(empty: Postgres, folder: Path) -> None:
    await migrate(empty, folder)
    async with empty.connection() as connection:
        await connection.execute("DELETE FROM schema_migrations WHERE number = 1")
    with pytest.raises(MigrationRefused, match=r"0001_first\.sql was left out"):
        await migrate(empty, folder)


async def test_migrators_that_start_at_once_take_turns(empty_postgres_database: str, folder: Path) -> None:
    async def node() -> list[str]:
        store = await Postgres.connect(empty_postgres_database)
        async with migration_lock(store):
            applied = await migrate(store, folder)
        await store.close()
        return applied

    results = await asyncio.gather(*(node() for _ in range(5)))
    assert sorted(map(len, results)) == [0, 0, 0, 0, 2]


@pytest.mark.parametrize("store", ["postgres", "clickhouse"])
def test_every_migration_of_a_store_has_its_own_number(store: str) -> None:
    migrations = read_migrations(MIGRATIONS.parents[1] / store / "migrations")
    assert [migration.number for migration in migrations] == list(range(1, len(migrations) + 1))


def test_a_migration_that_is_no_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / "0001_bad.sql").write_bytes(b"\xff\xfe")
    with pytest.raises((MigrationsDisagree, UnicodeDecodeError)):
        read_migrations(tmp_path)
