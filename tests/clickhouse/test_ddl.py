"""The cluster variant of the DDL: differs where it should, parses, and every query is right over rows split by shard."""

from __future__ import annotations

import random
import re
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from clickhouse.client import QUERIES, ClickHouse, query_text
from clickhouse.ddl import SHARDING_KEYS, CannotBeClustered, everywhere, variants
from clickhouse.errors import ClickHouseError
from clickhouse.migrate import _RECORDS_TABLE, MIGRATIONS, migrate, statements
from clickhouse.settings import ClickHouseSettings
from jobs.sequences import FILLED, SEQUENCES
from jobs.settings import JobsSettings
from jobs.settling import Settling
from query.rater import rate_due
from query.standings import renew
from schema.columns import NAMES
from schema.migrations import read_migrations
from tests.clickhouse import conftest
from tests.clickhouse.conftest import EngineProcess
from tests.query.rows import a_world, store, value

CLUSTER = ClickHouseSettings(cluster="main")
ALONE = ClickHouseSettings()
STATEMENTS = [
    (migration.file, statement)
    for migration in read_migrations(MIGRATIONS)
    for statement in statements(migration.sql)
]
TABLES = [
    match[1] for _, sql in STATEMENTS if (match := re.search(r"^CREATE TABLE (\w+)", sql, re.MULTILINE))
]
NAMED = [f"{file}:{number}" for number, (file, _) in enumerate(STATEMENTS)]


def unclustered(statement: str) -> str:
    """The cluster's statement without what makes it one."""
    plain = statement.replace(" ON CLUSTER `main`", "")
    plain = re.sub(r"ENGINE = Replicated(\w+)\('[^']*', '\{replica\}'\)", r"ENGINE = \1", plain)
    plain = re.sub(
        r"replicated_deduplication_window = (\d+), replicated_deduplication_window_seconds = 2592000",
        r"non_replicated_deduplication_window = \1",
        plain,
    )
    plain = re.sub(r"(FROM|JOIN) (\w+)_local AS \2\b", r"\1 \2", plain)
    return re.sub(r"\b(\w+)_local\b", r"\1", plain)


@pytest.mark.parametrize(("file", "statement"), STATEMENTS, ids=NAMED)
def test_one_server_gets_the_statement_as_it_stands(file: str, statement: str) -> None:
    assert variants(statement, ALONE) == [statement]


@pytest.mark.parametrize(("file", "statement"), STATEMENTS, ids=NAMED)
def test_a_cluster_differs_in_names_engines_and_deduplication_only(file: str, statement: str) -> None:
    local, *others = variants(statement, CLUSTER)
    assert unclustered(local) == statement
    assert local != statement
    if re.search(r"^ALTER TABLE \w+ ADD COLUMN", statement, re.MULTILINE):
        assert [unclustered(other) for other in others] == [
            re.sub(r"^--.*\n", "", statement, flags=re.MULTILINE)
        ]
        return
    if "CREATE TABLE" not in statement:
        assert others == []
        return
    (distributed,) = others
    name = re.search(r"^CREATE TABLE (\w+)", statement, re.MULTILINE)
    assert name
    assert re.search(r"ENGINE = Replicated\w*MergeTree\('/clickhouse/tables/\{shard\}/\{database\}/", local)
    assert "non_replicated" not in local
    assert (
        f"CREATE TABLE {name[1]} ON CLUSTER `main` AS {name[1]}_local\nENGINE = Distributed(" in distributed
    )
    key = f", {SHARDING_KEYS[name[1]]}" if name[1] in SHARDING_KEYS else ""
    assert f"{name[1]}_local{key})" in distributed


@pytest.mark.parametrize("settings", [ALONE, CLUSTER], ids=["alone", "cluster"])
async def test_both_variants_parse_in_the_engine(
    clickhouse: ClickHouse, settings: ClickHouseSettings
) -> None:
    written = [variant for _, statement in STATEMENTS for variant in variants(statement, settings)]
    for statement in [*written, everywhere(_RECORDS_TABLE, settings)]:
        assert await clickhouse.rows_of(f"EXPLAIN AST {statement}")


