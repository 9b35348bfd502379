"""Keeps the boards: takes the writer's stored batches and brings what they change into Redis.

The writer never waits and never fails for it: `offer` takes a batch that is safe in ClickHouse already, keeps only
what it changes, and returns. Redis slow: batches wait, a few. Redis away or the queue full: they are dropped and
counted, and the boards they concern are made again from raw events as soon as it answers.
"""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import time
from collections import deque
from collections.abc import AsyncIterator, Callable, Sequence
from typing import Final

import structlog

from cache.connection import connect
from cache.errors import RedisUnavailable
from cache.settings import RedisSettings
from cache.tasks import end_tasks
from clickhouse.client import ClickHouse
from clickhouse.errors import ClickHouseError
from live import metrics
from live.deltas import MATCHES_MAX, BatchDelta, batch_delta, live_rows, servers_heard
from live.rebuild import Rebuilder
from live.settings import LiveSettings
from live.store import LiveStore
from schema.columns import Row

QUEUE_BATCHES_MAX: Final = 8
"""Batches come about once a second: who is this far behind had better start afresh."""

AGAIN_S: Final = 1.0
"""Pause after a failure, and least pause between two rounds of making boards again."""

REBUILD_PAUSES: Final = 5
"""The pause after a round is so many times its length: a server that invents matches makes others wait, not work."""

PATIENCE_S: Final = 2.0
"""Longest time of one round trip, and of the last one at the end."""

_log = structlog.get_logger(__name__)


class BoardKeeper:
    """The boards of one writer's batches. `offer` and `run` belong to one event loop."""

    def __init__(
        self,
        store: LiveStore,
        rebuilder: Rebuilder,
        settings: LiveSettings,
        *,
        clock_s: Callable[[], float] = time.time,
    ) -> None:
        self._store, self._rebuilder, self._settings = store, rebuilder, settings
        self._clock_s = clock_s
        self._queue: deque[BatchDelta] = deque()
        self._arrived = asyncio.Event()
        self._stale: dict[str, str] = {}
        """Match id -> server id of the boards that are wrong or missing."""
        self._all_stale = True
        """Nothing is known of Redis yet, or too much was missed: every recent match is made again."""
        self._rebuild_at_s = 0.0

    def offer(self, token: str, rows: Sequence[Row]) -> None:
        """Take a chunk that is stored under `token`. Never waits, never raises."""
        started = time.perf_counter()
        try:
            relevant = live_rows(rows, self._settings.history_s * 1000)
            batch = batch_delta(token, relevant, servers_heard(rows), feed_max=self._settings.feed_max)
        except Exception:  # noqa: BLE001 - the writer's loop: live state may be wrong, ingest goes on
            metrics.BATCHES.labels("failed").inc()
            _log.exception("batch_not_understood", batch=token)
            return
        metrics.REDUCE_SECONDS.inc(time.perf_counter() - started)
        if len(self._queue) >= QUEUE_BATCHES_MAX:
            metrics.BATCHES.labels("dropped").inc()
            self._lost(batch)
            return
        metrics.BATCHES.labels("taken").inc()
        self._queue.append(batch)
        metrics.QUEUE.set(len(self._queue))
        self._arrived.set()

    async def run(self) -> None:
        """Bring changes into Redis until cancelled."""
        while True:
            try:
                await self._work()
            except (RedisUnavailable, ClickHouseError) as error:
                _log.warning("boards_behind", reason=str(error), boards=len(self._stale))
                await asyncio.sleep(AGAIN_S)
            except Exception:  # noqa: BLE001 - the worker loop
                _log.exception("boards_failed")
                await asyncio.sleep(AGAIN_S)

    async def settle(self) -> None:
        """Bring everything that waits into Redis, once. Raises RedisUnavailable or ClickHouseError."""
        if self._all_stale:
            await self._find_stale()
        await self._apply_all()
        if self._stale:
            await self._rebuild()

    async def _work(self) -> None:
        """One round: what waits, and when it is time for it, what is stale."""
        wait_s = None
        if self._stale or self._all_stale:
            wait_s = max(0.0, self._rebuild_at_s - time.monotonic())
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(wait_s):
                await self._arrived.wait()
        self._arrived.clear()
        await self._apply_all()
        if (self._stale or self._all_stale) and time.monotonic() >= self._rebuild_at_s:
            started = time.monotonic()
            await self.settle()
            pause_s = max(AGAIN_S, REBUILD_PAUSES * (time.monotonic() - started))
            self._rebuild_at_s = time.monotonic() + pause_s

    async def _apply_all(self) -> None:
        while self._queue:
            await self._apply(self._queue.popleft())
            metrics.QUEUE.set(len(self._queue))

    async def _apply(self, batch: BatchDelta) -> None:
        try:
            outcomes = await self._store.apply(batch, self._now_ms())
        except RedisUnavailable:
            metrics.CHANGES.labels("lost").inc(len(batch.matches))
            self._lost(batch)
            raise
        for match, outcome in outcomes:
            metrics.CHANGES.labels(outcome).inc()
            if outcome == "absent":
                self._note_stale(match.match_id, match.server_id)

    async def _find_stale(self) -> None:
        """After a start or a long absence: everything recent."""
        now_ms = self._now_ms()
        found = await self._rebuilder.recent(now_ms)
        await self._store.heard(await self._rebuilder.recent_servers(now_ms), now_ms)
        self._stale = dict(list(found.items())[:MATCHES_MAX])
        self._all_stale = False
        metrics.BEHIND.set(len(self._stale))

    async def _rebuild(self) -> None:
        wanted, self._stale = self._stale, {}
        try:
            left = await self._rebuilder.rebuild(wanted, self._now_ms())
        except (RedisUnavailable, ClickHouseError):
            metrics.REBUILDS.labels("failed").inc()
            self._stale = wanted | self._stale
            raise
        self._stale |= {match_id: wanted[match_id] for match_id in left}
        metrics.BEHIND.set(len(self._stale))

    def _lost(self, batch: BatchDelta) -> None:
        for match in batch.matches.values():
            self._note_stale(match.match_id, match.server_id)

    def _note_stale(self, match_id: str, server_id: str) -> None:
        if len(self._stale) >= MATCHES_MAX:
            self._all_stale = True
        else:
            self._stale[match_id] = server_id

    def _now_ms(self) -> int:
        return int(self._clock_s() * 1000)


@contextlib.asynccontextmanager
async def open_keeper(
    url: str, redis: RedisSettings, clickhouse: ClickHouse, settings: LiveSettings
) -> AsyncIterator[BoardKeeper]:
    """A keeper on the Redis at `url`, at work while inside."""
    # More patient than an answer: nobody waits for it, and a batch of a hundred matches is one round trip.
    patient = dataclasses.replace(redis, command_timeout_s=max(redis.command_timeout_s, PATIENCE_S))
    async with connect(url, patient) as connection:
        store = LiveStore(connection, settings)
        keeper = BoardKeeper(store, Rebuilder(clickhouse, store, settings), settings)
        working = asyncio.create_task(keeper.run())
        try:
            yield keeper
        finally:
            await end_tasks(working)
            with contextlib.suppress(RedisUnavailable, ClickHouseError, TimeoutError):
                async with asyncio.timeout(PATIENCE_S):
                    await keeper.settle()
