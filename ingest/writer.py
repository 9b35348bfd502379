"""The writer role: sealed segments in, rows in ClickHouse out, one segment after another.

While one segment is being inserted the next is decoded and encoded (measured: 1.2 x the throughput). A crash at any point
leads back here: recovery at start is this same loop, fed with the segment that the checkpoint names.
"""

from __future__ import annotations

import asyncio
import contextlib
import functools
import gc
import time
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final, ParamSpec, TypeVar

import structlog

from clickhouse.client import ClickHouse
from clickhouse.errors import ClickHouseError
from ingest import metrics
from ingest.backlog import Backlog, Segment
from ingest.batches import Assembler, Batch, decode_segment
from ingest.checkpoint import WriterState
from ingest.decode import Decoder
from ingest.disk import Disk, RealDisk
from ingest.duplicates import DuplicateWindow
from ingest.inserts import Inserter
from ingest.outcomes import Outcome, outcome_of
from ingest.pause import WriterPause
from ingest.quarantine import Quarantine
from ingest.receipts import ReceiptLog
from ingest.settings import IngestSettings
from ingest.spool import owned
from schema.columns import INDEX, Row

_EVENT_ID: Final = INDEX["event_id"]
_ORPHANS_EVERY_S: Final = 10.0
_COLLECT_EVERY_S: Final = 30.0

_log = structlog.get_logger(__name__)
Stored = Callable[[str, Sequence[Row]], None]
"""Told of each chunk once it is in ClickHouse: its token and its rows. Returns at once and raises nothing."""

_T = TypeVar("_T")
_P = ParamSpec("_P")


class Writer:
    """Stores the segments of all spool folders of a node. Made by `run_writer`; owns the writer folder.

    Time, waiting and threads are the event loop's, so that a simulation brings its own (tests/ingest/simulation.py).
    """

    look_every_s: float = 0.02
    """A sealed segment waits this long at most before it is seen; a listing costs 20 us."""

    def __init__(
        self,
        settings: IngestSettings,
        clickhouse: ClickHouse,
        data_dir: Path,
        disk: Disk,
        stored: Stored | None = None,
    ) -> None:
        self._clickhouse = clickhouse
        self._stored = stored
        self._backlog = Backlog(disk, data_dir / "spool")
        self._quarantine = Quarantine(disk, data_dir / "quarantine", settings.quarantine_bytes_max)
        self._receipts = ReceiptLog(
            disk, data_dir / "writer" / "receipts", settings.receipts_keep_s, settings.receipts_bytes_max
        )
        self._pause = WriterPause(data_dir / "writer")
        self._inserter = Inserter(clickhouse, disk, data_dir / "writer" / "halved")
        self._window = DuplicateWindow(settings.duplicate_window_s * 1000, settings.duplicate_entries_max)
        self._state = WriterState(disk, data_dir / "writer", self._window)
        self._decoder = Decoder()
        self._assembler = Assembler(self._window, self._state.load())
        # One thread: decoding and assembling keep their order, and the event loop stays free for the insert.
        self._worker = ThreadPoolExecutor(1, thread_name_prefix="decode")
        self._taken: set[str] = set()
        self._orphans_at_s = float("-inf")

    async def run(self, stop: asyncio.Event, drain_s: float) -> None:
        """Store segments until `stop` is set, then what is left for at most `drain_s` seconds."""
        storing = asyncio.create_task(self._store_all(stop))
        stopped = asyncio.create_task(stop.wait())
        try:
            await asyncio.wait({storing, stopped}, return_when=asyncio.FIRST_COMPLETED)
            if not storing.done():
                await asyncio.wait({storing}, timeout=drain_s)
        finally:
            stopped.cancel()
            storing.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await storing
        self._worker.shutdown()
        self._pause.close()

    async def _store_all(self, stop: asyncio.Event) -> None:
        """The pipeline: decode and encode a segment, wait for the one before it, insert."""
        storing: asyncio.Task[None] | None = None
        before: Batch | None = None
        try:
            while True:
                segment = await self._next_segment(stop, wait=storing is None)
                batch = await self._assembled(segment, before, storing) if segment else None
                if storing is not None and before is not None:
                    await storing
                    self._confirm(before, segment)
                elif segment is not None:
                    self._state.announce(segment)
                storing, before = None, batch
                if batch is not None:
                    storing = asyncio.create_task(self._store(batch))
                elif segment is None and stop.is_set():
                    return
        finally:
            if storing is not None:
                storing.cancel()

    async def _next_segment(self, stop: asyncio.Event, *, wait: bool) -> Segment | None:
        """The next segment that waits. Without any: None at once, or with `wait` when `stop` is set."""
        while True:
            if self._pause.may_work() and (segment := self._choose()):
                self._taken.add(segment.token)
                return segment
            if not wait or stop.is_set():
                return None
            self._pause.rest()
            await asyncio.sleep(self.look_every_s)

    def _choose(self) -> Segment | None:
        """The segment whose insert may have begun before a crash, else the first in the listing."""
        now_s = asyncio.get_running_loop().time()
        if now_s >= self._orphans_at_s:
            self._orphans_at_s = now_s + _ORPHANS_EVERY_S
            self._backlog.recover_orphans()
        waiting = [segment for segment in self._backlog.waiting() if segment.token not in self._taken]
        for segment in waiting:
            if segment.token == self._state.next:
                return segment
        for segment in waiting:
            if not self._state.is_applied(segment):
                return segment
            self._backlog.remove(segment)  # stored before a crash that came between checkpoint and deletion
        return None

    async def _assembled(
        self, segment: Segment, before: Batch | None, storing: asyncio.Task[None] | None
    ) -> Batch:
        with _stage("read"):
            data = await self._in_thread(self._backlog.read, segment)
        with _stage("decode"):
            decoded = await self._in_thread(decode_segment, segment, data, self._decoder)
        event_ids = decoded.event_ids()
        if before is not None and storing is not None and _share_event_ids(event_ids, before):
            # Not in ClickHouse yet, and perhaps past the duplicate window: only the answer after it counts.
            await asyncio.wait({storing})
        known_ids = await self._known_ids(event_ids, segment.token)
        with _stage("assemble"):
            batch = await self._in_thread(self._assembler.assemble, decoded, known_ids)
        if batch.chunks:  # of several only the first, so that two blocks at most are in memory
            with _stage("encode"):
                await self._in_thread(self._inserter.encode, batch.chunks[0])
        return batch

    async def _known_ids(self, event_ids: Mapping[str, list[str]], segment: str) -> dict[str, set[str]]:
        """Which event ids of the segment, by server, are stored from earlier ones. Waits while ClickHouse is away."""
        known: dict[str, set[str]] = {}
        for server_id, ids in event_ids.items():
            for start in range(0, len(ids), 20_000):
                part = ids[start : start + 20_000]
                known.setdefault(server_id, set()).update(await self._ask_known(server_id, part, segment))
        return known

    async def _ask_known(self, server_id: str, event_ids: list[str], segment: str) -> list[str]:
        parameters = {"server_id": server_id, "event_ids": event_ids, "segment": segment}
        while True:
            try:
                return [row["event_id"] for row in await self._clickhouse.rows("event_ids_known", parameters)]
            except ClickHouseError as error:
                _log.warning("event_ids_not_checked", code=error.code, error=str(error))
                await asyncio.sleep(1.0)

    async def _store(self, batch: Batch) -> None:
        with _stage("insert"):
            for chunk in batch.chunks:
                refused = await self._inserter.store(chunk)
                batch.refused.extend(refused)

    def _confirm(self, batch: Batch, upcoming: Segment | None) -> None:
        """Everything of the segment is stored: keep what was refused and what became of each report, move the
        checkpoint, delete the segment.
        """
        with _stage("settle"):
            outcome = outcome_of(batch)
            if outcome.refused:
                self._quarantine.keep(batch.segment.token, outcome.refused)
            self._receipts.keep(batch.segment.token, outcome.fates, outcome.reasons)
            counted = outcome.counted
            self._state.advance(batch.segment, batch.generation, batch.context_after, upcoming, counted)
        self._backlog.remove(batch.segment)
        self._taken.discard(batch.segment.token)
        for chunk in batch.chunks:
            self._inserter.forget(chunk)
            if self._stored is not None:
                self._stored(chunk.token, chunk.rows)
        _count(batch, outcome)
        metrics.DUPLICATE_WINDOW_EVENTS.set(len(self._window))

    async def _in_thread(self, function: Callable[_P, _T], *arguments: _P.args, **named: _P.kwargs) -> _T:
        call = functools.partial(function, *arguments, **named)
        return await asyncio.get_running_loop().run_in_executor(self._worker, call)


