"""`statline migrate`: bring the schemas up to date without starting statline."""

from __future__ import annotations

from clickhouse.analysts import run_or_tell, shared_statements
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
            todo = await _prepare_analysts(facts, settings)
        finally:
            await facts.close()
    said = [f"applied {name}" for name in applied] or ["nothing to do: both schemas are up to date"]
    return "\n".join([*said, *([todo] if todo else [])])


async def _prepare_analysts(facts: ClickHouse, settings: Settings) -> str:
    """Role, profile and quota of analysts on a server; the embedded engine has its own door."""
    if not settings.clickhouse.url:
        return ""
    return await run_or_tell(facts, shared_statements(settings.clickhouse))
