"""Keeping an embedded Postgres or Valkey alive while the supervisor runs."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Final, Protocol

import structlog

from cache.embedded import EmbeddedValkeyFailed
from postgres.errors import EmbeddedPostgresFailed
from statline.processes import BackOff

STORE_CHECK_S: Final = 1.0
STORE_MISSES_MAX: Final = 3
"""Failed checks in a row after which a store is started again: one may be a moment of load."""

START_FAILURES: Final = (EmbeddedPostgresFailed, EmbeddedValkeyFailed)

_log = structlog.get_logger("statline")


class EmbeddedServer(Protocol):
    """What the embedded Postgres and Valkey have in common; every method blocks."""

    def start(self) -> bool:
        """Start or adopt it; True if adopted."""

    def stop(self) -> None:
        """Stop it."""

    def is_running(self) -> bool:
        """Whether it answers."""

    def pid(self) -> int | None:
        """Its process, None when there is none or nobody can say."""


async def keep(name: str, server: EmbeddedServer) -> None:
    """Start the server again whenever it dies or hangs; runs until cancelled."""
    back_off = BackOff()
    started_at, misses = time.monotonic(), 0
    while True:
        await asyncio.sleep(STORE_CHECK_S)
        misses = 0 if await asyncio.to_thread(server.is_running) else misses + 1
        # Without a process there is nothing to wait for.
        is_dead = misses > 0 and await asyncio.to_thread(server.pid) is None
        if misses < STORE_MISSES_MAX and not is_dead:
            continue
        _log.error("a store died and is started again", store=name)
        await asyncio.sleep(back_off.wait_s(time.monotonic() - started_at))
        try:
            await to_its_end(server.start)
            started_at, misses = time.monotonic(), 0
        except START_FAILURES as error:
            _log.error("a store does not start", store=name, reason=str(error))


async def to_its_end(work: Callable[[], bool]) -> bool:
    """Run blocking work in a thread. A cancellation waits for it: what is half started cannot be stopped."""
    working = asyncio.ensure_future(asyncio.to_thread(work))
    try:
        return await asyncio.shield(working)
    except asyncio.CancelledError:
        await asyncio.wait([working])
        raise
