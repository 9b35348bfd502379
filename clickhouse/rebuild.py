"""Aggregates made again from raw events, into a shadow table that takes the live one's place in one step.

A view's own SELECT is run over stretches of `raw_events`; a view that reads another aggregate (player_days reads
match_players) gets that one's SELECT in its place, so that everything comes from the raw events. `EXCHANGE TABLES`
swaps names at once, and views find their source and target by name (tests/clickhouse/test_rebuild.py tries it).

What raw events a run covers is the caller's decision, as conditions: `statline/rebuild_command.py`.
"""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator, Mapping, Sequence
from datetime import date, datetime, timedelta
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from clickhouse.client import ClickHouse
from clickhouse.ddl import RAW
from clickhouse.migrate import quoted_name

SHADOW_SUFFIX: Final = "_rebuild"
CHUNK_ROWS_MAX: Final = 1_000_000
"""Raw rows of one statement: seconds of work and some hundred MB at most."""

_TARGET: Final = re.compile(r"^CREATE MATERIALIZED VIEW \S+ TO (?:\S+?\.)?`?(\w+)`?", re.DOTALL)
_SOURCE: Final = re.compile(r"\bFROM (?:(?:`[^`]+`|\w+)\.)?`?(\w+)`?")

# A block like an earlier one is no repetition here: two days of a player may look alike.
_BACKFILL: Final[Mapping[str, object]] = MappingProxyType(
    {
        "insert_deduplicate": 0,
        "async_insert": 0,
        "max_partitions_per_insert_block": 0,
        "max_bytes_before_external_group_by": 256 << 20,
    }
)


class View(NamedTuple):
    """A materialized view: what it reads, what it feeds, in which columns."""

    name: str
    source: str
    target: str
    select: str
    columns: tuple[str, ...]


class Aggregate(NamedTuple):
    """A table that can be made again. `time_column` tells what period a row belongs to; empty: it has none."""

    name: str
    views: tuple[View, ...]
    time_column: str
    has_retention: bool

    @property
    def shadow(self) -> str:
        """The table that is filled in its place."""
        return self.name + SHADOW_SUFFIX


class Chunk(NamedTuple):
    """Raw events of [start, end) in whole hours, about `rows` of them."""

    start: datetime
    end: datetime
    rows: int


async def aggregates(store: ClickHouse) -> dict[str, Aggregate]:
    """Every table that a materialized view feeds, by name."""
    views: dict[str, list[View]] = {}
    for view in await _views(store):
        views.setdefault(view.target, []).append(view)
    tables = await store.rows_of(
        "SELECT name, partition_key, create_table_query AS query FROM system.tables WHERE database = currentDatabase()"
    )
    return {
        table["name"]: Aggregate(
            table["name"],
            tuple(views[table["name"]]),
            "".join(re.findall(r"toYYYYMM\((\w+)\)", table["partition_key"])),
            " TTL " in table["query"],
        )
        for table in tables
        if table["name"] in views
    }


async def _views(store: ClickHouse) -> list[View]:
    found = await store.rows_of(
        "SELECT name, create_table_query AS query, as_select FROM system.tables "
        "WHERE database = currentDatabase() AND engine = 'MaterializedView' ORDER BY name"
    )
    columns = await store.rows_of(
        "SELECT table, groupArray(name) AS names FROM "
        "(SELECT table, name FROM system.columns WHERE database = currentDatabase() ORDER BY table, position) GROUP BY table"
    )
    names = {row["table"]: tuple(row["names"]) for row in columns}
    views = []
    for row in found:
        target, source = _TARGET.search(row["query"]), _SOURCE.search(row["as_select"])
        if target and source:
            views.append(View(row["name"], source[1], target[1], row["as_select"], names[row["name"]]))
    return views


def backfill_select(view: View, known: Mapping[str, Aggregate], condition: str) -> str:
    """The view's SELECT over the raw events that meet `condition`, and nothing else."""
    if view.source == RAW:
        source = f"SELECT * FROM {RAW} WHERE {condition}"  # noqa: S608 - conditions are made here, of numbers
    else:
        source = " UNION ALL ".join(
            f"SELECT {', '.join(map(quoted_name, feeder.columns))} FROM ({backfill_select(feeder, known, condition)})"  # noqa: S608 - names of columns
            for feeder in known[view.source].views
        )
    return _SOURCE.sub(lambda _: f"FROM ({source}) AS {view.source}", view.select, count=1)


async def create_shadow(store: ClickHouse, table: Aggregate) -> None:
    """An empty table like the live one; what an earlier run left is dropped."""
    await drop_shadow(store, table.name)
    await store.command(f"CREATE TABLE {quoted_name(table.shadow)} AS {quoted_name(table.name)}")


async def drop_shadow(store: ClickHouse, table: str) -> None:
    """Forget what a run left: an unfinished shadow, or the table that was replaced."""
    await store.command(f"DROP TABLE IF EXISTS {quoted_name(table + SHADOW_SUFFIX)} SYNC")


async def left_over(store: ClickHouse, known: Mapping[str, Aggregate]) -> list[str]:
    """Tables whose shadow still exists."""
    rows = await store.rows_of("SELECT name FROM system.tables WHERE database = currentDatabase()")
    names = {row["name"] for row in rows}
    return [name for name in known if name + SHADOW_SUFFIX in names]


