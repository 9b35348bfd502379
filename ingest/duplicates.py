"""The duplicate check of R14: the same event in a later report within ten minutes is counted once.

An event is remembered as 64 bits of XXH3 over its bytes, seeded by its server, with the time its report
arrived. Ten minutes at 10,000 events/s are 6 million events: in sorted numpy arrays 96 MB, where a Python set
takes 500 MB. Two different events of one server share a hash with probability 3e-13 at that rate.

The window is a log of segments: each inserted segment leaves one file, and a restart reads the files of the
last ten minutes. What the check answers for a segment therefore depends only on the segments before it, which
makes a replayed segment the same batch again (design promise 2).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Hashes = npt.NDArray[np.uint64]
Times = npt.NDArray[np.int64]


class Generation(NamedTuple):
    """Events of one or more segments: hashes sorted, the receive time of each in Unix ms, and the newest time."""

    hashes: Hashes
    times_ms: Times
    newest_ms: int
    segments: int

    @classmethod
    def of(cls, hashes: Sequence[int], times_ms: Sequence[int]) -> Generation:
        """From unsorted lists of equal length."""
        keys = np.array(hashes, dtype=np.uint64)
        times = np.array(times_ms, dtype=np.int64)
        order = np.argsort(keys, kind="stable")
        return cls(keys[order], times[order], int(times.max(initial=0)), 1)

    def encode(self) -> bytes:
        """Bytes for the segment's file."""
        return self.hashes.tobytes() + self.times_ms.tobytes()

    @classmethod
    def decode(cls, data: bytes) -> Generation:
        """Back from `encode`."""
        half = len(data) // 2
        times = np.frombuffer(data[half:], dtype=np.int64)
        return cls(np.frombuffer(data[:half], dtype=np.uint64), times, int(times.max(initial=0)), 1)

    def merged(self, other: Generation) -> Generation:
        """Both as one; of a hash in both, each time stays."""
        keys = np.concatenate((self.hashes, other.hashes))
        times = np.concatenate((self.times_ms, other.times_ms))
        order = np.argsort(keys, kind="stable")
        newest_ms = max(self.newest_ms, other.newest_ms)
        return Generation(keys[order], times[order], newest_ms, self.segments + other.segments)


class DuplicateWindow:
    """Remembers the events of inserted segments and marks repetitions."""

    def __init__(self, window_ms: int, entries_max: int) -> None:
        self.window_ms, self._entries_max = window_ms, entries_max
        self._generations: list[Generation] = []

    def __len__(self) -> int:
        return sum(len(generation.hashes) for generation in self._generations)

    def seen(self, hashes: Sequence[int], times_ms: Sequence[int]) -> npt.NDArray[np.bool_]:
        """For each event, whether an equal one arrived in an earlier segment within the window before it.

        A clock that jumps back makes earlier events look later; they count as within the window.
        """
        unsorted = np.array(hashes, dtype=np.uint64)
        order = np.argsort(unsorted)  # neighbours are looked up in the same cache lines: a fifth of the time
        keys = unsorted[order]
        oldest = np.array(times_ms, dtype=np.int64)[order] - self.window_ms
        found = np.zeros(len(keys), dtype=np.bool_)
        for generation in self._generations:
            if len(generation.hashes):
                found |= _within(generation, keys, oldest)
        seen = np.empty_like(found)
        seen[order] = found
        return seen

    def add(self, generation: Generation) -> None:
        """Remember a segment, forget what has left the window before the newest event of this segment."""
        oldest_ms = generation.newest_ms - self.window_ms
        self._generations = [old for old in self._generations if old.newest_ms >= oldest_ms]
        if len(generation.hashes):
            self._generations.append(generation)
        self._merge()
        while len(self) > self._entries_max:
            self._generations.pop(0)

    def _merge(self) -> None:
        # As in a log-structured tree: equals merge, so that n segments are looked up in about log n arrays.
        # 64 segments at most, or a generation would hold events long past the window.
        generations = self._generations
        while len(generations) >= 2 and generations[-1].segments >= generations[-2].segments < 64:
            last = generations.pop()
            generations.append(generations.pop().merged(last))


def _within(generation: Generation, keys: Hashes, oldest_ms: Times) -> npt.NDArray[np.bool_]:
    """Whether `generation` holds each key with a time not before `oldest_ms`."""
    first = np.searchsorted(generation.hashes, keys)
    hit = np.flatnonzero(generation.hashes[np.minimum(first, len(generation.hashes) - 1)] == keys)
    within = np.zeros(len(keys), dtype=np.bool_)
    for i in hit:  # repetitions are rare: a loop over them costs nothing
        end = np.searchsorted(generation.hashes, keys[i], side="right")
        within[i] = bool(generation.times_ms[first[i] : end].max() >= oldest_ms[i])
    return within
