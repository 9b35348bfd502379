"""The tables hold what schema/columns.py and the events say: shape, exactly once, and rebuildable from raw."""

from __future__ import annotations

import random
import re
from typing import Any

from clickhouse.client import ClickHouse
from clickhouse.migrate import MIGRATIONS, statements
from schema.columns import COLUMNS
from schema.hit_locations import GROUPS
from tests.query.brawls import settled
from tests.query.conftest import BATCH, EVENTS, SEED
from tests.query.rows import a_world, store

SQL = "\n".join(path.read_text("utf-8") for path in sorted(MIGRATIONS.glob("*.sql")))
VIEWS: dict[str, tuple[str, str]] = {
    view: (table, select)
    for view, table, select in re.findall(
        r"^CREATE MATERIALIZED VIEW (\w+) TO (\w+) AS\n(.*?);$", SQL, re.DOTALL | re.MULTILINE
    )
}
VIEWS.update(
    (view, (VIEWS[view][0], select))
    for view, select in re.findall(
        r"^ALTER TABLE (\w+_mv) MODIFY QUERY\n(.*?);$", SQL, re.DOTALL | re.MULTILINE
    )
)
TARGETS = sorted({table for table, _ in VIEWS.values()})
SETTLED = {
    "settled_matches", "match_sequences", "player_duels", "player_things", "match_feats", "match_results", "match_ratings",
    "rated_matches", "rating_runs", "rating_marks", "standings", "place_standings", "leaders",
}  # fmt: skip
"""Filled by jobs, once per match or figure: rows of a key replace each other."""


async def test_raw_events_has_exactly_the_columns_of_the_schema(clickhouse: ClickHouse) -> None:
    described = await clickhouse.rows_of(
        "SELECT name, type, comment FROM system.columns "
        "WHERE database = currentDatabase() AND table = 'raw_events' ORDER BY position"
    )
    got = [(row["name"], row["type"], row["comment"]) for row in described]
    assert got == [(column.name, column.type, column.comment) for column in COLUMNS]


async def test_every_table_and_column_says_what_it_means(clickhouse: ClickHouse) -> None:
    silent = await clickhouse.rows_of(
        "SELECT table, name FROM system.columns WHERE database = currentDatabase() AND comment = '' "
        "AND table NOT LIKE '%\\_mv' "
        "UNION ALL SELECT name, '' FROM system.tables WHERE database = currentDatabase() AND comment = '' "
        "AND engine LIKE '%MergeTree'"
    )
    assert silent == []


async def test_every_table_remembers_insert_tokens(clickhouse: ClickHouse) -> None:
    """Without a window a view's table would take a repeated batch twice."""
    tables = await clickhouse.rows_of(
        "SELECT name, create_table_query AS query FROM system.tables "
        "WHERE database = currentDatabase() AND engine LIKE '%MergeTree' AND name != 'schema_migrations'"
    )
    assert {row["name"] for row in tables} == {"raw_events", *TARGETS, *SETTLED}
    for row in tables:
        if row["name"] in SETTLED:
            assert "ENGINE = ReplacingMergeTree(" in row["query"]
            continue
        assert "non_replicated_deduplication_window = 10000" in row["query"], row["name"]


async def test_every_table_of_figures_keeps_games_apart(clickhouse: ClickHouse) -> None:
    keys = await clickhouse.rows_of(
        "SELECT name, sorting_key FROM system.tables "
        "WHERE database = currentDatabase() AND engine LIKE '%MergeTree' AND name NOT IN ('schema_migrations', 'event_ids')"
    )
    assert {row["name"]: row["sorting_key"].split(", ")[0] for row in keys} == {
        row["name"]: "game" for row in keys
    }


def test_views_are_named_by_the_table_they_feed() -> None:
    for view, (table, _) in VIEWS.items():
        assert re.fullmatch(rf"{table}(_players|_gameflow)?_mv", view)


def test_hit_locations_in_views_are_those_of_the_schema() -> None:
    """SQL cannot read schema/words.toml, so its lists are compared with it."""
    for group, counter in (("head", "headshots"), ("torso", "torso_kills"), ("limbs", "limb_kills")):
        lists = re.findall(rf"killed_at IN \(([^)]*)\)\) AS {counter}", SQL)
        assert len(lists) == 2
        for names in lists:
            assert re.findall(r"'(\w+)'", names) == list(GROUPS[group])


async def test_a_batch_inserted_again_changes_no_table(clickhouse: ClickHouse) -> None:
    rows = a_world(SEED, 1500)
    for n in range(0, len(rows), BATCH):
        await store(clickhouse, rows[n : n + BATCH], f"t{n}")
    before = await contents(clickhouse)
    for n in range(0, len(rows), BATCH):
        await store(clickhouse, rows[n : n + BATCH], f"t{n}")
    assert await contents(clickhouse) == before


async def test_a_batch_whose_views_failed_half_way_is_completed_by_the_retry(clickhouse: ClickHouse) -> None:
    """As after a kill between two tables: what is there stays single, what is missing is filled, down the chain."""
    rows = a_world(SEED, 800)
    missing = ("match_players_mv", "player_days_mv", "server_hours_gameflow_mv", "heatmap_cells_mv")
    await store(clickhouse, rows, "whole")
    expected = await contents(clickhouse)
    for table in ("raw_events", *TARGETS):
        await clickhouse.command(f"TRUNCATE TABLE {table}")
    for view in missing:
        await clickhouse.command(f"DROP VIEW {view} SYNC")
    await store(clickhouse, rows, "again")
    for view in missing[1:]:
        await clickhouse.command(create_view(view))
    await store(clickhouse, rows, "again")
    await clickhouse.command(create_view(missing[0]))
    await store(clickhouse, rows, "again")
    assert await contents(clickhouse) == expected


