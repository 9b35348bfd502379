"""The DDL of a cluster, made from the statements of one server (`clickhouse/migrations/*.sql`).

A table `x` becomes two: `x_local`, replicated, on every node, and `x`, Distributed, through which everybody asks. So no query
names a shard. Views run where the rows arrive, from `raw_events_local` into `x_local`.

Sharding key of `raw_events`: the match. A match is what is asked for as a whole and has a bounded size, so its rows lie together
and shards fill evenly; a player cannot be the key, because a kill belongs to two. An aggregate's rows of one key
therefore lie on several shards, as they lie in several parts of one server, and every query merges them anyway (tests/clickhouse/test_ddl.py
asks them all over split data). What is computed once per match (settled_matches and the tables beside it) has the same key, so that
one key's versions lie together; so do the versions of a figure in `standings` and its like. The other tables have no key: nothing but views writes them.
"""

from __future__ import annotations

import re
from typing import Final

from clickhouse.settings import ClickHouseSettings

RAW: Final = "raw_events"
"""The table that all aggregates can be made from again."""
SHARDING_KEYS: Final = dict.fromkeys(
    (
        RAW,
        "settled_matches",
        "match_sequences",
        "player_duels",
        "player_things",
        "match_feats",
        "match_results",
        "match_ratings",
        "rated_matches",
        "rating_runs",
        "rating_marks",
    ),
    "cityHash64(match_id)",
) | {
    "standings": "cityHash64(stat)",
    "place_standings": "cityHash64(kind, place)",
    "leaders": "cityHash64(player_guid)",
}
DEDUPLICATION_S: Final = 30 * 86_400
"""How long a replicated table remembers insert tokens: as long as a spool may lie on a node that is away."""
LOCAL: Final = "_local"

_TABLE: Final = re.compile(
    r"^(?P<comment>(?:\s*--[^\n]*\n)*)\s*CREATE TABLE (?P<exists>IF NOT EXISTS )?(?P<name>\w+)\b(?P<body>.*?)\n"
    r"ENGINE = (?P<engine>\w*MergeTree)(?P<rest>\b.*)\Z",
    re.DOTALL,
)
_VIEW: Final = re.compile(
    r"^(?P<comment>(?:\s*--[^\n]*\n)*)\s*CREATE MATERIALIZED VIEW (?P<name>\w+) TO (?P<target>\w+) AS\b(?P<select>.*)\Z",
    re.DOTALL,
)
_ALTER: Final = re.compile(
    r"^(?P<comment>(?:\s*--[^\n]*\n)*)\s*ALTER TABLE (?P<name>\w+)(?P<change>\s.*)\Z", re.DOTALL
)
_VIEW_CHANGE: Final = re.compile(
    r"^(?P<comment>(?:\s*--[^\n]*\n)*)\s*ALTER TABLE (?P<name>\w+_mv) MODIFY QUERY\b(?P<select>.*)\Z",
    re.DOTALL,
)
_TRUNCATE: Final = re.compile(r"^(?P<comment>(?:\s*--[^\n]*\n)*)\s*TRUNCATE TABLE (?P<name>\w+)\s*\Z")
_INSERT: Final = re.compile(
    r"^(?P<comment>(?:\s*--[^\n]*\n)*)\s*INSERT INTO (?P<name>\w+)\s(?P<select>\s*SELECT\b.*)\Z", re.DOTALL
)
_SOURCE: Final = re.compile(r"\b(FROM|JOIN)\s+([a-z_]\w*)\b(?!\s*\()")
_WINDOW: Final = re.compile(r"\bnon_replicated_deduplication_window = (\d+)")
_TABLE_COMMENT: Final = re.compile(r"\nCOMMENT ('(?:[^'\\]|\\.|'')*')\s*\Z")
_COLUMN_CHANGE: Final = re.compile(r"\s(ADD|DROP|MODIFY|COMMENT|RENAME)\s+COLUMN\b", re.IGNORECASE)


class CannotBeClustered(Exception):
    """A statement for which no cluster variant is known; the message shows its beginning."""


