"""Brings the Postgres schema up to date: `postgres/migrations/NNNN_*.sql`, each in one transaction."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, Final

from postgres.errors import MigrationRefused
from postgres.pool import Postgres
from schema.migrations import Applied, Migration, MigrationsDisagree, pending, read_migrations

MIGRATIONS: Final = Path(__file__).parent / "migrations"
STEP_TIMEOUT_S: Final = 600.0
"""One migration may rewrite a table: longer than any query."""

LOCK_KEY: Final = 0x737461746C696E65  # "statline"
LOCK_WAIT_S: Final = 900.0
"""Another node may be migrating a large ClickHouse table."""

_RECORDS_TABLE: Final = """
CREATE TABLE IF NOT EXISTS schema_migrations (
    number     integer     PRIMARY KEY,
    name       text        NOT NULL,
    checksum   text        NOT NULL,
    applied_at timestamptz NOT NULL DEFAULT now()
)"""


@contextlib.asynccontextmanager
async def migration_lock(store: Postgres) -> AsyncIterator[None]:
    """One migrating node at a time, over both stores; a dead node's lock goes with its connection."""
    async with store.connection() as connection:
        async with asyncio.timeout(LOCK_WAIT_S):
            await connection.execute("SELECT pg_advisory_lock($1)", LOCK_KEY, timeout=LOCK_WAIT_S)
        try:
            yield
        finally:
            await connection.execute("SELECT pg_advisory_unlock($1)", LOCK_KEY)


async def migrate(store: Postgres, folder: Path = MIGRATIONS) -> list[str]:
    """Apply what is missing; returns the names of the files applied now, in order.

    The caller holds `migration_lock`. A migration and its record are one transaction, so a killed migrator
    leaves it done or not begun. Raises MigrationRefused.
    """
    async with store.connection() as connection:
        await connection.execute(_RECORDS_TABLE)
        waiting = await _waiting(connection, folder)
        for migration in waiting:
            async with connection.transaction():
                await connection.execute(migration.sql, timeout=STEP_TIMEOUT_S)
                await connection.execute(
                    "INSERT INTO schema_migrations (number, name, checksum) VALUES ($1, $2, $3)",
                    migration.number, migration.name, migration.checksum,
                )  # fmt: skip
        return [migration.file for migration in waiting]


async def waiting(store: Postgres, folder: Path = MIGRATIONS) -> list[str]:
    """Names of the files not applied yet, changing nothing. Raises MigrationRefused."""
    async with store.connection() as connection:
        if await connection.fetchval("SELECT to_regclass('schema_migrations')") is None:
            return [migration.file for migration in read_migrations(folder)]
        return [migration.file for migration in await _waiting(connection, folder)]


async def _waiting(connection: Any, folder: Path) -> list[Migration]:
    rows = await connection.fetch("SELECT number, name, checksum FROM schema_migrations")
    applied = {row["number"]: Applied(row["number"], row["name"], row["checksum"]) for row in rows}
    try:
        return pending(read_migrations(folder), applied, "Postgres")
    except MigrationsDisagree as error:
        raise MigrationRefused(str(error)) from error
