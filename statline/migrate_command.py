"""`statline migrate`: bring the schemas up to date without starting statline."""

from __future__ import annotations

from clickhouse.client import ClickHouse
from statline.migrations import migrate as migrate_both
from statline.settings import Settings
from statline.stores import clickhouse_url, opened_postgres


async def migrate(settings: Settings) -> str:
    """Apply what is missing in both stores; the lines to print."""
    async with opened_postgres(settings) as people:
        facts = await ClickHouse.connect(
            clickhouse_url(settings), settings.clickhouse.database, settings.clickhouse
        )
        try:
            applied = await migrate_both(people, facts, settings.clickhouse)
        finally:
            await facts.close()
    return "\n".join(f"applied {name}" for name in applied) or "nothing to do: both schemas are up to date"
