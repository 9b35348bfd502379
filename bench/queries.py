"""How long answers take and what they read, and how both grow: the same questions at 1, 5 and 20 million events.

Every GET of the API whose path can be filled in is asked with the cache emptied before each request (cold) and again
without (cached), one request at a time, as a visitor would. Rows and bytes are the engine's own counters around one cold
request. `raw` asks raw_events the same question without any view, on the same data in the same run.
"""

from __future__ import annotations

import contextlib
import http.client
import statistics
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote, urlsplit

import redis

from bench.load import begin_open_loop, body_files, finished, fresh_start
from bench.made_rows import made_rows
from bench.open_loop import Load
from bench.payload import FIRST_PLAYER, PLAYERS, SHAPES
from bench.server import Server
from cache.embedded import EmbeddedValkey
from clickhouse.engine import engine_url
from query.standings import FRESH_S, PAUSE_MAX_S, PLAYERS_MIN, RENEWED
from web.app import TABLES
from web.endpoints import Endpoint

LEVELS: Final = (1_000_000, 5_000_000, 20_000_000)
BATCH: Final = 50_000
DAYS: Final = 60
COLD: Final = 12
CACHED: Final = 60
LOAD_PER_S: Final = 5_000.0
SETTLED_MAX_S: Final = 1800.0
SETTLED: Final = (
    "SELECT uniqExact(match_id) = (SELECT uniqExact(match_id) FROM match_summaries) FROM settled_matches"
)
_NEWEST: Final = " UNION ALL ".join(
    [
        "SELECT min(newest) AS newest FROM (SELECT max(renewed_at) AS newest FROM standings WHERE game = 'mohaa' GROUP BY stat)",
        "SELECT max(renewed_at) FROM leaders WHERE game = 'mohaa'",
        *(
            f"SELECT max(renewed_at) FROM place_standings WHERE game = 'mohaa' AND kind = '{part.kind}'"
            for part in RENEWED
            if part.kind
        ),
    ]
)
STANDINGS_KEPT: Final = (
    f"SELECT (SELECT uniqExact(player_guid) FROM player_days WHERE game = 'mohaa') < {PLAYERS_MIN} "
    f"OR min(newest) > now() - {FRESH_S - PAUSE_MAX_S:.0f} FROM ({_NEWEST})"
)
"""Every part is so fresh that it stays so until the next renewal, however long the pause: a folder filled long ago has old ones."""
LEFT_OUT: Final = ("/health", "/ready", "/metrics", "/docs", "openapi", "/events", "/feed", "/live/")
"""Not answers: what machines ask, documents, streams that do not end."""

UNDER_LOAD_COLD: Final = 20
"""Requests of each answer, four a second at most: of fewer the p95 would be the slowest one."""

WITH_QUERY: Final = {
    "/api/v1/stats/leaderboard/contextual": "?dimension=map&value=dm/mohdm6",
    "/api/v1/stats/query": "?dimension=weapon&metric=kills",
}
"""What answers nothing without parameters."""

# The same questions of the raw table: what every answer would cost without views.
RAW: Final = {
    "leaderboard": "SELECT player_guid, countIf(kill_kind = 'kill') AS k FROM raw_events WHERE game = 'mohaa' GROUP BY 1 ORDER BY k DESC LIMIT 25",
    "player": "SELECT countIf(player_guid = '{guid}' AND kill_kind = 'kill'), countIf(target_guid = '{guid}' AND kill_kind != ''), countIf(player_guid = '{guid}' AND event_type = 'weapon_fire') FROM raw_events WHERE game = 'mohaa' AND (player_guid = '{guid}' OR target_guid = '{guid}')",
    "match": "SELECT player_guid, countIf(kill_kind = 'kill') FROM raw_events WHERE game = 'mohaa' AND match_id = '{id}' GROUP BY 1",
    "weapons": "SELECT weapon, countIf(kill_kind = 'kill') AS k FROM raw_events WHERE game = 'mohaa' GROUP BY 1 ORDER BY k DESC LIMIT 10",
    "maps": "SELECT map_name, uniqExact(match_id), countIf(kill_kind = 'kill') FROM raw_events WHERE game = 'mohaa' GROUP BY 1",
}  # fmt: skip


