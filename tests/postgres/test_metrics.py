"""Named queries are measured, and counted as failed when Postgres is away."""

from __future__ import annotations

import pytest
from prometheus_client import REGISTRY

from postgres import servers
from postgres.errors import PostgresUnavailable
from postgres.pool import Postgres


def counted(name: str) -> float:
    return sum(
        sample.value for metric in REGISTRY.collect() for sample in metric.samples if sample.name == name
    )


async def test_queries_are_measured(postgres: Postgres) -> None:
    before = counted("statline_postgres_call_seconds_count")
    await servers.listed(postgres)
    assert counted("statline_postgres_call_seconds_count") == before + 1


async def test_queries_that_find_nobody_are_counted() -> None:
    away = await Postgres.connect("postgresql://nobody@127.0.0.1:9/none")
    before = counted("statline_postgres_errors_total")
    with pytest.raises(PostgresUnavailable):
        await servers.listed(away)
    await away.close()
    assert counted("statline_postgres_errors_total") == before + 1
