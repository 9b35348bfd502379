"""Thousands of seeds of the whole ingest path under crashes, on a virtual clock (simulation.py)."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.ingest.simulation import simulate

SEEDS = 2000
SHARE = 100
"""Seeds of one test: a failing one is found sooner, and no test comes near the time limit."""


@pytest.mark.parametrize("first", range(0, SEEDS, SHARE))
def test_whatever_crashes_what_was_acknowledged_is_stored_once(tmp_path: Path, first: int) -> None:
    kills = events = 0
    for seed in range(first, first + SHARE):
        world = simulate(seed, tmp_path)
        kills, events = kills + world.kills, events + world.ledger.sent
    assert kills > SHARE
    assert events > SHARE


def test_a_seed_gives_the_same_run_again(tmp_path: Path) -> None:
    first, second = (simulate(7, tmp_path) for _ in range(2))
    assert first.machine.faults == second.machine.faults
    assert [len(rows) for rows in first.store.batches.values()] == [
        len(rows) for rows in second.store.batches.values()
    ]
