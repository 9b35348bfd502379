"""What the sort keys are worth: rows, bytes and milliseconds of the main questions, against another key.

    python -m bench.sort_keys [events, default 5000000]

Makes that many events inside an embedded engine with all views (a few minutes, 2-3 GB of disk in a temporary folder),
copies each table under the other key, and prints one line per question. The figures of a run are in
docs/decisions/0003-sort-keys.md.
"""

from __future__ import annotations

import json
import statistics
import sys
import time
from typing import Any, NamedTuple

from bench.embedded import Embedded, embedded
from bench.made_rows import made_rows
from clickhouse.migrate import MIGRATIONS, statements

BATCH = 50_000
DAYS = 60
REPEATS = 7


class Question(NamedTuple):
    """A question asked of a table and of its copies; {t} is the table."""

    name: str
    table: str
    sql: str


OTHER_KEYS = {
    "raw_events": {
        "by_match": "(game, match_id, event_time)",
        "by_server_match": "(game, server_id, match_id, event_time)",
    },
    "match_players": {"by_match": "(game, match_id, player_guid, hour, server_id, map_name, gametype)"},
    "player_days": {"by_day": "(game, day, player_guid)"},
    "weapon_player_days": {"by_player": "(game, player_guid, weapon, day)"},
    "map_days": {"by_day": "(game, day, map_name)"},
}


def questions(known: dict[str, str]) -> list[Question]:
    """The questions of the answers, with a player, a match and a day that exist."""
    player, match = f"player_guid = '{known['player']}'", f"match_id = '{known['match']}'"
    span = f"event_time BETWEEN '{known['from']}' AND '{known['to']}'"
    return [
        Question("timeline of a match, by id", "raw_events", f"SELECT event_type, event_time, raw FROM {{t}} WHERE game = 'mohaa' AND {match}"),
        Question("the same, server and times from its summary", "raw_events", f"SELECT event_type, event_time, raw FROM {{t}} WHERE game = 'mohaa' AND {match} AND server_id = '{known['server']}' AND {span}"),
        Question("all events of a player", "raw_events", f"SELECT event_type, weapon, event_time FROM {{t}} WHERE game = 'mohaa' AND {player}"),
        Question("three days of a server", "raw_events", f"SELECT event_type, count() FROM {{t}} WHERE game = 'mohaa' AND server_id = '{known['server']}' AND event_time >= toDateTime('{known['day']}', 'UTC') AND event_time < toDateTime('{known['day']}', 'UTC') + INTERVAL 3 DAY GROUP BY 1"),
        Question("scoreboard of a match", "match_players", f"SELECT player_guid, sum(kills), sum(deaths), argMaxMerge(name) FROM {{t}} WHERE game = 'mohaa' AND player_guid IN (SELECT arrayJoin(players) FROM match_summaries WHERE game = 'mohaa' AND {match}) AND hour >= toStartOfHour(toDateTime('{known['from'][:19]}', 'UTC')) AND hour <= '{known['to'][:19]}' AND {match} GROUP BY player_guid"),
        Question("matches of a player", "match_players", f"SELECT match_id, sum(kills), min(first_seen) AS b FROM {{t}} WHERE game = 'mohaa' AND {player} GROUP BY match_id ORDER BY b DESC LIMIT 50"),
        Question("leaderboard of a map", "match_players", "SELECT player_guid, sum(kills) AS k FROM {t} WHERE game = 'mohaa' AND map_name = 'dm/mohdm6' GROUP BY player_guid ORDER BY k DESC LIMIT 100"),
        Question("totals of a player", "player_days", f"SELECT sum(kills), sum(deaths), sum(damage_dealt), sum(jumps) FROM {{t}} WHERE game = 'mohaa' AND {player}"),
        Question("leaderboard of all time", "player_days", "SELECT player_guid, sum(kills) AS k, max(is_bot) FROM {t} WHERE game = 'mohaa' GROUP BY player_guid ORDER BY k DESC LIMIT 25"),
        Question("leaderboard of a week", "player_days", f"SELECT player_guid, sum(kills) AS k, max(is_bot) FROM {{t}} WHERE game = 'mohaa' AND day >= '{known['day']}' AND day < addDays(toDate('{known['day']}'), 7) GROUP BY player_guid ORDER BY k DESC LIMIT 25"),
        Question("weapons of a player", "weapon_player_days", f"SELECT weapon, sum(kills), sum(shots_fired) FROM {{t}} WHERE game = 'mohaa' AND {player} GROUP BY weapon"),
        Question("leaderboard of a weapon", "weapon_player_days", "SELECT player_guid, sum(kills) AS k FROM {t} WHERE game = 'mohaa' AND weapon = 'Thompson' GROUP BY player_guid ORDER BY k DESC LIMIT 100"),
        Question("one map", "map_days", "SELECT sum(kills), uniqExactMerge(players), uniqExactMerge(matches) FROM {t} WHERE game = 'mohaa' AND map_name = 'dm/mohdm6'"),
    ]  # fmt: skip


