"""Every aggregate counted again from raw_events by the SELECTs of the views themselves, into empty tables.

Nothing here knows a table by name: a new view is covered by itself. Tables that are fed from another aggregate are
counted from that one's recount. Compared is what a reader sees: merged rows, states finished, sets and maps sorted.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from clickhouse.client import ClickHouse

RAW: Final = "raw_events"
AGAIN: Final = "recount"

_VIEWS: Final = """
SELECT name, create_table_query AS ddl, as_select AS query FROM system.tables
WHERE database = currentDatabase() AND engine = 'MaterializedView' ORDER BY name"""


class View(NamedTuple):
    """A materialized view: the table it feeds and the SELECT that does."""

    name: str
    target: str
    query: str


async def differences(store: ClickHouse) -> list[str]:
    """One line for each aggregate that is not what raw_events says; creates and drops a database `recount`."""
    database = (await store.rows_of("SELECT currentDatabase() AS name"))[0]["name"]
    views = [_view(row["name"], row["ddl"], row["query"]) for row in await store.rows_of(_VIEWS)]
    assert views, "no materialized view found"
    await store.command(f"DROP DATABASE IF EXISTS {AGAIN} SYNC")
    await store.command(f"CREATE DATABASE {AGAIN}")
    try:
        for target in _in_order(views):
            await store.command(f"CREATE TABLE {AGAIN}.{target} AS {database}.{target}")
            for view in views:
                if view.target == target:
                    await _count_again(store, database, view)
        found = [await _difference(store, database, target) for target in _in_order(views)]
    finally:
        await store.command(f"DROP DATABASE IF EXISTS {AGAIN} SYNC")
    return [line for line in found if line]


def _view(name: str, ddl: str, query: str) -> View:
    target = re.search(r"\sTO\s+(?:`?\w+`?\.)?`?(\w+)`?", ddl)
    assert target, ddl
    return View(name, target[1], query)


def _in_order(views: list[View]) -> list[str]:
    """The targets, each behind those that it is counted from."""
    targets = {view.target for view in views}
    sources = {
        target: {
            source
            for view in views
            if view.target == target
            for source in re.findall(r"FROM\s+(?:\w+\.)?(\w+)", view.query)
            if source in targets
        }
        for target in targets
    }
    ordered: list[str] = []
    while len(ordered) < len(targets):
        free = sorted(t for t in targets if t not in ordered and sources[t] <= set(ordered))
        assert free, f"views feed each other in a ring: {sources}"
        ordered += free
    return ordered


async def _count_again(store: ClickHouse, database: str, view: View) -> None:
    query = re.sub(rf"\b{database}\.", f"{AGAIN}.", view.query).replace(f"{AGAIN}.{RAW}", f"{database}.{RAW}")
    columns = [row["name"] for row in await store.rows_of(f"DESCRIBE ({query})")]
    await store.command(f"INSERT INTO {AGAIN}.{view.target} ({', '.join(columns)}) {query}")


async def _difference(store: ClickHouse, database: str, target: str) -> str:
    columns = await store.rows_of(f"DESCRIBE TABLE {database}.{target}")
    row = ", ".join(_readable(column["name"], column["type"]) for column in columns)
    final = "FINAL" if await _merges(store, target) else ""
    live, again = (
        f"SELECT toString(tuple({row})) AS line, count() AS times FROM {where}.{target} {final} GROUP BY line"
        for where in (database, AGAIN)
    )
    counts = await store.rows_of(
        f"SELECT (SELECT count() FROM ({live})) AS live, (SELECT count() FROM ({again})) AS again"
    )
    only_live = await store.rows_of(f"SELECT * FROM ({live} EXCEPT {again}) LIMIT 2")
    only_again = await store.rows_of(f"SELECT * FROM ({again} EXCEPT {live}) LIMIT 2")
    if not only_live and not only_again:
        return ""
    return f"{target}: {counts[0]}; only in the table: {only_live}; only in the recount: {only_again}"


async def _merges(store: ClickHouse, target: str) -> bool:
    sql = "SELECT engine FROM system.tables WHERE database = currentDatabase() AND name = {name:String}"
    return bool((await store.rows_of(sql, {"name": target}))[0]["engine"] != "MergeTree")


def _readable(name: str, kind: str) -> str:
    if kind.startswith("AggregateFunction"):
        return f"toString(finalizeAggregation({name}))"
    inner = kind.rpartition(", ")[2] if kind.startswith("SimpleAggregateFunction") else kind
    if "Map(" in kind:
        return f"mapSort({name})"
    if "Array(" in inner:
        return f"arraySort({name})"
    return name
