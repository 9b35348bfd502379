"""Room in the spool: who may come in when it is nearly full, and how long the others are held.

Below `shed_above` of the spool's bounds everybody may. Above it a server that holds its equal share of the pending
events or more is held and then refused; who holds less comes in up to the bounds themselves, so that one noisy
server does not starve the others. A single server is its own share: it is refused above `shed_above`.
"""

from __future__ import annotations

import asyncio
import math
from collections import deque
from typing import NamedTuple

from ingest import metrics
from ingest.errors import Overloaded
from ingest.pending import Pending
from ingest.settings import IngestSettings


class _Held(NamedTuple):
    server_id: str
    events: int
    size_bytes: int
    comes_in: asyncio.Future[None]


class Room:
    """Used from one event loop, by the door."""

    def __init__(self, pending: Pending, settings: IngestSettings) -> None:
        self._pending, self._settings = pending, settings
        # Reports on their way to the disk: without them all that were held would rush in at once.
        self._entering_events = self._entering_bytes = 0
        self._held: deque[_Held] = deque()

    def is_short(self) -> bool:
        """Whether somebody would be held now."""
        return self._is_above(self._settings.shed_above)

    def lets_in(self, server_id: str) -> bool:
        """Whether a report of the server may come in now."""
        if not self._is_above(self._settings.shed_above):
            return True
        return not self._is_above(1.0) and not self._pending.has_its_share(server_id)

    async def wait(self, server_id: str, events: int, size_bytes: int, until_s: float) -> None:
        """Return once the server may come in. Raises Overloaded when that is not before `until_s` (the loop's clock)."""
        metrics.EVENTS_HELD.inc()
        loop = asyncio.get_running_loop()
        held = _Held(server_id, events, size_bytes, loop.create_future())
        self._held.append(held)
        try:
            async with asyncio.timeout_at(until_s):
                await held.comes_in
        except TimeoutError:
            raise self.refusal(events) from None
        finally:
            if not held.comes_in.cancelled():
                self.entered(events, size_bytes)  # the caller enters now, or does not
        if loop.time() > until_s:  # room and the end of the hold came in the same turn of a busy loop
            raise self.refusal(events)

    def refusal(self, events: int) -> Overloaded:
        """What a report of so many events hears that found no room in time."""
        metrics.EVENTS_SHED.labels("overloaded").inc(events)
        return Overloaded(max(1, math.ceil(self._settings.linger_s)), "the spool is nearly full")

    def enter(self, events: int, size_bytes: int) -> None:
        """A report goes to the disk; it is `entered` whatever comes of it."""
        self._entering_events += events
        self._entering_bytes += size_bytes

    def entered(self, events: int, size_bytes: int) -> None:
        """A report is on disk and counted as pending, or refused."""
        self._entering_events -= events
        self._entering_bytes -= size_bytes

    def look_again(self) -> None:
        """Something was stored meanwhile: those held come in, first come first, as far as there is room."""
        # Only they are woken: thousands may be held, of whom few may come in, and this is done ten times a second.
        held, self._held = self._held, deque()
        for one in held:
            if one.comes_in.done():
                continue
            if self.lets_in(one.server_id):
                self.enter(one.events, one.size_bytes)
                one.comes_in.set_result(None)
            else:
                self._held.append(one)

    def _is_above(self, share: float) -> bool:
        settings, pending = self._settings, self._pending
        return (
            pending.events + self._entering_events > settings.spool_events_max * share
            or pending.size_bytes + self._entering_bytes > settings.spool_bytes_max * share
        )