def run(events: Sequence[int] = LEVELS, data: Sequence[str] = ()) -> dict[str, Any]:
    """Fill and ask at each level; under load at the last one.

    `data`: a folder for each level that holds that many events already (`fill` made them), so that nothing is filled while
    nobody else may use the machine.
    """
    with tempfile.TemporaryDirectory(prefix="statline-bench-") as temporary:
        if not data:
            return _measured(
                [(level, Path(temporary) / "data") for level in events], Path(temporary), filling=True
            )
        return _measured(
            [(level, Path(one)) for level, one in zip(events, data, strict=True)], Path(temporary)
        )


def _measured(levels: Sequence[tuple[int, Path]], work: Path, *, filling: bool = False) -> dict[str, Any]:
    found: dict[str, Any] = {}
    under_load: dict[str, Any] = {}
    filled, most = 0, max(level for level, _ in levels)
    for level, folder in levels:
        server = Server(folder)
        try:
            server.whole()
            asked = Asker(server)
            if filling:
                filled = fill(asked, filled, level, most)
            settled(asked)
            merge_months_that_are_over(asked)
            known = something_known(asked)
            figures = {path: asked.measured(path) for path in paths(known)}
            raw = {name: asked.raw(sql.format(**known)) for name, sql in RAW.items()}
            found[str(level)] = {"endpoints": figures, "raw": raw, "summary": summary(figures)}
            _say(level, figures, raw)
            if level == most:
                under_load = _under_load(server, asked, work, paths(known))
        finally:
            server.stop()
    return {"levels": found, "under_load": under_load, "growth": growth(found)}


def settled(asked: Asker) -> None:
    """Wait until the worker has settled what was filled in, and where there are players enough made all standings: answers rest on both."""
    deadline = time.monotonic() + SETTLED_MAX_S
    while time.monotonic() < deadline:
        if all(int(asked.engine(f"{sql} FORMAT TSV")) for sql in (SETTLED, STANDINGS_KEPT)):
            return
        time.sleep(1.0)
    raise RuntimeError(f"matches are not settled or standings not renewed after {SETTLED_MAX_S:.0f} s")


def merge_months_that_are_over(asked: Asker) -> None:
    """What the engine does by itself a day after the last event of a month came (migration 0020): what is made here is of some minutes ago."""
    several = asked.engine(
        "SELECT table, partition_id FROM system.parts WHERE database = 'statline' AND active AND table IN "
        "(SELECT name FROM system.tables WHERE database = 'statline' AND engine_full LIKE '%min_age_to_force_merge%') "
        "AND partition_id != toString(toYYYYMM(now())) GROUP BY ALL HAVING count() > 1 ORDER BY ALL FORMAT TSV"
    )
    for line in several.splitlines():
        table, partition = line.split("\t")
        asked.engine(f"OPTIMIZE TABLE {table} PARTITION ID '{partition}' FINAL")