async def test_any_order_and_any_split_of_the_same_events_give_the_same_tables(
    clickhouse: ClickHouse,
) -> None:
    rows = a_world(SEED, 1500)
    await store(clickhouse, rows, "whole")
    expected = await contents(clickhouse)
    for table in ("raw_events", *TARGETS):
        await clickhouse.command(f"TRUNCATE TABLE {table}")
    chance = random.Random(7)
    chance.shuffle(rows)
    n = 0
    while n < len(rows):
        size = chance.choice((1, 10, 500))
        await store(clickhouse, rows[n : n + size], f"part-{n}")
        n += size
    assert await contents(clickhouse) == expected


async def test_every_aggregate_equals_a_recount_from_raw(clickhouse: ClickHouse) -> None:
    rows = a_world(SEED, EVENTS)
    for n in range(0, len(rows), BATCH):
        await store(clickhouse, rows[n : n + BATCH], f"t{n}")
    live = await contents(clickhouse)
    for view in VIEWS:
        await clickhouse.command(f"DROP VIEW {view} SYNC")
    for table in TARGETS:
        await clickhouse.command(f"TRUNCATE TABLE {table}")
    for table, select in VIEWS.values():  # in the order of the files: match_players before what it feeds
        names = await clickhouse.rows_of(f"DESCRIBE (SELECT * FROM ({select}))")
        columns = ", ".join(row["name"] for row in names)
        await clickhouse.command(f"INSERT INTO {table} ({columns}) {select}")
    assert await contents(clickhouse) == live
    assert all(live.values())


async def test_a_table_that_came_later_is_filled_with_what_was_stored_before(clickhouse: ClickHouse) -> None:
    rows = a_world(SEED, EVENTS)
    await store(clickhouse, rows, "before")
    filled_by_views = await contents(clickhouse)
    filling = [
        (table, statement)
        for path in MIGRATIONS.glob("*.sql")
        for statement in statements(path.read_text("utf-8"))
        for table in re.findall(r"^(?:TRUNCATE TABLE|INSERT INTO) (\w+)", statement, re.MULTILINE)
        if table not in SETTLED
    ]
    assert {table for table, _ in filling} == {"weapon_days", "map_weapon_totals", "heatmap_totals"}
    for _ in "a migration", "the same after a kill":
        for _, statement in filling:
            await clickhouse.command(statement)
        assert await contents(clickhouse) == filled_by_views


async def test_a_month_of_an_aggregate_that_is_over_becomes_one_part(clickhouse: ClickHouse) -> None:
    rows = await clickhouse.rows_of(
        "SELECT name, engine_full AS said FROM system.tables WHERE database = currentDatabase() "
        "AND engine = 'AggregatingMergeTree' AND partition_key != ''"
    )
    assert {row["name"] for row in rows} >= {"match_players", "player_days", "weapon_player_days"}
    for row in rows:
        assert "min_age_to_force_merge_seconds = 86400" in row["said"], row["name"]
        assert "min_age_to_force_merge_on_partition_only = 1" in row["said"], row["name"]


async def test_results_of_matches_settled_before_are_those_that_settling_keeps(
    clickhouse: ClickHouse,
) -> None:
    await settled(clickhouse, a_world(SEED, EVENTS))
    kept = "SELECT * EXCEPT (settled_at) FROM match_results FINAL ORDER BY ALL"
    by_settling = await clickhouse.rows_of(kept)
    [filling] = [
        statement
        for statement in statements((MIGRATIONS / "0019_match_results.sql").read_text("utf-8"))
        if "INSERT INTO" in statement
    ]
    await clickhouse.command("TRUNCATE TABLE match_results")
    for _ in "a migration", "the same after a kill":
        await clickhouse.command(filling)
        assert await clickhouse.rows_of(kept) == by_settling
    assert {row["outcome"] for row in by_settling} == {0, 1, 2, 3, 4}


async def contents(clickhouse: ClickHouse) -> dict[str, list[dict[str, Any]]]:
    """table -> its rows, every aggregate finished; floats to the thousandth, since adding in another order shows below."""
    return {table: await finished(clickhouse, table) for table in TARGETS}


async def finished(clickhouse: ClickHouse, table: str) -> list[dict[str, Any]]:
    described = await clickhouse.rows_of(
        "SELECT name, type, is_in_sorting_key AS is_key FROM system.columns "
        "WHERE database = currentDatabase() AND table = {table:String} ORDER BY position",
        {"table": table},
    )
    if table == "event_ids":
        return await clickhouse.rows_of("SELECT * FROM event_ids ORDER BY ALL")
    keys = ", ".join(row["name"] for row in described if row["is_key"])
    values = [finish(row["name"], row["type"]) for row in described if not row["is_key"]]
    return await clickhouse.rows_of(
        f"SELECT {keys}, {', '.join(values)} FROM {table} GROUP BY {keys} ORDER BY {keys}"
    )


def finish(name: str, type: str) -> str:
    """SQL that finishes one aggregate column."""
    if state := re.match(r"AggregateFunction\((\w+),", type):
        return f"{state[1]}Merge({name}) AS {name}_"
    simple = re.match(r"SimpleAggregateFunction\((\w+), (.*)\)$", type)
    assert simple, (name, type)
    value = f"{simple[1]}({name})"
    if simple[2] == "Float64":
        value = f"round({value}, 3)"
    if simple[1].startswith("groupUniqArray"):
        value = f"arraySort({value})"
    return f"{value} AS {name}_"


def create_view(view: str) -> str:
    table, select = VIEWS[view]
    return f"CREATE MATERIALIZED VIEW {view} TO {table} AS {select}"
