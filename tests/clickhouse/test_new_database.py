"""The guide to a new database in a cluster (docs/scaling.md) holds: its statements, run on one server, make the same totals."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime

import pytest

from clickhouse.client import ClickHouse
from clickhouse.migrate import MIGRATIONS, migrate
from clickhouse.rebuild import aggregates
from clickhouse.settings import ClickHouseSettings
from jobs.sequences import SEQUENCES
from jobs.settings import JobsSettings
from jobs.settling import Settling
from query.rater import rate_due
from query.standings import RENEWED
from tests.query.rows import a_world, store

GUIDE = (MIGRATIONS.parent.parent / "docs" / "scaling.md").read_text("utf-8")
DETACH, OLDER, RAW_MONTH, EMPTY, WHOLE = re.findall(r"```sql\n\s*(.+)\n", GUIDE)
SINCE = date(2026, 11, 1)
"""A match of `a_world` runs over the midnight before."""
NAME = "guide_new"


def named(step: int) -> list[str]:
    """The tables that a step of the guide names before its statement."""
    [text] = re.findall(rf"^{step}\. (.*?)^(?:{step + 1}\. )", GUIDE, re.DOTALL | re.MULTILINE)
    return re.findall(r"`([a-z]+_[a-z_]+)`", text)


def times() -> dict[str, str]:
    """table -> the column that its older part is told by, as step 3 says."""
    [text] = re.findall(r"Then for each `TABLE` \(`COLUMN`\): (.+?):\n", GUIDE, re.DOTALL)
    found = re.findall(r"((?:`\w+`(?:,\s+| and )?)+) \(`(\w+)`\)", text)
    return {table: column for tables, column in found for table in re.findall(r"`(\w+)`", tables)}


def sums(table: str, columns: dict[str, str]) -> str:
    """A statement that adds a table up: what several parts say of one key is the same as one that is merged."""
    added = [
        f"round(sum({name}), 3) AS `sum of {name}`"
        for name, kind in columns.items()
        if re.fullmatch(r"(SimpleAggregateFunction\(sum, )?U?(Int|Float)(8|16|32|64)\)?", kind)
    ]
    keys = [f"uniqExact({name}) AS `all {name}`" for name, kind in columns.items() if "Function" not in kind]
    return f"SELECT {', '.join([*added, *keys])} FROM {table} SETTINGS final = 1"


async def totals(database: ClickHouse) -> dict[str, dict[str, object]]:
    """What every table but those of standings holds, added up."""
    columns = await database.rows_of(
        "SELECT table, groupArray((name, type)) AS columns FROM system.columns WHERE database = currentDatabase() "
        "AND NOT endsWith(table, '_mv') AND table NOT IN {left_out:Array(String)} GROUP BY table",
        {"left_out": ["schema_migrations", "event_ids", *(part.table for part in RENEWED)]},
    )
    asked = {row["table"]: sums(row["table"], dict(row["columns"])) for row in columns}
    return {table: (await database.rows_of(sql))[0] for table, sql in asked.items()}


@pytest.fixture
async def renewed(clickhouse_url: str) -> AsyncIterator[ClickHouse]:
    settings = ClickHouseSettings(database=NAME)
    database = await ClickHouse.connect(clickhouse_url, NAME, settings)
    await database.command(f"DROP DATABASE IF EXISTS {NAME} SYNC")
    await migrate(database, settings)
    yield database
    await database.command(f"DROP DATABASE {NAME} SYNC")
    await database.close()


async def test_the_guide_makes_a_database_with_the_same_totals(
    clickhouse: ClickHouse, renewed: ClickHouse
) -> None:
    await store(clickhouse, a_world(5, 700), "t")
    await Settling(clickhouse, JobsSettings(), [SEQUENCES]).run()
    await rate_due(clickhouse, datetime(2100, 1, 1, tzinfo=UTC))
    [row] = await clickhouse.rows_of("SELECT currentDatabase() AS old")

    async def run(sql: str, **values: str) -> None:
        for placeholder, given in values.items():
            sql = sql.replace(placeholder, given)
        assert await clickhouse.rows_of(f"EXPLAIN AST {sql}")
        here = sql.replace(" ON CLUSTER main", "").replace("_local", "").replace("SINCE", f"{SINCE}")
        await renewed.command(
            re.sub(r"\bstatline\b", row["old"], here.replace("statline_2", NAME)), {"max_execution_time": 60}
        )

    views = await renewed.rows_of(DETACH.replace("statline_2", NAME))
    detached = [sql.replace(NAME, "statline_2") for row in views for sql in row.values()]
    for sql in detached:
        await run(sql)
    for table, column in times().items():
        await run(OLDER, **{".TABLE": f".{table}"}, COLUMN=column)
    for sql in detached:
        await run(sql.replace("DETACH", "ATTACH"))
    for month in ("202610", "202611"):
        await run(RAW_MONTH, MONTH=month)
    for table in named(5):
        await run(EMPTY, **{".TABLE": f".{table}"})
        await run(WHOLE, **{".TABLE": f".{table}"})
    for table in named(6):
        await run(WHOLE, **{".TABLE": f".{table}"})
    assert await totals(renewed) == await totals(clickhouse)


async def test_the_guide_names_every_table(clickhouse: ClickHouse) -> None:
    known = await aggregates(clickhouse)
    timed = {
        name: one.time_column for name, one in known.items() if one.time_column and not one.has_retention
    }
    assert times() == {"raw_events": "event_time", **timed}
    assert set(named(5)) == {name for name, one in known.items() if not one.time_column}
    rows = await clickhouse.rows_of(
        "SELECT name FROM system.tables WHERE database = currentDatabase() AND engine LIKE '%MergeTree'"
    )
    others = {row["name"] for row in rows} - known.keys() - {part.table for part in RENEWED}
    assert set(named(6)) == others - {"raw_events", "schema_migrations"}
