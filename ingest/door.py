"""The door: a report is checked, counted, made durable, and only then accepted.

Reports are held for up to `hold_s` when the spool is nearly full, then refused: never a late error, never
memory growth (design promise 4). Who is held: `ingest.room`; for how long: `ingest.patience`; a limit for each
server: `ingest.rates`.
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
from ingest.formats import InvalidBody, count_events
from ingest.patience import Patience
from ingest.pending import Pending
from ingest.rates import ServerRates
from ingest.room import Room
from ingest.segments import encode_record
from ingest.settings import IngestSettings
from ingest.spool import SegmentWriter, Spool, TooLate, owned, recover

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
        now_s: Callable[[], float] = time.monotonic,
    ) -> None:
        self._spool, self._pending, self._clock_s, self._now_s = spool, pending, clock_s, now_s
        self._room = Room(pending, settings)
        self._patience = Patience(settings.hold_s)
        self._rates = ServerRates(settings.server_events_per_s_max, time.monotonic)

    def is_short(self) -> bool:
        """Whether reports have to wait for room, so that it matters when they arrived."""
        return self._room.is_short()

    def turns_away(self, server_id: str, body: bytes, waited_s: float) -> bool:
        """Whether a report that nobody came to for so long is to be refused at a glance: it would be too late when its turn comes.

        To refuse it then would cost nearly what accepting costs, and all who come behind it would be late too. As with room, a
        server that has less than its share of what is pending is not meant.
        """
        if waited_s <= self._patience.glance_s or not self._pending.has_its_share(server_id):
            return False
        metrics.EVENTS_SHED.labels("late").inc(_events_if_any(body))
        return True

    async def accept(
        self, server_id: str, body: bytes, idempotency_key: str = "", arrived_s: float | None = None
    ) -> Accepted:
        """Accept one report of an authenticated server; returns when it is durable.

        `arrived_s`: when it came to this machine, by the door's clock; the hold counts from then. None: now.

        Raises InvalidBody (the body is no report), Overloaded (no room within `hold_s`, too late to be answered in time,
        or the server sends more than it may) and SpoolUnavailable (the disk refused); in each case nothing was accepted.
        A body without any event and without any text is accepted and not kept.
        """
        if arrived_s is None:
            arrived_s = self._now_s()
        outcome = "refused"
        try:
            accepted = await self._accept(server_id, body, idempotency_key, arrived_s)
            outcome = "accepted"
        finally:
            metrics.DOOR_SECONDS[outcome].observe(self._now_s() - arrived_s)
        return accepted

    async def _accept(self, server_id: str, body: bytes, idempotency_key: str, arrived_s: float) -> Accepted:
        events = count_events(body)
        if not events and not body.strip(b"\0 \t\r\n"):
            return Accepted(0, "")
        self._keep_to_rate(server_id, events)
        began_s = self._now_s()
        if not self._room.lets_in(server_id):
            until_s = self._patience.room_by_s(arrived_s, began_s)
            await self._room.wait(server_id, events, len(body), until_s)
            began_s = self._now_s()
        begin_by_s = self._patience.begin_by_s(arrived_s, began_s)
        if began_s > begin_by_s:
            raise _late(events)
        self._rates.count(server_id, events)
        received_ms = int(self._clock_s() * 1000)
        record = encode_record(server_id, received_ms, events, idempotency_key, body)
        self._room.enter(events, len(record))
        try:
            receipt = await self._spool.append(record, events, begin_by_s)
            self._pending.add(receipt.segment, server_id, events, len(record))
            now_s = self._now_s()
            self._patience.note(now_s - began_s, now_s)
        except TooLate:
            raise _late(events) from None
        except SpoolUnavailable:
            metrics.EVENTS_SHED.labels("spool_unavailable").inc(events)
            raise
        finally:
            self._room.entered(events, len(record))
        metrics.EVENTS_RECEIVED.inc(events)
        metrics.REPORTS_RECEIVED.inc()
        return Accepted(events, str(receipt))

    def pending_events(self) -> int:
        """Events accepted and, as far as this process has seen, not yet inserted."""
        return self._pending.events

    def ready(self) -> bool:
        """Whether a report would be accepted now."""
        return self._spool.failure is None and not self._room.is_short()

    def _keep_to_rate(self, server_id: str, events: int) -> None:
        wait_s = self._rates.wait_s(server_id)
        if wait_s:
            metrics.EVENTS_SHED.labels("rate_limited").inc(events)
            raise Overloaded(math.ceil(wait_s), "the server sends more events than it may")

    async def watch(self) -> None:
        """Keep the figures of what is pending fresh until cancelled."""
        while True:
            await asyncio.sleep(_LOOK_EVERY_S)
            self._spool.refuse_late()
            await self._pending.look()
            self._room.look_again()
            metrics.QUEUE_EVENTS.set(self._pending.events)
            metrics.SPOOL_BYTES.set(self._pending.size_bytes)


def _events_if_any(body: bytes) -> int:
    try:
        return count_events(body)
    except InvalidBody:
        return 0


def _late(events: int) -> Overloaded:
    metrics.EVENTS_SHED.labels("late").inc(events)
    return Overloaded(1, "the server is too busy to store it in time")


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
