"""The short form of `make chaos`: every sort of kill once, under load, and everything counted again."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.chaos.run import EVERY, run

KILLS = len(EVERY) + 2
EVENTS = 40_000


@pytest.mark.timeout(400)  # 30 s on two idle cores
@pytest.mark.parametrize("seed", [1])
async def test_whatever_is_killed_what_was_acknowledged_is_counted_once_everywhere(
    folder: Path, seed: int
) -> None:
    try:
        result = await run(folder, seed, KILLS, EVENTS, lambda _line: None)
    except (AssertionError, TimeoutError) as broken:
        raise AssertionError(
            f"python -m tests.chaos --seed {seed} --kills {KILLS} --events {EVENTS}: {broken}"
        ) from broken
    assert set(EVERY) <= set(result.kills)
    assert result.events >= EVENTS
