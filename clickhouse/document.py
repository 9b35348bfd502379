"""docs/tables.md from the comments in the database: `python -m clickhouse.document > docs/tables.md`. A test keeps it true."""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any, Final

from clickhouse.client import query_text
from clickhouse.migrate import MIGRATIONS, statements
from clickhouse.settings import ClickHouseSettings
from schema.migrations import read_migrations

DATABASE: Final = "statline"
_HEAD: Final = """# Tables

<!-- Made by `python -m clickhouse.document > docs/tables.md` from the comments in the database; do not edit. -->

What lies in ClickHouse, for whoever asks by SQL ([analysts.md](analysts.md), [queries.md](queries.md)). `raw_events` holds every event; the other
tables are sums of it, kept up to date by materialized views or computed when a match is over, and can be made again from it.

- Several rows of one key may wait for a merge: always `sum`, `max` or `…Merge` with `GROUP BY`, as the comments and types say.
- Times and days are UTC. Units stand in the comments; a game unit is 0.0254 m.
- `R1` to `R14` are the counting rules of [events.md](events.md); numbers such as 1.5 are sections of the OpenMOHAA specification.
"""


def tables_page(columns: Sequence[Mapping[str, Any]]) -> str:
    """docs/tables.md from the rows of clickhouse/queries/table_columns.sql."""
    tables = groupby(
        columns, key=lambda column: (column["table_name"], column["table_comment"], column["sorted_by"])
    )
    return "\n".join([_HEAD, *(_section(*table, list(rows)) for table, rows in tables)])


def _section(name: str, comment: str, sorted_by: str, columns: list[Mapping[str, Any]]) -> str:
    rows = "\n".join(_rows(columns))
    return f"## {name}\n\n{comment}. Sorted by {sorted_by}.\n\n| column | type | meaning |\n|---|---|---|\n{rows}\n"


def _rows(columns: list[Mapping[str, Any]]) -> Iterator[str]:
    for column in columns:
        kind, meaning = (
            text.replace("|", "\\|") for text in (column["column_type"], column["column_comment"])
        )
        yield f"| `{column['column_name']}` | `{kind}` | {meaning} |"


def _columns_of_a_new_database() -> list[dict[str, Any]]:
    """The rows of table_columns.sql on an engine in this process, on a folder that is thrown away."""
    from clickhouse.engine.sessions import Connections

    with tempfile.TemporaryDirectory() as folder:
        engine = Connections(Path(folder), ClickHouseSettings())
        engine.ask(f"CREATE DATABASE {DATABASE}")
        engine.ask(f"USE {DATABASE}")
        for migration in read_migrations(MIGRATIONS):
            for statement in statements(migration.sql):
                engine.ask(statement)
        asked = query_text("table_columns").replace("{database:String}", f"'{DATABASE}'")
        rows = [json.loads(line) for line in engine.ask(f"{asked} FORMAT JSONEachRow").splitlines()]
        engine.close()
    return rows


if __name__ == "__main__":
    sys.stdout.write(tables_page(_columns_of_a_new_database()))
