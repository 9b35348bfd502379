"""docs/tables.md says what the database says."""

from __future__ import annotations

from pathlib import Path

from clickhouse.client import ClickHouse
from clickhouse.document import tables_page

PAGE = Path(__file__).parents[2] / "docs" / "tables.md"


async def test_the_page_is_what_the_comments_in_the_database_say(clickhouse: ClickHouse) -> None:
    (current,) = await clickhouse.rows_of("SELECT currentDatabase() AS name")
    columns = await clickhouse.rows("table_columns", {"database": current["name"]})
    assert PAGE.read_text(encoding="utf-8") == tables_page(columns), (
        "run python -m clickhouse.document > docs/tables.md"
    )


async def test_every_table_and_column_has_a_comment(clickhouse: ClickHouse) -> None:
    (current,) = await clickhouse.rows_of("SELECT currentDatabase() AS name")
    columns = await clickhouse.rows("table_columns", {"database": current["name"]})
    silent = [
        f"{column['table_name']}.{column['column_name']}"
        for column in columns
        if not column["column_comment"]
    ]
    assert silent == []
    assert all(column["table_comment"] for column in columns)
