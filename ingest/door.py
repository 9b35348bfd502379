"""The door: a report is checked, counted, made durable, and only then accepted.

Reports are held for up to `hold_s` when the spool is nearly full, then refused: never a late error, never
memory growth (design promise 4).
"""

from __future__ import annotations

import asyncio
import contextlib
import math
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Final, NamedTuple

from ingest import metrics
from ingest.disk import Disk, RealDisk
from ingest.errors import Overloaded, SpoolUnavailable
from ingest.formats import count_events
from ingest.pending import Pending
from ingest.segments import encode_record
from ingest.settings import IngestSettings
from ingest.spool import SegmentWriter, Spool, owned, recover

# Often enough that a hold of one second sees room when there is some; a listing of a short folder costs 20 us.
_LOOK_EVERY_S: Final = 0.1
# A restarted web role waits for its predecessor, or for a writer that is recovering the folder.
_OWN_WAIT_S: Final = 10.0


class Accepted(NamedTuple):
    """A durable report: how many events it holds, and the id under which its fate can be asked."""

    processed: int
    receipt: str


class Door:
    """Accepts reports into one spool folder. Made by `open_door`."""

    def __init__(
        self,
        spool: Spool,
        pending: Pending,
        settings: IngestSettings,
        clock_s: Callable[[], float] = time.time,
    ) -> None:
        self._spool, self._pending, self._settings, self._clock_s = spool, pending, settings, clock_s

    async def accept(self, server_id: str, body: bytes, idempotency_key: str = "") -> Accepted:
        """Accept one report of an authenticated server; returns when it is durable.

        Raises InvalidBody (the body is no report), Overloaded (no room within `hold_s`) and SpoolUnavailable
        (the disk refused); in each case nothing was accepted. A body without any event and without any
        text is accepted and not kept.
        """
        events = count_events(body)
        if not events and not body.strip(b"\0 \t\r\n"):
            return Accepted(0, "")
        if self._is_full():
            await self._wait_for_room(events)
        received_ms = int(self._clock_s() * 1000)
        record = encode_record(server_id, received_ms, events, idempotency_key, body)
        try:
            receipt = await self._spool.append(record, events)
        except SpoolUnavailable:
            metrics.EVENTS_SHED.labels("spool_unavailable").inc(events)
            raise
        self._pending.add(receipt.segment, events, len(record))
        metrics.EVENTS_RECEIVED.inc(events)
        metrics.REPORTS_RECEIVED.inc()
        return Accepted(events, str(receipt))

    def pending_events(self) -> int:
        """Events accepted and, as far as this process has seen, not yet inserted."""
        return self._pending.events

    def ready(self) -> bool:
        """Whether a report would be accepted now."""
        return self._spool.failure is None and not self._is_full()

    def _is_full(self) -> bool:
        settings, pending = self._settings, self._pending
        return (
            pending.events > settings.spool_events_max * settings.shed_above
            or pending.size_bytes > settings.spool_bytes_max * settings.shed_above
        )

    async def _wait_for_room(self, events: int) -> None:
        metrics.EVENTS_HELD.inc()
        deadline = time.monotonic() + self._settings.hold_s
        while self._is_full():
            if time.monotonic() >= deadline:
                metrics.EVENTS_SHED.labels("overloaded").inc(events)
                raise Overloaded(max(1, math.ceil(self._settings.linger_s)), "the spool is nearly full")
            await asyncio.sleep(_LOOK_EVERY_S / 2)

    async def watch(self) -> None:
        """Keep the figures of what is pending fresh until cancelled."""
        while True:
            await asyncio.sleep(_LOOK_EVERY_S)
            await self._pending.look()
            metrics.QUEUE_EVENTS.set(self._pending.events)
            metrics.SPOOL_BYTES.set(self._pending.size_bytes)


@contextlib.asynccontextmanager
async def open_door(settings: IngestSettings, folder: Path, disk: Disk | None = None) -> AsyncIterator[Door]:
    """Own the spool folder, seal what a killed predecessor left, and accept reports while inside.

    Leaving commits and seals everything. Raises SpoolInUse if another process keeps the folder.
    """
    disk = disk or RealDisk(durable=settings.durability == "fsync")
    with owned(folder, _OWN_WAIT_S):
        recover(disk, folder)
        writer = SegmentWriter(disk, folder, settings)
        pending = Pending(disk, folder, writer.identity.node)
        spool = Spool(writer, settings.unsynced_bytes_max)
        door = Door(spool, pending, settings)
        watching = asyncio.create_task(door.watch())
        try:
            yield door
        finally:
            watching.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await watching
            await spool.close()
