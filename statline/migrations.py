"""Migrations of both stores under one lock, so that nodes starting at once take turns."""

from __future__ import annotations

import clickhouse.migrate
import postgres.migrate
from clickhouse.client import ClickHouse
from clickhouse.settings import ClickHouseSettings
from postgres.pool import Postgres


async def migrate(store: Postgres, facts: ClickHouse, settings: ClickHouseSettings) -> list[str]:
    """Bring both stores up to date; returns what was applied now, such as "postgres 0001_servers.sql".

    Raises the stores' MigrationRefused, MigrationFailed and Unavailable errors.
    """
    async with postgres.migrate.migration_lock(store):
        people = await postgres.migrate.migrate(store)
        events = await clickhouse.migrate.migrate(facts, settings)
    return [*(f"postgres {name}" for name in people), *(f"clickhouse {name}" for name in events)]


async def migrate_postgres(store: Postgres) -> list[str]:
    """Bring Postgres alone up to date, for commands that need nothing else."""
    async with postgres.migrate.migration_lock(store):
        return await postgres.migrate.migrate(store)