def test_a_cluster_reads_and_feeds_local_tables_only() -> None:
    for _, statement in STATEMENTS:
        if "MATERIALIZED VIEW" in statement:
            (view,) = variants(statement, CLUSTER)
            assert re.findall(r"\bTO (\w+)", view)[0].endswith("_local")
            assert all(
                name.endswith("_local") for name in re.findall(r"\b(?:FROM|JOIN) ([a-z_]\w*)\b(?!\()", view)
            )


def test_a_changed_column_is_changed_in_both_tables_and_everything_else_where_the_rows_lie() -> None:
    column = variants("ALTER TABLE raw_events ADD COLUMN IF NOT EXISTS a UInt8", CLUSTER)
    assert [sql.split(" ON ")[0] for sql in column] == [
        "ALTER TABLE raw_events_local",
        "ALTER TABLE raw_events",
    ]
    (retention,) = variants("-- why\nALTER TABLE raw_events MODIFY TTL toDate(event_time)", CLUSTER)
    assert retention == "-- why\nALTER TABLE raw_events_local ON CLUSTER `main` MODIFY TTL toDate(event_time)"


async def test_a_statement_that_has_no_cluster_variant_is_refused_by_name(
    empty_clickhouse: ClickHouse, tmp_path: Path
) -> None:
    with pytest.raises(CannotBeClustered, match="OPTIMIZE TABLE raw_events"):
        variants("OPTIMIZE TABLE raw_events", CLUSTER)


def test_what_every_node_has_is_replicated_over_all_of_them() -> None:
    records = everywhere(_RECORDS_TABLE, CLUSTER)
    assert (
        "ReplicatedReplacingMergeTree('/clickhouse/tables/{database}/schema_migrations', '{shard}-{replica}')"
        in records
    )
    assert everywhere(_RECORDS_TABLE, ALONE) == _RECORDS_TABLE


@dataclass(frozen=True)
class Split:
    """The same events in one database, and over two as over two shards, each key's rows in both."""

    whole: ClickHouse
    split: ClickHouse
    parameters: dict[str, Any]


@pytest.fixture(scope="module")
def names() -> list[str]:
    return ["ddl_whole", "ddl_shard_a", "ddl_shard_b", "ddl_all"]


@pytest.fixture
async def halves(clickhouse_url: str, names: list[str]) -> AsyncIterator[Split]:
    whole, first, second, together = [
        await ClickHouse.connect(clickhouse_url, name, ClickHouseSettings(database=name)) for name in names
    ]
    for name, client in zip(names[:3], (whole, first, second), strict=True):
        await client.command(f"DROP DATABASE IF EXISTS {name} SYNC")
        await migrate(client, ClickHouseSettings(database=name))
    await together.command(f"CREATE DATABASE IF NOT EXISTS {names[3]}")
    for table in TABLES:
        await together.command(
            f"CREATE OR REPLACE TABLE {table} AS {names[1]}.{table} ENGINE = Merge(REGEXP('^ddl_shard_'), '^{table}$')"
        )
    rows = a_world(7, 3000)
    await store(whole, rows, "all")
    await Settling(whole, JobsSettings(), [SEQUENCES]).run()
    await rate_due(whole, datetime(2100, 1, 1, tzinfo=UTC))
    await renew(whole, datetime(2100, 1, 1, tzinfo=UTC))
    # Worse than any sharding key: the rows of every match and of every player are torn apart.
    chance = random.Random(1)
    chance.shuffle(rows)
    await store(first, rows[::2], "a")
    await store(second, rows[1::2], "b")
    for table in (
        "settled_matches",
        *FILLED,
        "match_ratings",
        "rated_matches",
        "rating_runs",
        "rating_marks",
        "standings",
        "place_standings",
        "leaders",
    ):
        # These are written under their sharding key, so that all versions of a row lie on one shard.
        for number, client in enumerate((first, second)):
            await client.command(
                f"INSERT INTO {table} SELECT * FROM {names[0]}.{table} WHERE {SHARDING_KEYS[table]} % 2 = {number}"
            )
    yield Split(whole, together, parameters_of(rows))
    for name, client in zip(names, (whole, first, second, together), strict=True):
        await client.command(f"DROP DATABASE {name} SYNC")
        await client.close()