def _share_event_ids(event_ids: Mapping[str, list[str]], before: Batch) -> bool:
    """Whether an event id of a segment is also in the batch before it, of whatever server."""
    wanted = {event_id for ids in event_ids.values() for event_id in ids}
    return bool(wanted) and any(row[_EVENT_ID] in wanted for chunk in before.chunks for row in chunk.rows)


@contextlib.contextmanager
def _stage(name: str) -> Iterator[None]:
    started = time.perf_counter()
    try:
        yield
    finally:
        metrics.STAGE_SECONDS.labels(name).inc(time.perf_counter() - started)


def _count(batch: Batch, outcome: Outcome) -> None:
    counted = outcome.counted
    for event_type, count in outcome.event_types.items():
        metrics.EVENTS_INSERTED.labels(metrics.event_type_label(event_type)).inc(count)
    metrics.EVENTS_DUPLICATE.inc(counted.duplicate)
    metrics.EVENTS_QUARANTINED.inc(counted.quarantined)
    for item in outcome.refused:
        metrics.EVENTS_REFUSED.labels(item.reason).inc()
    if counted.missing:
        _log.error("events_unaccounted", segment=batch.segment.token, missing=counted.missing)
    _log.debug(
        "segment_stored",
        segment=batch.segment.token,
        rows=counted.inserted,
        duplicates=counted.duplicate,
        refused=len(outcome.refused),
    )


async def run_writer(
    settings: IngestSettings,
    clickhouse: ClickHouse,
    data_dir: Path,
    stop: asyncio.Event,
    stored: Stored | None = None,
) -> None:
    """Be the writer of a node until `stop` is set: owns `<data>/writer`, reads `<data>/spool/*`.

    Raises SpoolInUse when another writer runs on the same folder.
    """
    disk = RealDisk()
    with owned(data_dir / "writer", wait_s=10.0):
        writer = Writer(settings, clickhouse, data_dir, disk, stored)
        async with _rare_collections():
            await writer.run(stop, settings.drain_s)


@contextlib.asynccontextmanager
async def _rare_collections() -> AsyncIterator[None]:
    """Look for reference cycles every half minute instead of every few thousand objects.

    A row is a container, and each look at one costs 2 us; left to itself the collector looks at every row three times, a sixth of
    the writer's time. An insert's block leaves no cycle (tests/clickhouse/test_native.py); failures leave small ones.
    """
    gc.disable()
    collecting = asyncio.create_task(_collect_now_and_then())
    try:
        yield
    finally:
        collecting.cancel()
        gc.enable()


async def _collect_now_and_then() -> None:
    while True:
        await asyncio.sleep(_COLLECT_EVERY_S)
        gc.collect()