class Asker:
    """One visitor on one connection, the cache he may empty, and the engine's counters."""

    def __init__(self, server: Server, accept: str = "*/*") -> None:
        self._server = server
        self._headers = {"Accept": accept, "Accept-Encoding": "gzip"} if accept != "*/*" else {}
        self._web = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
        self._cache = redis.Redis.from_url(EmbeddedValkey(server.data_dir).url())
        parts = urlsplit(engine_url(server.data_dir) or "")
        self._engine = http.client.HTTPConnection("127.0.0.1", parts.port, timeout=600)
        self._login = {"X-ClickHouse-User": str(parts.username), "X-ClickHouse-Key": str(parts.password)}

    def engine(self, sql: str) -> str:
        """The engine's answer to a statement."""
        self._engine.request("POST", "/?database=statline", sql.encode(), self._login)
        answer = self._engine.getresponse()
        text = answer.read().decode()
        if answer.status != 200:
            raise RuntimeError(text[:300])
        return text

    def measured(self, path: str, cold: int = COLD, cached: int = CACHED) -> dict[str, float]:
        """Milliseconds cold and cached, rows and bytes read by one cold request."""
        cold_ms = []
        for _ in range(cold):
            self._cache.flushall()
            cold_ms.append(self._get(path))
        self._cache.flushall()
        before = self._read()
        self._get(path)
        rows, size = (after - earlier for after, earlier in zip(self._read(), before, strict=True))
        cached_ms = [self._get(path) for _ in range(cached)]
        return {
            "cold_p50_ms": statistics.median(cold_ms), "cold_p95_ms": _p95(cold_ms),
            "cached_p50_ms": statistics.median(cached_ms), "cached_p95_ms": _p95(cached_ms),
            "rows": rows, "mb": size / 1e6,
        }  # fmt: skip

    def raw(self, sql: str) -> dict[str, float]:
        """The same of a statement."""
        before = self._read()
        began = time.perf_counter()
        self.engine(f"{sql} FORMAT Null")
        took_ms = (time.perf_counter() - began) * 1000
        rows, size = (after - earlier for after, earlier in zip(self._read(), before, strict=True))
        return {"ms": took_ms, "rows": rows, "mb": size / 1e6}

    def _get(self, path: str) -> float:
        began = time.perf_counter()
        self._web.request("GET", path, headers=self._headers)
        answer = self._web.getresponse()
        body = answer.read()
        took_ms = (time.perf_counter() - began) * 1000
        if answer.status != 200:
            raise RuntimeError(f"{path}: {answer.status} {body[:200]!r}")
        return took_ms

    def _read(self) -> tuple[int, int]:
        text = self.engine(
            "SELECT sumIf(value, event = 'SelectedRows'), sumIf(value, event = 'SelectedBytes') FROM system.events FORMAT TSV"
        )
        rows, size = text.split()
        return int(rows), int(size)


def fill(asked: Asker, filled: int, level: int, events: int) -> int:
    """Insert events `filled` to `level` of `events`, every view fed, as blocks of 50,000."""
    began, began_s = time.perf_counter(), int(time.time()) - DAYS * 86400
    for first in range(filled, level, BATCH):
        select = made_rows(first, BATCH, began_s=began_s, days=DAYS, events=events, batch=f"b{first}")
        asked.engine(
            f"INSERT INTO raw_events {select} SETTINGS max_partitions_per_insert_block = 0, max_execution_time = 600"
        )
    print(f"  {level:,} events after {time.perf_counter() - began:.0f} s", flush=True)
    while int(asked.engine("SELECT count() FROM system.merges FORMAT TSV")):
        time.sleep(0.5)
    return level


def something_known(asked: Asker) -> dict[str, str]:
    """What fills the paths: a busy player, an opponent, a match in the middle, a server, map and weapon.

    Not one whom the load is about, of whom a kept data folder may hold matches without end.
    """
    guid, other = asked.engine(
        "SELECT player_guid FROM player_days WHERE game = 'mohaa' "
        f"AND NOT toUInt32OrZero(player_guid) BETWEEN {FIRST_PLAYER} AND {FIRST_PLAYER + PLAYERS - 1} "
        "GROUP BY 1 ORDER BY sum(kills) DESC LIMIT 2 FORMAT TSVRaw"
    ).split()
    match, server = asked.engine(
        "SELECT toString(match_id), any(server_id) FROM match_summaries WHERE game = 'mohaa' GROUP BY match_id "
        "ORDER BY abs(dateDiff('second', min(first_event), now() - INTERVAL 58 DAY)), match_id LIMIT 1 FORMAT TSVRaw"
    ).split()
    return {
        "guid": guid, "other": other, "opponent": other, "id": match, "match_id": match, "server": server, "server_id": server,
        "map": "dm/mohdm6", "mapId": "dm/mohdm6", "weapon": "Thompson", "gametype": "ffa", "stat": "kills", "name": "Player3",
        "dimension": "weapon", "value": "Thompson", "type": "kills", "metric": "clutch",
    }  # fmt: skip


def paths(known: Mapping[str, str]) -> list[str]:
    """Every answer of the API that these values fill in; servers are not registered here, so their pages are left out."""
    return [path for table in TABLES for endpoint in table for path in _filled(endpoint, known)]


