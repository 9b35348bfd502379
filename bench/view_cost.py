"""What the materialized views cost: CPU of an insert without views, with five, with all.

    python -m bench.view_cost [rows per insert, default 20000] [inserts, default 15]

The same batches go in turn into databases that differ only in their views, merges stopped, one thread; the smallest of
the times is printed, since the machine's noise only adds. Figures of a run: docs/decisions/0003-sort-keys.md.
"""

from __future__ import annotations

import resource
import sys
import time

from bench.embedded import Embedded, embedded
from bench.made_rows import made_rows
from clickhouse.client import EXACTLY_ONCE
from clickhouse.migrate import MIGRATIONS, statements

FIVE = ("match_players", "player_days", "weapon_player_days", "map_days", "heatmap_cells")
SETS: dict[str, tuple[str, ...] | None] = {
    "no views": (),
    "match_players": ("match_players",),
    "match_players, player_days": ("match_players", "player_days"),
    "five: " + ", ".join(FIVE): FIVE,
    "all": None,
}
BATCHES = 5


def main() -> None:
    """Make the databases, insert in turn, print."""
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 20_000
    inserts = int(sys.argv[2]) if len(sys.argv) > 2 else 15
    with embedded() as engine:
        prepare(engine, rows)
        times: dict[str, list[float]] = {name: [] for name in SETS}
        for n in range(inserts + 2):
            for place, name in enumerate(SETS):
                times[name].append(insert(engine, place, n))
    print(f"{rows:,} rows per insert, {inserts} inserts")
    for name, spent_s in times.items():
        best_s = min(spent_s[2:])
        print(f"{name:80} {best_s * 1e3:7.1f} ms  {best_s / rows * 1e6:8.2f} us/row")


def prepare(engine: Embedded, rows: int) -> None:
    """A database for each set of views, and the batches in memory."""
    engine.run("CREATE DATABASE batches")
    began_s = int(time.time()) - 86400
    for n in range(BATCHES):
        made = made_rows(n * rows, rows, began_s=began_s, days=1, events=BATCHES * rows, batch="b")
        engine.run(f"CREATE TABLE batches.batch{n} ENGINE = Memory AS {made}")
    for place, wanted in enumerate(SETS.values()):
        engine.run(f"CREATE DATABASE views{place}")
        engine.run(f"USE views{place}")
        for path in sorted(MIGRATIONS.glob("*.sql")):
            for statement in statements(path.read_text("utf-8")):
                if wanted is None or not feeds_others(statement, wanted):
                    engine.run(statement)
    engine.run("SYSTEM STOP MERGES")


def feeds_others(statement: str, wanted: tuple[str, ...]) -> bool:
    """Whether it makes a view whose table is not among the wanted ones."""
    _, view, rest = statement.partition("CREATE MATERIALIZED VIEW ")
    return bool(view) and rest.split(" TO ")[1].split()[0] not in wanted


def insert(engine: Embedded, place: int, n: int) -> float:
    """CPU seconds of one insert."""
    settings = ", ".join(f"{name} = {value!r}" for name, value in EXACTLY_ONCE.items())
    before_s = cpu_s()
    engine.run(
        f"INSERT INTO views{place}.raw_events SETTINGS {settings}, insert_deduplication_token = 't{n}', max_threads = 1, "
        f"max_block_size = 1048449 SELECT * FROM batches.batch{n % BATCHES}"
    )
    return cpu_s() - before_s


def cpu_s() -> float:
    """CPU time of this process, the engine's threads included."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    main()
