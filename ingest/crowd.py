"""Reports that were read and that the event loop has not come to yet: how long they will have to wait for it."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from typing import Final

# A few dozen reports: one bad moment counts little, a change is seen within milliseconds of full load.
_WEIGHT: Final = 0.05

CROWD_MIN: Final = 32
"""Fewer are no crowd: where a process was kept from running for a moment, the few who waited are served, not refused."""


class Crowd:
    """Used from one event loop: reports are reached in the order in which they joined."""

    def __init__(self, now_s: Callable[[], float] = time.monotonic) -> None:
        self._now_s = now_s
        self._waiting: deque[tuple[float, int]] = deque()
        self._each_s = 0.0

    def joined(self) -> None:
        """A report was read."""
        self._waiting.append((self._now_s(), len(self._waiting) + 1))

    def reached(self) -> None:
        """The loop came to the report that waited longest."""
        joined_s, place = self._waiting.popleft()
        self._each_s += _WEIGHT * ((self._now_s() - joined_s) / place - self._each_s)

    def is_one(self) -> bool:
        """Whether so many wait that who comes behind them has to ask whether it still makes sense."""
        return len(self._waiting) >= CROWD_MIN

    def expected_s(self) -> float:
        """How long a report that joins now will wait, as far as the last ones tell."""
        return len(self._waiting) * self._each_s