async def chunks(store: ClickHouse, condition: str, rows_max: int = CHUNK_ROWS_MAX) -> list[Chunk]:
    """The raw events that meet `condition`, in stretches of whole hours and about `rows_max` rows or fewer."""
    hours = await store.rows_of(
        f"SELECT toStartOfHour(event_time) AS hour, count() AS rows FROM {RAW} WHERE {condition} "  # noqa: S608
        "GROUP BY hour ORDER BY hour"
    )
    found: list[Chunk] = []
    for row in hours:
        end = row["hour"] + timedelta(hours=1)
        if found and found[-1].rows + row["rows"] <= rows_max:
            found[-1] = Chunk(found[-1].start, end, found[-1].rows + row["rows"])
        else:
            found.append(Chunk(row["hour"], end, row["rows"]))
    return found


async def fill(
    store: ClickHouse,
    table: Aggregate,
    known: Mapping[str, Aggregate],
    condition: str,
    stretches: Sequence[Chunk],
) -> AsyncGenerator[int, None]:
    """Fill the shadow from the raw events of `stretches` that meet `condition`; yields rows as they are done."""
    for chunk in stretches:
        within = f"event_time >= {_moment(chunk.start)} AND event_time < {_moment(chunk.end)} AND {condition}"
        for view in table.views:
            columns = ", ".join(map(quoted_name, view.columns))
            select = backfill_select(view, known, within)
            await store.command(f"INSERT INTO {quoted_name(table.shadow)} ({columns}) {select}", _BACKFILL)
        yield chunk.rows


async def copy_before(store: ClickHouse, table: Aggregate, day: date) -> None:
    """Take over the live table's rows of before `day`: whole months by their files, the last one by its rows."""
    shadow, live = quoted_name(table.shadow), quoted_name(table.name)
    month = f"{day:%Y%m}"
    partitions = await store.rows_of(
        "SELECT DISTINCT partition_id AS id FROM system.parts "
        "WHERE database = currentDatabase() AND table = {table:String} AND active",
        {"table": table.name},
    )
    for row in partitions:
        if row["id"] < month:
            await store.command(f"ALTER TABLE {shadow} ATTACH PARTITION ID '{row['id']}' FROM {live}")
    column = quoted_name(table.time_column)
    condition = f"toYYYYMM({column}) = {month} AND {column} < toDate('{day:%Y-%m-%d}')"
    await store.command(f"INSERT INTO {shadow} SELECT * FROM {live} WHERE {condition}", _BACKFILL)  # noqa: S608


async def swap(store: ClickHouse, table: Aggregate) -> None:
    """The shadow becomes the live table and the live one the shadow, in one step."""
    await store.command(f"EXCHANGE TABLES {quoted_name(table.name)} AND {quoted_name(table.shadow)}")


async def complete_since(store: ClickHouse, retention_days: int, now: datetime) -> date | None:
    """From which day (of event_time) on the raw events are complete; None: from the first.

    Raw events are dropped by their time of arrival, whole parts at once, never before `retention_days`; an event
    arrives at most a day before the time it claims (ingest/enrich.py).
    """
    rows = await store.rows_of(
        "SELECT (SELECT min(applied_at) FROM schema_migrations) AS born, "
        "(SELECT count() FROM raw_events) AS raws, (SELECT min(event_time) FROM raw_events) AS raw, "
        "(SELECT count() FROM match_players) AS players, (SELECT min(hour) FROM match_players) AS live"
    )
    found: dict[str, Any] = rows[0]
    is_young = found["born"] > now - timedelta(days=retention_days)
    if not found["raws"]:
        return None if is_young and not found["players"] else now.date() + timedelta(days=2)
    is_older = found["players"] and found["live"].date() < found["raw"].date()
    if is_young:
        return found["raw"].date() + timedelta(days=1) if is_older else None
    return (now - timedelta(days=retention_days)).date() + timedelta(days=2)


async def recent_nodes(store: ClickHouse) -> set[str]:
    """Names of the spool folders' nodes that stored events within the last hour."""
    rows = await store.rows_of(
        "SELECT DISTINCT splitByChar('-', batch_id)[1] AS node FROM raw_events "
        "WHERE received_at > now() - INTERVAL 1 HOUR AND event_time > now() - INTERVAL 2 DAY"
    )
    return {row["node"] for row in rows}


def after_segments(applied: Mapping[str, tuple[int, int]]) -> str:
    """Condition: rows of later segments than these (by node and spool folder the epoch and number stored last)."""
    parts = [
        # A chunk's token is its segment's and "/n"; "0" sorts behind "/", and in front of the next number.
        f"(startsWith(batch_id, {_text(stream + '-')}) AND batch_id >= {_text(f'{stream}-{epoch:08d}-{number:08d}0')})"
        for stream, (epoch, number) in applied.items()
    ]
    return f"({' OR '.join(parts)})" if parts else "(0)"


def _moment(at: datetime) -> str:
    return f"fromUnixTimestamp64Milli(toInt64({int(at.timestamp() * 1000)}), 'UTC')"


def _text(value: str) -> str:
    escaped = value.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"
