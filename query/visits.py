"""What follows from the order of a player's matches: his sessions of play, and his streaks.

Counted here and not in SQL: planning it took a third of the statement (docs/decisions/0011).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby, pairwise
from typing import Final, NamedTuple

SESSION_PAUSE_MS: Final = 30 * 60 * 1000
"""A longer pause between two matches ends a session."""


class Sessions(NamedTuple):
    """How many there were, and how long they took: all together, and the longest."""

    sessions: int
    sessions_ms: int
    longest_session_ms: int


def sessions(visits: Sequence[tuple[int, int]], pause_ms: int = SESSION_PAUSE_MS) -> Sessions:
    """The sessions of matches that a player was in from one time (Unix ms) to another, in their order."""
    if not visits:
        return Sessions(0, 0, 0)
    begins, ends = [visits[0][0]], []
    for (_, left), (came, _) in pairwise(visits):
        if came - left > pause_ms:
            ends.append(left)
            begins.append(came)
    ends.append(visits[-1][1])
    lengths = [end - begin for begin, end in zip(begins, ends, strict=True)]
    return Sessions(len(lengths), sum(lengths), max(lengths))


def longest_run(course: Iterable[int], of: int) -> int:
    """The most matches won (`of` 1) or lost (0) one after the other, of those that were decided."""
    return max((len(list(run)) for won, run in groupby(course) if won == of), default=0)


def running_streak(backwards: Iterable[tuple[int, int]]) -> int:
    """Kills since the last death, from matches (deaths, kills after the last of them), the newest first."""
    streak = 0
    for deaths, kills_after in backwards:
        streak += kills_after
        if deaths:
            break
    return streak
