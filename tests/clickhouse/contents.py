"""What a table says, whatever parts it lies in: states finished, rows in order, sums of floats rounded."""

from __future__ import annotations

from typing import Any

from clickhouse.client import ClickHouse


async def contents(store: ClickHouse, table: str) -> list[dict[str, Any]]:
    """Every row of an aggregate, merged."""
    columns = await store.rows_of(
        "SELECT name, type FROM system.columns WHERE database = currentDatabase() AND table = {table:String} "
        "ORDER BY position",
        {"table": table},
    )
    facts = await store.rows_of(
        "SELECT engine, sorting_key FROM system.tables WHERE database = currentDatabase() AND name = {table:String}",
        {"table": table},
    )
    wanted = ", ".join(f"{_finished(row['name'], row['type'])} AS `{row['name']}_`" for row in columns)
    final = "FINAL" if facts[0]["engine"].startswith("Aggregating") else ""
    order = f"{facts[0]['sorting_key']}, tuple(*)" if not final else facts[0]["sorting_key"]
    return await store.rows_of(f"SELECT {wanted} FROM {table} {final} ORDER BY {order}")


def _finished(name: str, kind: str) -> str:
    if kind.startswith("AggregateFunction"):
        return f"toString(finalizeAggregation(`{name}`))"
    if "groupUniqArrayArray" in kind:
        return f"arraySort(`{name}`)"
    if "Float" in kind:
        # The order in which floats are added shows in their last digits.
        return f"round(`{name}`, 3)"
    return f"`{name}`"
