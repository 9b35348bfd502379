"""Both stores are migrated under one lock."""

from __future__ import annotations

import asyncio
import uuid

from clickhouse.client import ClickHouse
from clickhouse.migrate import MIGRATIONS as CLICKHOUSE_MIGRATIONS
from clickhouse.settings import ClickHouseSettings
from postgres.migrate import MIGRATIONS as POSTGRES_MIGRATIONS
from postgres.pool import Postgres
from statline.migrations import migrate


async def test_of_two_nodes_that_start_at_once_one_migrates_and_the_other_waits(
    empty_postgres_database: str, clickhouse_url: str
) -> None:
    settings = ClickHouseSettings(database=f"test_{uuid.uuid4().hex}")

    async def node() -> list[str]:
        people = await Postgres.connect(empty_postgres_database)
        facts = ClickHouse(clickhouse_url, settings.database, settings)
        applied = await migrate(people, facts, settings)
        await facts.close()
        await people.close()
        return applied

    applied = await asyncio.gather(node(), node())
    files = [f"postgres {path.name}" for path in sorted(POSTGRES_MIGRATIONS.glob("*.sql"))]
    files += [f"clickhouse {path.name}" for path in sorted(CLICKHOUSE_MIGRATIONS.glob("*.sql"))]
    assert sorted(applied, key=len) == [[], files]
    store = ClickHouse(clickhouse_url, settings.database, settings)
    await store.command(f"DROP DATABASE {settings.database} SYNC")
    await store.close()