def parameters_of(rows: list[Any]) -> dict[str, Any]:
    """A value for every parameter that a query has, with something to find."""
    kill = next(
        row
        for row in rows
        if value(row, "kill_kind") == "kill"
        and value(row, "weapon") == "Thompson"
        and value(row, "gametype") != "ffa"
    )
    guids = sorted({value(row, "player_guid") for row in rows} - {""})
    early, late = datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)
    return {
        "game": value(kill, "game"), "guid": value(kill, "player_guid"), "guids": guids[:100], "name": value(kill, "player_name"),
        "weapon": "Thompson", "gametype": value(kill, "gametype"), "player_guid": value(kill, "player_guid"), "before_ms": 0, "before_id": value(kill, "match_id"), "map_name": value(kill, "map_name"), "match_id": value(kill, "match_id"),
        "server_id": value(kill, "server_id"), "match_ids": [value(kill, "match_id")], "ended_before": late, "quiet_since": late,
        "again_before": late, "every": 1, "parent": "", "parent_value": "", "weapons": ["Thompson"], "opponent": "", "other": value(kill, "target_guid"),
        "smf_id": 40, "of_deaths": 0, "endless_again_before": late, "long_s": 0, "kind": "kills", "cell_units": 50, "rows_max": 1000, "page_rows": 1000,
        "skip_rows": 0, "with_bots": 1, "stat": "kills", "slot_prefix": guids[0][:2], "batch_id": "none", "low": 0,
        "high": 1, "event_ids": ["x"], "segment": "none", "since": early, "before": early, "since_hour": early, "active_since": early,
        "from_time": early, "to_time": late, "from_hour": early, "to_hour": late, "oldest": early, "newest": late,
        "from_day": early.date(), "to_day": late.date(), "database": "system", "server_ids": [value(kill, "server_id")], "limit_rows": 1000, "event_types": ["player_kill", "match_end"],
        "source": "hours", "hours": [], "weekdays": [], "sample": "encounters", "sample_min": 0,
        "after_score": 0, "after_guid": "", "around_guid": "", "around_rows": 0,
        "dimension": "player_guid", "dimensions": ["map", "server"], "id_start": "", "uuid_start": "", "map_names": [value(kill, "map_name")],
        "metric": "kills", "scores": [1_000_000] * 33, "run": 1, "last_time": late, "last_match": "",
        "timezone": "Europe/Berlin", "matches_max": 10, "places": 10,
        "gametypes": ["tdm", "obj"], "weapons_max": 100, "by_week": 1, "one": 1, "bounded": 1, "with_figures": 1, "whole": 1, "by_map": 1,
        "kinds": ["kills", "deaths"], "shows": ["course", "kills", "teams", "figures", "players"], "parts": ["figures", "players", "result"],
        "named": 1, "figures": ["shown", "alone", "presence", "fights", "ways", "stances", "ranges", "moves", "items", "uses", "openings", "runs", "rows", "deeds", "lives", "skills", "rounds", "visits", "steadiness", "distances", "bots", "matches"], "players_max": 100, "is_crowded": 1, "with_deaths": 1,
        "order_by": "kills", "kills_min": 0, "shots_min": 0, "since_week": early, "since_month": early,
        "text": value(kill, "player_name"), "stats": ["kills", "wins"], "renewed_at": late, "settled_at": late, "players_min": 1,
        "renewed_since": late,
        "place": value(kill, "map_name"), "places_max": 200,
        "everything": 1, "reached": 1, "least_kills": 0.0, "least_streak": 0.0, "least_multi_kill": 0.0, "least_headshots": 0.0, "least_kd": 0.0, "least_accuracy": 0.0,
        "least_longest_kill": 0.0, "least_damage": 0.0,
    }  # fmt: skip


async def test_every_query_is_right_when_the_rows_of_a_key_lie_on_several_shards(halves: Split) -> None:
    empty = []
    for path in sorted(QUERIES.glob("*.sql")):
        used = used_by(path.stem, halves.parameters)
        whole = await halves.whole.rows(path.stem, used)
        split = await halves.split.rows(path.stem, used)
        assert comparable(split) == comparable(whole), path.stem
        if not any(any(row.values()) for row in whole):
            empty.append(path.stem)
    # Nothing is proved by a query that found nothing.
    assert set(empty) <= {
        "batch_rows_stored",
        "event_ids_known",
        "reports_stored",
        "settle_due",
        "table_columns",
        "match_rating_changes",
    }


