"""Turns of the loop: what was read is begun in order, so many a turn, and answers that are ready go out in between.

Without a bound a turn in which a thousand reports were read begins all of them, and a report that is on disk meanwhile waits
behind them for its answer: a second and more on a machine that is short of time (docs/decisions/0015).
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from typing import Any, Final

BEGUN_A_TURN: Final = 64
"""A report costs a tenth of a millisecond, a large one some tenths."""


class Turns:
    """Used from one event loop."""

    def __init__(self) -> None:
        self._waiting: deque[tuple[Callable[..., None], tuple[Any, ...]]] = deque()
        self._left = BEGUN_A_TURN
        self._is_due = False

    def begin(self, beginning: Callable[..., None], *arguments: Any) -> None:
        """Call it in this turn of the loop, or in a later one if enough was begun in this."""
        if self._left and not self._waiting:
            self._left -= 1
            beginning(*arguments)
        else:
            self._waiting.append((beginning, arguments))
        self._come_again()

    def _come_again(self) -> None:
        if not self._is_due:
            self._is_due = True
            asyncio.get_running_loop().call_soon(self._next)

    def _next(self) -> None:
        self._is_due = False
        self._left = BEGUN_A_TURN
        while self._waiting and self._left:
            self._left -= 1
            beginning, arguments = self._waiting.popleft()
            beginning(*arguments)
        if self._waiting:
            self._come_again()
