"""Brings the ClickHouse schema up to date: `clickhouse/migrations/NNNN_*.sql`, statement by statement.

ClickHouse has no transaction over DDL. A migration is recorded after its last statement, so a migrator that
was killed begins the file again: every statement must stand being repeated. For CREATE that is seen to here (what
exists already was made by the first try); ALTER says IF [NOT] EXISTS itself.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from clickhouse.client import ClickHouse
from clickhouse.ddl import CannotBeClustered, everywhere, local_name, on_cluster, variants
from clickhouse.errors import ClickHouseError
from clickhouse.settings import ClickHouseSettings
from schema.migrations import Applied, Migration, MigrationsDisagree, pending, read_migrations

MIGRATIONS: Final = Path(__file__).parent / "migrations"
UNKNOWN_TABLE: Final = 60
TABLE_ALREADY_EXISTS: Final = 57
UNKNOWN_DATABASE: Final = 81

# The token makes a repeated record one row; ReplacingMergeTree joins what a cluster might still double.
_RECORDS_TABLE: Final = """
CREATE TABLE IF NOT EXISTS schema_migrations
(
    number     UInt32 COMMENT 'number in the file name',
    name       String COMMENT 'name of the file without number and suffix',
    checksum   String COMMENT 'SHA-256 of the file, hex',
    applied_at DateTime64(3, 'UTC') DEFAULT now64(3) COMMENT 'when its last statement was done'
)
ENGINE = ReplacingMergeTree
ORDER BY number
COMMENT 'migrations applied to this database'"""

_READ_RECORDS: Final = "SELECT number, name, checksum FROM schema_migrations FINAL ORDER BY number"


class MigrationRefused(Exception):
    """The recorded migrations and the files do not agree; the message names the file and says what to do."""


class MigrationFailed(Exception):
    """ClickHouse refused a statement; the message names the file and the statement's number."""


async def migrate(store: ClickHouse, settings: ClickHouseSettings, folder: Path = MIGRATIONS) -> list[str]:
    """Create the database, apply what is missing, set the retention; returns the files applied now, in order.

    The caller holds the migration lock of Postgres. Raises MigrationRefused, MigrationFailed, and
    ClickHouseUnavailable when ClickHouse is away.
    """
    database = f"{quoted_name(settings.database)}{on_cluster(settings)}"
    await store.command(f"CREATE DATABASE IF NOT EXISTS {database}")
    await store.command(everywhere(_RECORDS_TABLE, settings))
    waiting = _pending(await _applied(store), folder)
    for migration in waiting:
        await _apply(store, migration, settings)
    await keep_raw_for(store, settings)
    return [migration.file for migration in waiting]


async def waiting(store: ClickHouse, folder: Path = MIGRATIONS) -> list[str]:
    """Names of the files not applied yet, changing nothing. Raises MigrationRefused."""
    try:
        applied = await _applied(store)
    except ClickHouseError as error:
        if error.code not in (UNKNOWN_TABLE, UNKNOWN_DATABASE):
            raise
        applied = {}
    return [migration.file for migration in _pending(applied, folder)]


def statements(sql: str) -> Iterator[str]:
    """The statements of a file, split at `;` outside of texts, quoted names and comments, comments kept."""
    start = position = 0
    while position < len(sql):
        end = _skipped(sql, position)
        if end > position:
            position = end
            continue
        if sql[position] == ";":
            yield from _statement(sql[start:position])
            start = position + 1
        position += 1
    yield from _statement(sql[start:])


def quoted_name(name: str) -> str:
    """A name as ClickHouse reads it whatever it holds."""
    escaped = name.replace("\\", "\\\\").replace("`", "\\`")
    return f"`{escaped}`"