OTHERWISE: dict[str, dict[str, object]] = {
    "player_things_of": {"dimensions": ["weapon", "item", "vehicle"]},
    "board_ranking_matches": {"stat": "wins", "sample": "games"},
    "board_ranking_combos": {"stat": "clutch", "sample": "games"},
    "breakdown_weapons": {"dimension": "weapon"},
    "percentiles_decided": {"scores": [1_000_000] * 7},
    "standing_places": {"scores": [1_000_000, 1_000_000]},
    "rating_due": {"run": 0},
    "board_entries_weapon": {"source": "days"},
    "place_standing_best": {"kind": "map"},
    "heatmap": {"table": "heatmap_cells"},
    **{query: {"table": "team_weapon_days"} for query in ("map_arms", "map_weapons", "team_totals")},
}
"""What some queries are asked instead of what all are."""


def used_by(query: str, parameters: dict[str, Any]) -> dict[str, object]:
    wanted = parameters | OTHERWISE.get(query, {})
    text = query_text(query, str(wanted["source"]))
    names = re.findall(r"(?:\{(?=\w+:)|/\* if )(\w+)", text)
    return {name: wanted[name] for name in (*names, "source")}


REMOTE = """<tcp_port>9000</tcp_port><remote_servers><main>
<shard><replica><host>localhost</host><port>9000</port></replica></shard>
<shard><replica><host>localhost</host><port>9000</port></replica></shard>
</main></remote_servers></clickhouse>"""
WITH_SHARDS = f"""
import clickhouse.engine.sessions as sessions
write = sessions.write_config
def write_with_shards(folder, database, **options):
    path = write(folder, database, **options)
    path.write_text(path.read_text().replace("</clickhouse>", {REMOTE!r}))
    return path
sessions.write_config = write_with_shards
"""


@pytest.fixture
def engine_with_shards(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[EngineProcess]:
    """An engine whose cluster `main` has two shards, both itself: every row counts twice, nothing needs a network."""
    monkeypatch.setattr(conftest, "RUN", WITH_SHARDS + conftest.RUN)
    engine = EngineProcess(tmp_path / "engine").start()
    yield engine
    engine.stop()


async def test_every_query_is_accepted_over_distributed_tables(engine_with_shards: EngineProcess) -> None:
    """Joins and IN between distributed tables are refused unless `distributed_product_mode` says what is meant."""
    settings = ClickHouseSettings(cluster="main")
    client = await ClickHouse.connect(engine_with_shards.url, "statline", settings)
    await client.command("CREATE DATABASE statline")
    for _, statement in STATEMENTS:
        for variant in variants(statement, settings):
            await client.command(unreplicated(variant))
    rows = a_world(7, 400)
    alone = await ClickHouse.connect(engine_with_shards.url, "statline", ClickHouseSettings())
    columns = [list(column) for column in zip(*rows, strict=True)]
    await alone.insert("raw_events_local", NAMES, columns, token="all")
    counted = await client.rows_of(
        "SELECT (SELECT count() FROM raw_events) AS twice, (SELECT count() FROM raw_events_local) AS once"
    )
    assert counted == [{"twice": 2 * len(rows), "once": len(rows)}]
    for path in sorted(QUERIES.glob("*.sql")):
        await client.rows(path.stem, used_by(path.stem, parameters_of(rows)))
    with pytest.raises(ClickHouseError, match="distributed_product_mode"):
        await alone.rows("matches", used_by("matches", parameters_of(rows)))
    await client.close()
    await alone.close()


def unreplicated(statement: str) -> str:
    """Without Keeper: plain engines, and no word to other nodes."""
    return (
        re.sub(
            r"Replicated(\w+)\('[^']*', '\{replica\}'\)", r"\1", statement.replace(" ON CLUSTER `main`", "")
        )
        .replace("replicated_deduplication_window_seconds = 2592000", "old_parts_lifetime = 480")
        .replace(" replicated_deduplication_window =", " non_replicated_deduplication_window =")
    )


def comparable(rows: list[dict[str, Any]]) -> list[str]:
    """Rows in any order, floats to the thousandth: adding in another order shows below."""
    return sorted(str({name: rounded(cell) for name, cell in row.items()}) for row in rows)


def rounded(cell: Any) -> Any:
    """A value with its floats to the thousandth, in lists and maps too."""
    match cell:
        case float():
            return round(cell, 3)
        case list() | tuple():
            return [rounded(part) for part in cell]
        case dict():
            return {name: rounded(part) for name, part in cell.items()}
        case _:
            return cell
