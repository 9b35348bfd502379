"""What `statline rebuild` rests on: views find tables by name after EXCHANGE, and their SELECTs run on raw events."""

from __future__ import annotations

import itertools
from datetime import UTC, date, datetime, timedelta

import pytest

from clickhouse import rebuild
from clickhouse.client import ClickHouse
from clickhouse.rebuild import View, after_segments, aggregates, chunks, complete_since

NOW = datetime(2026, 6, 15, 12, tzinfo=UTC)


async def numbers(store: ClickHouse, sql: str) -> list[int]:
    return [int(value) for row in await store.rows_of(sql) for value in row.values()]


async def test_views_go_on_with_the_table_that_bears_the_name_after_an_exchange(
    empty_clickhouse: ClickHouse,
) -> None:
    store = empty_clickhouse
    for sql in (
        "CREATE TABLE raw (a UInt64) ENGINE = MergeTree ORDER BY a",
        "CREATE TABLE one (a UInt64) ENGINE = MergeTree ORDER BY a",
        "CREATE TABLE two (a UInt64) ENGINE = MergeTree ORDER BY a",
        "CREATE MATERIALIZED VIEW one_mv TO one AS SELECT a FROM raw",
        "CREATE MATERIALIZED VIEW two_mv TO two AS SELECT a FROM one",
        "INSERT INTO raw VALUES (1)",
        "CREATE TABLE one_rebuild AS one",
        "INSERT INTO one_rebuild VALUES (1)",
        "EXCHANGE TABLES one AND one_rebuild",
        "DROP TABLE one_rebuild SYNC",
        "INSERT INTO raw VALUES (2)",
    ):
        await store.command(sql)
    assert await numbers(store, "SELECT a FROM one ORDER BY a") == [1, 2]
    assert await numbers(store, "SELECT a FROM two ORDER BY a") == [1, 2]


async def test_every_aggregate_of_the_schema_is_known_with_its_views(clickhouse: ClickHouse) -> None:
    known = await aggregates(clickhouse)

    assert {name: len(table.views) for name, table in known.items()} == {
        "event_ids": 1, "match_players": 1, "player_days": 1, "map_days": 1, "gametype_days": 1, "server_hours": 2,
        "match_summaries": 2, "weapon_player_days": 1, "heatmap_cells": 1, "player_opponents": 1, "player_hitlocs": 1,
        "player_names": 1, "team_weapon_days": 1, "weapon_days": 1, "map_weapon_totals": 1, "heatmap_totals": 1,
    }  # fmt: skip
    assert {name for name, table in known.items() if not table.time_column} == {
        "match_summaries", "player_opponents", "player_hitlocs", "player_names", "map_weapon_totals", "heatmap_totals",
    }  # fmt: skip
    assert [name for name, table in known.items() if table.has_retention] == ["event_ids"]
    assert {view.source for table in known.values() for view in table.views} == {
        "raw_events",
        "match_players",
        "weapon_player_days",
        "team_weapon_days",
        "heatmap_cells",
    }


async def test_a_shadow_is_like_its_table(clickhouse: ClickHouse) -> None:
    table = (await aggregates(clickhouse))["player_names"]
    await rebuild.create_shadow(clickhouse, table)
    await rebuild.create_shadow(clickhouse, table)  # what a killed run left is replaced
    rows = await clickhouse.rows_of(
        "SELECT name, replaceOne(create_table_query, name, 'x') AS query FROM system.tables "
        "WHERE database = currentDatabase() AND name IN ('player_names', 'player_names_rebuild')"
    )
    assert len(rows) == 2
    assert rows[0]["query"] == rows[1]["query"]
    assert await rebuild.left_over(clickhouse, await aggregates(clickhouse)) == ["player_names"]


def test_a_view_over_an_aggregate_reads_that_ones_select() -> None:
    inner = View("one_mv", "raw_events", "one", "SELECT a FROM db.raw_events WHERE a > 1", ("a",))
    outer = View("two_mv", "one", "two", "SELECT sum(one.a) AS s FROM db.one", ("s",))
    known = {"one": rebuild.Aggregate("one", (inner,), "", False)}
    assert rebuild.backfill_select(outer, known, "b = 2") == (
        "SELECT sum(one.a) AS s FROM (SELECT `a` FROM (SELECT a FROM (SELECT * FROM raw_events WHERE b = 2) "
        "AS raw_events WHERE a > 1)) AS one"
    )


async def test_stretches_hold_every_row_once_and_stay_small(clickhouse: ClickHouse) -> None:
    await clickhouse.command(
        "INSERT INTO raw_events (event_time, received_at, player_guid) "
        "SELECT toDateTime64('2026-06-01 00:00:00', 3, 'UTC') + number * 600, now64(3), 'p' FROM numbers(1000)"
    )
    found = await chunks(clickhouse, "player_guid = 'p'", rows_max=50)
    assert sum(chunk.rows for chunk in found) == 1000
    assert max(chunk.rows for chunk in found) <= 50
    assert all(one.end <= two.start for one, two in itertools.pairwise(found))


