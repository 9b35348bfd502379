"""An event loop whose time passes only when everybody waits: hours in milliseconds, the same way every time."""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Callable
from typing import Any


class Deadlock(AssertionError):
    """Every task waits for another one, and no timer is set."""


class _NoWaiting(selectors.SelectSelector):
    """Instead of waiting for a timer, sets the clock to it."""

    loop: VirtualLoop

    def select(self, timeout: float | None = None) -> list[Any]:
        if timeout is None:
            raise Deadlock("every task waits for another one")
        self.loop.now_s += max(0.0, timeout)
        return []


class VirtualLoop(asyncio.SelectorEventLoop):
    """One thread, no real waiting: work for an executor is done at once, in the caller's turn."""

    def __init__(self) -> None:
        selector = _NoWaiting()
        selector.loop = self
        self.now_s = 0.0
        super().__init__(selector)

    def time(self) -> float:
        """Seconds since the loop was made."""
        return self.now_s

    def call_soon_threadsafe(  # type: ignore[override]
        self, callback: Callable[..., Any], *args: Any, context: Any = None
    ) -> asyncio.Handle:
        """As call_soon: there are no other threads."""
        return self.call_soon(callback, *args, context=context)

    def run_in_executor(  # type: ignore[override]
        self, executor: Any, func: Callable[..., Any], *args: Any
    ) -> asyncio.Future[Any]:
        """The result, or what was raised."""
        done = self.create_future()
        try:
            done.set_result(func(*args))
        except BaseException as error:  # noqa: BLE001 - a crash travels the same way as an error
            done.set_exception(error)
        return done
