"""The duplicate window finds repetitions within its time, keeps what a restart needs, and stays bounded."""

from __future__ import annotations

import random

from ingest.duplicates import DuplicateWindow, Generation

MINUTE = 60_000


def window(entries_max: int = 1_000_000) -> DuplicateWindow:
    return DuplicateWindow(10 * MINUTE, entries_max)


def test_an_event_seen_within_ten_minutes_is_known_and_later_it_is_not() -> None:
    seen = window()
    seen.add(Generation.of([5, 9], [0, MINUTE]))
    assert seen.seen([5, 9, 7], [10 * MINUTE] * 3).tolist() == [True, True, False]
    assert seen.seen([5, 9], [10 * MINUTE + 1] * 2).tolist() == [False, True]


def test_the_edges_of_the_hash_range_are_found() -> None:
    seen = window()
    seen.add(Generation.of([0, 2**64 - 1], [1, 1]))
    assert seen.seen([0, 1, 2**64 - 1], [2, 2, 2]).tolist() == [True, False, True]


def test_a_clock_that_jumps_back_does_not_forget() -> None:
    seen = window()
    seen.add(Generation.of([5], [100 * MINUTE]))
    seen.add(Generation.of([6], [40 * MINUTE]))
    assert seen.seen([5, 6], [40 * MINUTE] * 2).tolist() == [True, True]


def test_it_agrees_with_a_plain_set_over_many_segments() -> None:
    rng = random.Random(4)
    seen = window()
    plain: dict[int, int] = {}
    now = 0
    for _ in range(300):
        now += rng.randrange(0, MINUTE)
        hashes = [rng.randrange(400) for _ in range(rng.randrange(0, 30))]
        expected = [h in plain and plain[h] >= now - 10 * MINUTE for h in hashes]
        assert seen.seen(hashes, [now] * len(hashes)).tolist() == expected
        plain.update(dict.fromkeys(hashes, now))
        seen.add(Generation.of(hashes, [now] * len(hashes)))
    assert len(seen) < 300 * 30


def test_a_generation_survives_the_disk() -> None:
    generation = Generation.of([3, 1, 2], [30, 10, 20])
    again = Generation.decode(generation.encode())
    assert again.hashes.tolist() == [1, 2, 3]
    assert again.times_ms.tolist() == [10, 20, 30]
    assert again.newest_ms == 30
    assert len(Generation.decode(Generation.of([], []).encode()).hashes) == 0


def test_entries_are_bounded_and_the_oldest_go_first() -> None:
    seen = window(entries_max=100)
    for number in range(1000):
        seen.add(Generation.of([number], [number]))
    assert len(seen) <= 100
    assert seen.seen([999, 0], [1000, 1000]).tolist() == [True, False]
