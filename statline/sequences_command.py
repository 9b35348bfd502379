"""`statline rebuild match_sequences`: every match whose raw events are whole is settled again, while everything runs.

The tables that settling fills are made together. Rows replace each other, so nobody sees an empty table and nothing counts
twice; a match of whose raw events retention has taken some keeps what is stored.
"""

from __future__ import annotations

from clickhouse.client import ClickHouse
from jobs.sequences import FILLED, SEQUENCES
from jobs.settling import settle_everything
from statline.settings import Settings
from statline.stores import clickhouse_url

TABLES = frozenset(FILLED)


async def settled_again(settings: Settings) -> str:
    """Settle again all matches that are settled or due; the line to print."""
    store = ClickHouse(clickhouse_url(settings), settings.clickhouse.database, settings.clickhouse)
    try:
        computed, kept = await settle_everything(store, [SEQUENCES])
    finally:
        await store.close()
    said = f"; {kept} whose raw events are no longer whole were kept" if kept else ""
    return f"{', '.join(FILLED)}: {computed} matches settled again from raw events{said}"