def _filled(endpoint: Endpoint, known: Mapping[str, str]) -> Iterator[str]:
    if endpoint.method != "GET" or not endpoint.cache or not endpoint.documented:
        return
    for path in endpoint.paths:
        if any(left_out in path for left_out in LEFT_OUT) or "/servers/{" in path or "/server/{" in path:
            continue
        with contextlib.suppress(KeyError):
            yield _with_values(path, known) + WITH_QUERY.get(path, "")


def _with_values(path: str, known: Mapping[str, str]) -> str:
    parts = []
    for part in path.split("/"):
        if part.startswith("{"):
            parts.append(quote(known[part.strip("{}").partition(":")[0]], safe=""))
        else:
            parts.append(part)
    return "/".join(parts)


def summary(figures: Mapping[str, Mapping[str, float]]) -> dict[str, Any]:
    """The slowest answers, and how many are above the target of 100 ms cold and 5 ms cached."""
    by_cold = sorted(figures, key=lambda path: -figures[path]["cold_p95_ms"])
    return {
        "answers": len(figures),
        "cold_p95_above_100_ms": [path for path in by_cold if figures[path]["cold_p95_ms"] > 100],
        "cached_p95_above_5_ms": [path for path in figures if figures[path]["cached_p95_ms"] > 5],
        "slowest": {path: round(figures[path]["cold_p95_ms"], 1) for path in by_cold[:10]},
    }


def growth(levels: Mapping[str, Any]) -> dict[str, list[float]]:
    """Rows read by each answer at each level. Who is busiest differs between them, so answers are matched by their order."""
    read = [[one["rows"] for one in level["endpoints"].values()] for level in levels.values()]
    last = list(levels.values())[-1]["endpoints"]
    return dict(zip(last, (list(rows) for rows in zip(*read, strict=True)), strict=True))


def _under_load(server: Server, asked: Asker, folder: Path, asked_paths: Sequence[str]) -> dict[str, Any]:
    """The cold p95 while 5,000 events a second arrive, in arrays as the scripts send and one by one, against the same without."""
    chosen = [path for path in asked_paths if path.rpartition("/")[2] != "heatmap"][::4]
    without = {path: asked.measured(path, cold=UNDER_LOAD_COLD, cached=2)["cold_p95_ms"] for path in chosen}
    # A data folder may have been measured before, and names of servers are taken once.
    token, bodies = server.token(f"bench {time.time():.0f}"), body_files(folder)
    found: dict[str, Any] = {"events_per_s": LOAD_PER_S, "answers": len(chosen)}
    for shape in ("array20", "single"):
        load = Load(url=server.url, token=token, bodies=str(bodies[shape]), rate_per_s=LOAD_PER_S / SHAPES[shape][2],
                    seconds=len(chosen) * UNDER_LOAD_COLD / 4, start=fresh_start())  # fmt: skip
        sending = begin_open_loop(load)
        time.sleep(3.0)
        during = {
            path: asked.measured(path, cold=UNDER_LOAD_COLD, cached=2)["cold_p95_ms"] for path in chosen
        }
        finished(sending)
        ratios = [during[path] / without[path] for path in chosen]
        found[shape] = {
            "median_ratio": statistics.median(ratios),
            "largest_ratio": max(ratios),
            "cold_p95_ms": {path: [round(without[path], 1), round(during[path], 1)] for path in chosen},
        }
    return found


def _p95(values: Sequence[float]) -> float:
    return sorted(values)[max(0, round(len(values) * 0.95) - 1)]


def _say(
    level: int, figures: Mapping[str, Mapping[str, float]], raw: Mapping[str, Mapping[str, float]]
) -> None:
    print(f"  {'answer':76} {'cold p50':>9} {'p95':>7} {'cached p95':>10} {'rows':>11} {'MB':>7}", flush=True)
    for path, one in figures.items():
        print(f"  {path[:76]:76} {one['cold_p50_ms']:9.1f} {one['cold_p95_ms']:7.1f} {one['cached_p95_ms']:10.2f} "
              f"{one['rows']:11,.0f} {one['mb']:7.2f}")  # fmt: skip
    for name, one in raw.items():
        print(
            f"  {'raw_events: ' + name:76} {one['ms']:9.1f} {'':7} {'':10} {one['rows']:11,.0f} {one['mb']:7.2f}"
        )
    print(f"  {level:,} events: {len(figures)} answers", flush=True)
