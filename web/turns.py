"""Turns of the loop: so much of what has arrived is begun in each, in order, and answers that are ready go out in between.

Without a bound a turn in which a thousand requests can be read reads and begins all of them, and a report that is on disk
meanwhile waits behind them for its answer: a second and more on a machine that is short of time (docs/decisions/0015).
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from typing import Final

BEGUN_A_TURN: Final = 64
"""A report costs a tenth of a millisecond, a large one some tenths."""

CROWD_MIN: Final = 32
"""Fewer that wait are no crowd: where a process was kept from running for a moment, they are served, not refused."""


class Turns:
    """Used from one event loop."""

    def __init__(self) -> None:
        self._waiting: deque[Callable[[], None]] = deque()
        self._left = BEGUN_A_TURN
        self._is_due = False

    def takes_one(self) -> bool:
        """Whether one more may begin in this turn; then it counts. Else `put_off` it."""
        if not self._left or self._waiting:
            return False
        self._left -= 1
        self._come_again()
        return True

    def put_off(self, beginning: Callable[[], None]) -> None:
        """Begin it in one of the next turns, behind those put off before."""
        self._waiting.append(beginning)
        self._come_again()

    def is_behind(self) -> bool:
        """Whether so many wait that who comes now has waited long enough to ask whether it still makes sense."""
        return len(self._waiting) >= CROWD_MIN

    def _come_again(self) -> None:
        if not self._is_due:
            self._is_due = True
            asyncio.get_running_loop().call_soon(self._next)

    def _next(self) -> None:
        self._is_due = False
        begun = min(BEGUN_A_TURN, len(self._waiting))
        self._left = BEGUN_A_TURN - begun
        for _ in range(begun):
            self._waiting.popleft()()
        if self._waiting:
            self._come_again()