def variants(statement: str, settings: ClickHouseSettings) -> list[str]:
    """The statement as it is for one server, or what stands for it on the cluster of the settings."""
    if not settings.cluster:
        return [statement]
    on = f"ON CLUSTER {_quoted(settings.cluster)}"
    if found := _TABLE.match(statement):
        return [_local_table(found, on), _distributed(found, on, settings)]
    if found := _VIEW.match(statement):
        select = _SOURCE.sub(rf"\1 \2{LOCAL} AS \2", found["select"])
        return [
            f"{found['comment']}CREATE MATERIALIZED VIEW {found['name']} {on} TO {found['target']}{LOCAL} AS{select}"
        ]
    if found := _VIEW_CHANGE.match(statement):
        select = _SOURCE.sub(rf"\1 \2{LOCAL} AS \2", found["select"])
        return [f"{found['comment']}ALTER TABLE {found['name']} {on} MODIFY QUERY{select}"]
    if found := _ALTER.match(statement):
        return _altered(found, on)
    if found := _TRUNCATE.match(statement):
        return [f"{found['comment']}TRUNCATE TABLE {found['name']}{LOCAL} {on}"]
    if found := _INSERT.match(statement):
        # Sums of every shard, kept on this one: it does not matter where the rows of a key lie.
        return [f"{found['comment']}INSERT INTO {found['name']}{LOCAL}\n{found['select']}"]
    raise CannotBeClustered(f"no cluster variant is known for: {' '.join(statement.split())[:80]}")


def local_name(table: str, settings: ClickHouseSettings) -> str:
    """The table that holds the rows, for what must be said to it and not to the Distributed one."""
    return f"{table}{LOCAL}" if settings.cluster else table


def on_cluster(settings: ClickHouseSettings) -> str:
    """` ON CLUSTER x`, or nothing."""
    return f" ON CLUSTER {_quoted(settings.cluster)}" if settings.cluster else ""


def everywhere(statement: str, settings: ClickHouseSettings) -> str:
    """A small table with the same rows on every node (`schema_migrations`): one replica per node, no shards."""
    found = _TABLE.match(statement)
    if not settings.cluster or found is None:
        return statement
    path = f"'/clickhouse/tables/{{database}}/{found['name']}', '{{shard}}-{{replica}}'"
    return (
        f"{found['comment']}\nCREATE TABLE {found['exists'] or ''}{found['name']}{on_cluster(settings)}{found['body']}\n"
        f"ENGINE = Replicated{found['engine']}({path}){found['rest']}"
    )


def _local_table(found: re.Match[str], on: str) -> str:
    name = f"{found['name']}{LOCAL}"
    path = f"'/clickhouse/tables/{{shard}}/{{database}}/{name}', '{{replica}}'"
    rest = _WINDOW.sub(
        rf"replicated_deduplication_window = \1, replicated_deduplication_window_seconds = {DEDUPLICATION_S}",
        found["rest"],
    )
    head = f"{found['comment']}CREATE TABLE {found['exists'] or ''}{name} {on}"
    return f"{head}{found['body']}\nENGINE = Replicated{found['engine']}({path}){rest}"


def _distributed(found: re.Match[str], on: str, settings: ClickHouseSettings) -> str:
    name = found["name"]
    key = SHARDING_KEYS.get(name)
    # By name: each node of an ON CLUSTER runs the statement in a session of its own.
    where = f"{_quoted(settings.cluster)}, {_quoted(settings.database)}, {name}{LOCAL}" + (
        f", {key}" if key else ""
    )
    comment = _TABLE_COMMENT.search(found["rest"])
    said = f"\nCOMMENT {comment[1]}" if comment else ""
    exists = found["exists"] or ""
    return f"CREATE TABLE {exists}{name} {on} AS {name}{LOCAL}\nENGINE = Distributed({where}){said}"


def _altered(found: re.Match[str], on: str) -> list[str]:
    """Rows, indexes, settings and retention are the local table's; columns are both tables'."""
    name, change = found["name"], found["change"]
    local = f"{found['comment']}ALTER TABLE {name}{LOCAL} {on}{change}"
    return [local, f"ALTER TABLE {name} {on}{change}"] if _COLUMN_CHANGE.search(change) else [local]


def _quoted(name: str) -> str:
    escaped = name.replace("\\", "\\\\").replace("`", "\\`")
    return f"`{escaped}`"
