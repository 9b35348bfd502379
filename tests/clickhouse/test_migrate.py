"""Migrations of ClickHouse: split safely, repeatable after a kill, recorded once, never edited."""

from __future__ import annotations

import asyncio
import re
import uuid
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from clickhouse.client import ClickHouse
from clickhouse.errors import ClickHouseUnavailable
from clickhouse.migrate import (
    MIGRATIONS,
    MigrationFailed,
    MigrationRefused,
    keep_raw_for,
    migrate,
    quoted_name,
    statements,
    waiting,
)
from clickhouse.settings import ClickHouseSettings
from postgres.migrate import migration_lock
from postgres.pool import Postgres
from schema.migrations import read_migrations

TABLE = "CREATE TABLE {} (n UInt32) ENGINE = MergeTree ORDER BY n"


@pytest.fixture
def settings() -> ClickHouseSettings:
    return ClickHouseSettings(database=f"test_{uuid.uuid4().hex}")


@pytest.fixture
async def store(clickhouse_url: str, settings: ClickHouseSettings) -> AsyncIterator[ClickHouse]:
    """ClickHouse without its database: a first start."""
    store = await ClickHouse.connect(clickhouse_url, settings.database, settings)
    yield store
    await store.command(f"DROP DATABASE IF EXISTS {settings.database} SYNC")
    await store.close()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "0001_first.sql").write_text(
        f"-- one; two\n{TABLE.format('first')};\nINSERT INTO first VALUES (1);\n"
    )
    (tmp_path / "0002_second.sql").write_text(TABLE.format("second"))
    return tmp_path


async def asked(store: ClickHouse, question: str) -> object:
    (row,) = await store.rows_of(question)
    return next(iter(row.values()))


@pytest.mark.parametrize(
    ("sql", "parts"),
    [
        ("SELECT 1", ["SELECT 1"]),
        ("SELECT 1; SELECT 2;\n", ["SELECT 1", "SELECT 2"]),
        (";;\n ;", []),
        ("-- only; a comment\n/* and; another */", []),
        ("SELECT ';' ; SELECT 2", ["SELECT ';'", "SELECT 2"]),
        ("SELECT 'it''s; one', 'a\\'; b' ; SELECT 2", ["SELECT 'it''s; one', 'a\\'; b'", "SELECT 2"]),
        ('SELECT "a;b", `c;d`; SELECT 2', ['SELECT "a;b", `c;d`', "SELECT 2"]),
        ("SELECT 1 -- a; b\n; SELECT 2", ["SELECT 1 -- a; b", "SELECT 2"]),
        ("SELECT 1 /* ; */ + 1; SELECT 2", ["SELECT 1 /* ; */ + 1", "SELECT 2"]),
        ("SELECT $x$ a; b $x$; SELECT 2", ["SELECT $x$ a; b $x$", "SELECT 2"]),
        ("SELECT '\\\\'; SELECT 2", ["SELECT '\\\\'", "SELECT 2"]),
        ("SELECT '-- no comment'; SELECT 2", ["SELECT '-- no comment'", "SELECT 2"]),
        ("SELECT 'never closed; SELECT 2", ["SELECT 'never closed; SELECT 2"]),
        ("SELECT 1 /* never closed; SELECT 2", ["SELECT 1 /* never closed; SELECT 2"]),
    ],
)
def test_a_file_is_split_at_the_semicolons_that_end_statements(sql: str, parts: list[str]) -> None:
    assert list(statements(sql)) == parts


def test_a_name_is_quoted_whatever_it_holds() -> None:
    assert quoted_name("a`b\\c") == "`a\\`b\\\\c`"


