"""A world of a few thousand events, stored once in shuffled batches, and the same events for the oracle.

The tests that share it only read.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field

import pytest

from clickhouse.client import ClickHouse
from clickhouse.migrate import migrate
from clickhouse.settings import ClickHouseSettings
from schema.columns import Row
from tests.conftest import apart
from tests.query.oracle import Event, events_of
from tests.query.rows import a_world, store

SEED, EVENTS, BATCH = 20261120, 4000, 700
DATABASE = "test_world"


@dataclass(frozen=True)
class Stored:
    """A database and what is in it."""

    clickhouse: ClickHouse
    # asyncio asks for the signal handler around each fixture, which asks for the repr of its result, twice.
    events: list[Event] = field(repr=False)


@pytest.fixture(scope="session")
def stored_rows(clickhouse_url: str) -> Iterator[list[Row]]:
    rows = a_world(SEED, EVENTS)
    apart(_fill(clickhouse_url, rows))
    yield rows
    apart(_drop(clickhouse_url))


@pytest.fixture(scope="session")
def stored_events(stored_rows: list[Row]) -> list[Event]:
    return events_of(stored_rows)


@pytest.fixture
async def world(clickhouse_url: str, stored_events: list[Event]) -> AsyncIterator[Stored]:
    clickhouse = await _client(clickhouse_url)
    yield Stored(clickhouse, stored_events)
    await clickhouse.close()


async def _client(url: str) -> ClickHouse:
    return await ClickHouse.connect(url, DATABASE, ClickHouseSettings(database=DATABASE))


async def _fill(url: str, rows: list[Row]) -> None:
    """Shuffled, so that every match arrives in pieces and out of order."""
    clickhouse = await _client(url)
    await clickhouse.command(f"DROP DATABASE IF EXISTS {DATABASE} SYNC")
    await migrate(clickhouse, ClickHouseSettings(database=DATABASE))
    for start in range(0, len(rows), BATCH):
        await store(clickhouse, rows[start : start + BATCH], f"batch-{start}")
    await clickhouse.close()


async def _drop(url: str) -> None:
    clickhouse = await _client(url)
    await clickhouse.command(f"DROP DATABASE {DATABASE} SYNC")
    await clickhouse.close()