async def keep_raw_for(store: ClickHouse, settings: ClickHouseSettings) -> None:
    """Set the retention of raw events, when it differs (`clickhouse.raw_retention_days`).

    Only the rule changes here; ClickHouse drops what is too old with its merges.
    """
    days = settings.raw_retention_days
    for table in (local_name("raw_events", settings), local_name("event_ids", settings)):
        rule = f"TTL toDateTime(received_at) + toIntervalDay({days})"
        found = await store.rows_of(
            "SELECT create_table_query AS query FROM system.tables "
            "WHERE database = currentDatabase() AND name = {name:String}",
            {"name": table},
        )
        if found and rule not in str(found[0]["query"]):
            await store.command(
                f"ALTER TABLE {quoted_name(table)}{on_cluster(settings)} MODIFY {rule}",
                {"materialize_ttl_after_modify": 0},
            )


async def _applied(store: ClickHouse) -> dict[int, Applied]:
    rows = await store.rows_of(_READ_RECORDS)
    return {row["number"]: Applied(row["number"], row["name"], row["checksum"]) for row in rows}


def _pending(applied: dict[int, Applied], folder: Path) -> list[Migration]:
    try:
        return pending(read_migrations(folder), applied, "ClickHouse")
    except MigrationsDisagree as error:
        raise MigrationRefused(str(error)) from error


async def _apply(store: ClickHouse, migration: Migration, settings: ClickHouseSettings) -> None:
    for number, statement in enumerate(statements(migration.sql), start=1):
        try:
            for variant in variants(statement, settings):
                await _run(store, variant)
        except CannotBeClustered as error:
            raise MigrationFailed(f"{migration.file}, statement {number}: {error}") from error
        except ClickHouseError as error:
            if error.code is None:
                raise
            raise MigrationFailed(f"{migration.file}, statement {number}: {error}") from error
    # Number, [a-z0-9_]+ and hex: nothing to quote (schema/migrations.py). DDL and INSERT VALUES take no parameters.
    values = f"({migration.number}, '{migration.name}', '{migration.checksum}')"
    await store.command(f"INSERT INTO schema_migrations (number, name, checksum) VALUES {values}")  # noqa: S608


async def _run(store: ClickHouse, statement: str) -> None:
    try:
        await store.command(statement)
    except ClickHouseError as error:
        if error.code != TABLE_ALREADY_EXISTS or not _code(statement).upper().startswith("CREATE"):
            raise
        # A try that was killed came this far.


def _statement(text: str) -> Iterator[str]:
    if _code(text):
        yield text.strip()


def _code(text: str) -> str:
    """The text from its first character that is neither space nor comment."""
    position = 0
    while position < len(text):
        if text[position].isspace():
            position += 1
        elif text.startswith(("--", "#!", "# ", "/*"), position):
            position = _skipped(text, position)
        else:
            break
    return text[position:]


def _skipped(sql: str, position: int) -> int:
    """Where the text, quoted name or comment that begins at `position` ends; `position` if none begins."""
    if sql.startswith(("--", "#!", "# "), position):
        end = sql.find("\n", position)
        return len(sql) if end < 0 else end + 1
    if sql.startswith("/*", position):
        end = sql.find("*/", position + 2)
        return len(sql) if end < 0 else end + 2
    if sql.startswith("$", position):
        return _heredoc_end(sql, position)
    quote = sql[position]
    return _quote_end(sql, position, quote) if quote in "'\"`" else position


def _quote_end(sql: str, position: int, quote: str) -> int:
    """A backslash escapes the next character; a doubled quote needs no care (it ends and begins again)."""
    at = position + 1
    while at < len(sql) and sql[at] != quote:
        at += 2 if sql[at] == "\\" else 1
    return min(at + 1, len(sql))


def _heredoc_end(sql: str, position: int) -> int:
    """`$tag$ … $tag$`; a lone dollar is no heredoc."""
    tag_end = sql.find("$", position + 1)
    tag = sql[position : tag_end + 1]
    if tag_end < 0 or (tag != "$$" and not tag[1:-1].replace("_", "a").isalnum()):
        return position
    end = sql.find(tag, tag_end + 1)
    return position if end < 0 else end + len(tag)
