"""`statline rebuild ratings`: every match rated again into a new run, which then counts."""

from __future__ import annotations

from datetime import UTC, datetime

from clickhouse.client import ClickHouse
from postgres.pool import Postgres
from query.rater import REBUILD, rater_lock, replay
from statline.errors import CommandFailed
from statline.settings import Settings
from statline.stores import clickhouse_url, postgres_url


async def replayed(settings: Settings) -> str:
    """Rate everything again; the line to print. Raises CommandFailed while another rater works: ratings are as before then."""
    store = ClickHouse(clickhouse_url(settings), settings.clickhouse.database, settings.clickhouse)
    postgres = await Postgres.connect(postgres_url(settings), settings.postgres)
    try:
        async with rater_lock(postgres) as ours:
            if not ours:
                raise CommandFailed("another process rates matches now: try again in a minute")
            rated = await replay(store, REBUILD, datetime.now(UTC))
            return f"ratings: {rated} matches rated again"
    finally:
        await postgres.close()
        await store.close()
