"""Every call is measured under a bounded name, and a failed one is counted with its code."""

from __future__ import annotations

import pytest
from prometheus_client import REGISTRY

from clickhouse.client import ClickHouse
from clickhouse.errors import ClickHouseError
from clickhouse.settings import ClickHouseSettings


def counted(name: str, **labels: str) -> float:
    return REGISTRY.get_sample_value(name, labels) or 0.0


async def test_calls_are_measured_by_query_name(clickhouse: ClickHouse) -> None:
    before = counted("statline_clickhouse_call_seconds_count", call="server_totals")
    await clickhouse.rows("server_totals", {"game": "mohaa"})
    assert counted("statline_clickhouse_call_seconds_count", call="server_totals") == before + 1


async def test_failed_calls_are_counted_with_their_code(clickhouse: ClickHouse) -> None:
    before = counted("statline_clickhouse_errors_total", call="text", code="60")
    with pytest.raises(ClickHouseError):
        await clickhouse.rows_of("SELECT 1 FROM no_such_table")
    assert counted("statline_clickhouse_errors_total", call="text", code="60") == before + 1


async def test_a_server_that_is_away_counts_as_code_0() -> None:
    away = await ClickHouse.connect("http://127.0.0.1:9", "statline", ClickHouseSettings())
    before = counted("statline_clickhouse_errors_total", call="text", code="0")
    with pytest.raises(ClickHouseError):
        await away.rows_of("SELECT 1")
    await away.close()
    assert counted("statline_clickhouse_errors_total", call="text", code="0") == before + 1