async def test_equal_stretches_are_all_counted(clickhouse: ClickHouse) -> None:
    """Deduplication would take the second for a repetition of the first: their rows in the shadow are equal."""
    await clickhouse.command(
        "INSERT INTO raw_events (event_type, event_time, received_at, player_guid, player_name, hitloc, target_guid) "
        "SELECT 'weapon_hit', toDateTime64('2026-06-01 00:00:00', 3, 'UTC') + number * 3600, now64(3), 'p', 'n', 'head', 't' "
        "FROM numbers(10)"
    )
    known = await aggregates(clickhouse)
    table = known["player_hitlocs"]
    await rebuild.create_shadow(clickhouse, table)
    stretches = await chunks(clickhouse, "1", rows_max=1)
    assert [rows async for rows in rebuild.fill(clickhouse, table, known, "1", stretches)] == [1] * 10
    await rebuild.swap(clickhouse, table)
    assert await numbers(clickhouse, "SELECT sum(hits_given), sum(hits_taken) FROM player_hitlocs") == [
        10,
        10,
    ]


async def test_segments_are_split_exactly(clickhouse: ClickHouse) -> None:
    ids = [f"{node}-{epoch:08d}-{number:08d}/{chunk}"
           for node in ("aa-web", "aa-web-2", "bb-replay-0") for epoch in (1, 2) for number in (1, 2, 9, 10, 11)
           for chunk in (0, 1)]  # fmt: skip
    values = ", ".join(f"('{batch}', now64(3), now64(3))" for batch in ids)
    await clickhouse.command(f"INSERT INTO raw_events (batch_id, event_time, received_at) VALUES {values}")

    condition = after_segments({"aa-web": (1, 9), "bb-replay-0": (2, 2)})
    rows = await clickhouse.rows_of(f"SELECT batch_id FROM raw_events WHERE {condition}")

    later = {(1, 10), (1, 11), (2, 1), (2, 2), (2, 9), (2, 10), (2, 11)}
    wanted = {f"aa-web-{e:08d}-{n:08d}/{c}" for e, n in later for c in (0, 1)}
    wanted |= {f"bb-replay-0-00000002-{n:08d}/{c}" for n in (9, 10, 11) for c in (0, 1)}
    assert {row["batch_id"] for row in rows} - {i for i in ids if i.startswith("aa-web-2-")} == wanted
    assert await numbers(clickhouse, f"SELECT count() FROM raw_events WHERE {after_segments({})}") == [0]


async def raw_event(store: ClickHouse, at: datetime) -> None:
    await store.command(
        "INSERT INTO raw_events (event_type, event_time, received_at, player_guid) "
        f"VALUES ('jump', '{at:%Y-%m-%d %H:%M:%S}', now64(3), 'p')"
    )


async def test_a_young_database_is_complete_from_the_first_event(clickhouse: ClickHouse) -> None:
    now = datetime.now(UTC)
    assert await complete_since(clickhouse, 90, now) is None
    await raw_event(clickhouse, now)
    assert await complete_since(clickhouse, 90, now) is None


async def test_an_old_database_is_complete_as_far_as_the_retention_promises(clickhouse: ClickHouse) -> None:
    later = datetime.now(UTC) + timedelta(days=100)
    await raw_event(clickhouse, later)
    assert await complete_since(clickhouse, 90, later) == (later - timedelta(days=88)).date()


async def test_without_raw_events_nothing_is_covered(clickhouse: ClickHouse) -> None:
    now = datetime.now(UTC)
    await raw_event(clickhouse, now - timedelta(days=2))
    await clickhouse.command("TRUNCATE TABLE raw_events")
    assert await complete_since(clickhouse, 90, now) == now.date() + timedelta(days=2)
    await raw_event(clickhouse, now)
    await clickhouse.command(
        f"ALTER TABLE raw_events DELETE WHERE event_time < '{now:%Y-%m-%d} 00:00:00'", {"mutations_sync": 2}
    )
    assert await complete_since(clickhouse, 90, now) == now.date() + timedelta(days=1)


@pytest.mark.parametrize("day", [date(2026, 5, 20), date(2026, 6, 1)])
async def test_the_old_part_is_taken_over_as_it_is(clickhouse: ClickHouse, day: date) -> None:
    await clickhouse.command(
        "INSERT INTO raw_events (event_type, event_time, received_at, player_guid) SELECT 'jump', "
        "toDateTime64('2026-04-01 00:00:00', 3, 'UTC') + number * 86400, now64(3), 'p' FROM numbers(80)"
    )
    table = (await aggregates(clickhouse))["player_days"]
    await rebuild.create_shadow(clickhouse, table)
    await rebuild.copy_before(clickhouse, table, day)
    old = await numbers(clickhouse, f"SELECT sum(jumps) FROM {table.shadow}")
    assert old == [(day - date(2026, 4, 1)).days]
