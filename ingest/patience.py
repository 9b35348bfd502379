"""How long a report may wait, so that whoever is accepted hears of it within the hold and a tenth of a second.

What comes after the waiting is in nobody's hands: the commit, and the event loop's way back to the answer. Both take about
what they took lately, so a report must be on its way to the disk that much earlier; else it is refused.
"""

from __future__ import annotations

from typing import Final

ANSWER_WITHIN_S: Final = 0.1
"""What the promise adds to the hold."""
# Where the hold is shorter than this a busy disk may still take this long.
_WAIT_MIN_S: Final = 0.5
# For what nobody measures, and the one answer that takes longer than all of late: at twice the load that can be stored the longest
# of a minute took 1.25 s with 0.03 to spare, 1.17 with 0.15, where the hold and the tenth are 1.1 (docs/benchmarks.md).
_SPARE_S: Final = 0.3
# Long enough to have seen a few commits and a full turn of a busy loop, short enough to forget one bad moment.
_SPAN_S: Final = 1.0


class Patience:
    """Used from one event loop, by the door. Times are those of one monotonic clock."""

    def __init__(self, hold_s: float) -> None:
        self._hold_s = hold_s
        self._within_s = max(hold_s, _WAIT_MIN_S) + ANSWER_WITHIN_S
        self.glance_s = self._within_s / 2
        """A report that has waited longer before anybody looked at it leaves no time for its answer."""
        self._span = 0
        self._longest_s = self._longest_before_s = 0.0

    def room_by_s(self, arrived_s: float, now_s: float) -> float:
        """Until when a report may be held for room."""
        return min(arrived_s + self._hold_s, self.begin_by_s(arrived_s, now_s))

    def begin_by_s(self, arrived_s: float, now_s: float) -> float:
        """When its commit must have begun.

        At least half of the time is always there: on a disk that is slow for long, waiting for it would never end well.
        """
        self._turn_to(now_s)
        expected_s = max(self._longest_s, self._longest_before_s)
        return arrived_s + self._within_s - min(expected_s + _SPARE_S, self.glance_s)

    def note(self, answer_s: float, now_s: float) -> None:
        """A report had its answer so long after it was handed to the disk."""
        self._turn_to(now_s)
        self._longest_s = max(self._longest_s, answer_s)

    def _turn_to(self, now_s: float) -> None:
        span = int(now_s / _SPAN_S)
        if span != self._span:
            self._longest_before_s = self._longest_s if span == self._span + 1 else 0.0
            self._span, self._longest_s = span, 0.0
