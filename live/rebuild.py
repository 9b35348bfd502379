"""Boards made again from raw events: after Redis was lost, for a match that has none yet, when batches were lost.

The columns `batch_id` of the rows say which chunks are in the board, so a batch that is applied after it counts
once. A board that another writer changed meanwhile is read again.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from clickhouse.client import ClickHouse
from live import metrics
from live.deltas import LIVE_TYPES, MATCHES_MAX, MatchDelta, ServerDelta, match_deltas, place_of
from live.settings import LiveSettings
from live.store import LiveStore
from schema.columns import INDEX, Row, neutral_row

MATCHES_AT_ONCE: Final = 50
"""Matches read by one query: bounds its rows."""

ROWS_MAX: Final = 300_000
"""Rows of one query; of a match that has more the oldest are missing."""

TRIES: Final = 3


class Rebuilder:
    """Makes boards from raw events."""

    def __init__(self, clickhouse: ClickHouse, store: LiveStore, settings: LiveSettings) -> None:
        self._clickhouse, self._store, self._settings = clickhouse, store, settings

    async def rebuild(self, matches: Mapping[str, str], now_ms: int) -> set[str]:
        """Make the boards of these matches (match id -> server id); those that could not be made for now.

        Raises ClickHouseError or RedisUnavailable: nothing is known of any then.
        """
        left = dict(matches)
        for _ in range(TRIES):
            ids = list(left)
            for start in range(0, len(ids), MATCHES_AT_ONCE):
                part = {match_id: left[match_id] for match_id in ids[start : start + MATCHES_AT_ONCE]}
                for match_id in await self._made(part, now_ms):
                    del left[match_id]
            if not left:
                break
        return set(left)

    async def recent(self, now_ms: int) -> dict[str, str]:
        """Matches of the last minutes, match id -> server id, as many as Redis is to hold at most."""
        rows = await self._clickhouse.rows(
            "live_matches_recent",
            {
                "since": _ago(now_ms, self._settings.silent_max_s),
                "oldest": _ago(now_ms, self._settings.silent_max_s + self._settings.history_s),
                "limit_rows": MATCHES_MAX,
            },
        )
        return {str(row["match_id"]): row["server_id"] for row in rows}

    async def recent_servers(self, now_ms: int) -> dict[str, ServerDelta]:
        """Signs of life of the last minutes."""
        rows = await self._clickhouse.rows(
            "live_servers_recent", {"since": _ago(now_ms, self._settings.silent_max_s)}
        )
        return {row["server_id"]: ServerDelta(row["last_ms"], bool(row["down"])) for row in rows}

    async def _made(self, matches: Mapping[str, str], now_ms: int) -> set[str]:
        """The matches that are done with: made, or without anything to show."""
        ids = list(matches)
        # Before the rows: whatever is applied to a board from here on changes its version.
        versions = dict(zip(ids, await self._store.versions(ids), strict=True))
        with metrics.REBUILD_SECONDS.time():
            deltas = await self._deltas(matches, now_ms)
        done = set(ids) - set(deltas)
        for match_id, delta in deltas.items():
            outcome = await self._store.put(delta, versions[match_id], now_ms)
            metrics.REBUILDS.labels("made" if outcome == "applied" else outcome).inc()
            if outcome != "overtaken":
                done.add(match_id)
        return done

    async def _deltas(self, matches: Mapping[str, str], now_ms: int) -> dict[str, MatchDelta]:
        found = await self._clickhouse.rows(
            "live_rows",
            {
                "server_ids": sorted(set(matches.values())),
                "match_ids": list(matches),
                "event_types": sorted(LIVE_TYPES),
                "oldest": _ago(now_ms, self._settings.rebuild_s),
                "limit_rows": ROWS_MAX,
            },
        )
        found.reverse()
        deltas = match_deltas(map(_row, found), feed_max=self._settings.feed_max)
        for row in found:
            _mark(deltas[str(row["match_id"])].marks, row["batch_id"])
        return deltas


def _mark(marks: dict[str, str], batch_id: str) -> None:
    stream, place = place_of(batch_id)
    if place > marks.get(stream, ""):
        marks[stream] = place


def _row(found: Mapping[str, Any]) -> Row:
    row = neutral_row()
    for name, value in found.items():
        row[INDEX[name]] = value
    return row


def _ago(now_ms: int, seconds: float) -> datetime:
    return datetime.fromtimestamp(now_ms / 1000, UTC) - timedelta(seconds=seconds)