def test_every_statement_of_our_migrations_can_be_repeated() -> None:
    """CREATE is repeatable by the migrator, ALTER and DROP must say IF [NOT] EXISTS, a table is filled right after it was emptied."""
    for migration in read_migrations(MIGRATIONS):
        emptied = ""
        for statement in statements(migration.sql):
            code = " ".join(line for line in statement.splitlines() if not line.startswith("--")).upper()
            filled = re.match(r"\s*INSERT INTO (\w+) ", code)
            fills_what_is_empty = filled is not None and filled[1] == emptied
            emptied = code.split()[-1] if code.lstrip().startswith("TRUNCATE TABLE ") else ""
            assert (
                code.startswith("CREATE ")
                or " EXISTS " in code
                or " MODIFY " in code
                or emptied
                or fills_what_is_empty
            ), (migration.file, code[:80])


async def test_a_first_migration_makes_the_database_and_every_table(
    store: ClickHouse, settings: ClickHouseSettings
) -> None:
    files = [migration.file for migration in read_migrations(MIGRATIONS)]
    assert await waiting(store) == files
    assert await migrate(store, settings) == files
    assert await waiting(store) == []
    assert await migrate(store, settings) == []
    assert await asked(store, "SELECT count() FROM raw_events") == 0


async def test_a_migration_killed_midway_is_begun_again_and_recorded_at_its_end(
    store: ClickHouse, settings: ClickHouseSettings, folder: Path
) -> None:
    (folder / "0002_second.sql").write_text(f"{TABLE.format('second')};\nSELECT * FROM never_made;")
    with pytest.raises(MigrationFailed, match=r"0002_second\.sql, statement 2: ClickHouse code 60"):
        await migrate(store, settings, folder)
    assert await waiting(store, folder) == ["0002_second.sql"]
    (folder / "0002_second.sql").write_text(f"{TABLE.format('second')};\n{TABLE.format('third')};")
    assert await migrate(store, settings, folder) == ["0002_second.sql"]
    assert await asked(store, "SELECT count() FROM third") == 0


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda f: (f / "0001_first.sql").write_text("SELECT 1"), r"0001_first\.sql was edited"),
        (lambda f: (f / "0002_second.sql").unlink(), r"0002_second\.sql was applied but is unknown"),
        (lambda f: (f / "0001_first.sql").unlink(), "migration number 0001 is missing"),
    ],
)
async def test_files_that_contradict_the_records_are_refused_by_name(
    store: ClickHouse, settings: ClickHouseSettings, folder: Path, change: object, message: str
) -> None:
    await migrate(store, settings, folder)
    change(folder)  # type: ignore[operator]
    with pytest.raises(MigrationRefused, match=message):
        await migrate(store, settings, folder)


async def test_nodes_that_start_at_once_take_turns(
    store: ClickHouse, settings: ClickHouseSettings, folder: Path, postgres_database: str, clickhouse_url: str
) -> None:
    async def node() -> list[str]:
        people = await Postgres.connect(postgres_database)
        facts = await ClickHouse.connect(clickhouse_url, settings.database, settings)
        async with migration_lock(people):
            applied = await migrate(facts, settings, folder)
        await facts.close()
        await people.close()
        return applied

    results = await asyncio.gather(*(node() for _ in range(3)))
    assert sorted(map(len, results)) == [0, 0, 2]
    assert await asked(store, "SELECT count() FROM first") == 1
    assert await asked(store, "SELECT count() FROM schema_migrations") == 2


async def test_the_raw_retention_follows_its_setting(store: ClickHouse, settings: ClickHouseSettings) -> None:
    async def rule(table: str) -> str:
        return str(await asked(store, f"SHOW CREATE TABLE {table}"))

    await migrate(store, settings)
    assert "toIntervalDay(90)" in await rule("raw_events")
    week = replace(settings, raw_retention_days=7)
    await migrate(store, week)
    for table in ("raw_events", "event_ids"):
        assert "toIntervalDay(7)" in await rule(table)
        assert "toIntervalDay(90)" not in await rule(table)
    await keep_raw_for(store, week)


async def test_a_clickhouse_that_is_away_is_told_apart_from_a_refused_statement(
    settings: ClickHouseSettings,
) -> None:
    away = await ClickHouse.connect("http://default:x@127.0.0.1:1", settings.database, settings)
    with pytest.raises(ClickHouseUnavailable):
        await migrate(away, settings)
    await away.close()