def main() -> None:
    """Make, copy, ask, print."""
    events = int(sys.argv[1]) if len(sys.argv) > 1 else 5_000_000
    with embedded() as engine:
        fill(engine, events)
        known = something_known(engine)
        print(f"\n{'question':44} {'table and key':32} {'rows read':>10} {'MB read':>8} {'ms':>6}")
        for question in questions(known):
            for table in [question.table, *(f"{question.table}_{key}" for key in OTHER_KEYS[question.table])]:
                rows, megabytes, ms = asked(engine, question.sql.replace("{t}", table))
                print(f"{question.name:44} {table:32} {rows:10,} {megabytes:8.2f} {ms:6.1f}", flush=True)


def fill(engine: Embedded, events: int) -> None:
    """The tables with their views, `events` events, and the copies under the other keys, all merged."""
    engine.run("CREATE DATABASE bench")
    engine.run("USE bench")
    for path in sorted(MIGRATIONS.glob("*.sql")):
        for statement in statements(path.read_text("utf-8")):
            engine.run(statement)
    began = time.perf_counter()
    began_s = int(time.time()) - DAYS * 86400
    for first in range(0, events, BATCH):
        select = made_rows(first, BATCH, began_s=began_s, days=DAYS, events=events, batch=f"b{first}")
        engine.run(f"INSERT INTO raw_events {select} SETTINGS max_partitions_per_insert_block = 0")
    print(f"{events:,} events with all views: {time.perf_counter() - began:.0f} s", flush=True)
    for table, keys in OTHER_KEYS.items():
        for name, key in keys.items():
            made = engine.run(f"SHOW CREATE TABLE {table} FORMAT TSVRaw")
            head, tail = made.split("ORDER BY ", 1)
            rest = tail.split("\n", 1)[1]
            copy = head.replace(f"bench.{table}", f"bench.{table}_{name}", 1) + f"ORDER BY {key}\n" + rest
            engine.run(copy)
            engine.run(f"INSERT INTO {table}_{name} SELECT * FROM {table}")
            engine.run(f"OPTIMIZE TABLE {table}_{name} FINAL")
        engine.run(f"OPTIMIZE TABLE {table} FINAL")
    for row in engine.run(
        "SELECT table, sum(rows), round(sum(bytes_on_disk) / 1e6, 1) FROM system.parts WHERE active AND database = 'bench' GROUP BY table ORDER BY table FORMAT TSV",
    ).splitlines():
        print("{:36} {:>12} rows {:>10} MB".format(*row.split("\t")))


def something_known(engine: Embedded) -> dict[str, str]:
    """A match in the middle, its server and times, and a player of it who played much."""
    line = engine.run(
        "SELECT toString(match_id), any(server_id), toString(min(first_event)), toString(max(last_event)), "
        "toString(toDate(min(first_event))) FROM match_summaries GROUP BY match_id "
        "ORDER BY abs(dateDiff('second', min(first_event), now() - INTERVAL 30 DAY)), match_id LIMIT 1 FORMAT TSVRaw",
    )
    match, server, begin, end, day = line.strip().split("\t")
    player = engine.run(
        "SELECT player_guid FROM match_players WHERE player_guid IN (SELECT arrayJoin(players) FROM match_summaries "
        f"WHERE match_id = '{match}') GROUP BY player_guid ORDER BY sum(events) DESC LIMIT 1 FORMAT TSVRaw",
    ).strip()
    return {"match": match, "server": server, "from": begin, "to": end, "day": day, "player": player}


def asked(engine: Embedded, sql: str) -> tuple[int, float, float]:
    """Rows read, megabytes read and the median of the milliseconds."""
    found: list[dict[str, Any]] = []
    for _ in range(REPEATS):
        text = engine.run(f"{sql} SETTINGS max_threads = 2, use_query_cache = 0 FORMAT JSONCompact")
        found.append(json.loads(text)["statistics"])
    ms = statistics.median(run["elapsed"] for run in found) * 1000
    return found[-1]["rows_read"], found[-1]["bytes_read"] / 1e6, ms


if __name__ == "__main__":
    main()
