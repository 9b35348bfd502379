"""Who comes in when the spool is nearly full, and what everybody else hears."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from ingest.door import open_door
from ingest.errors import Overloaded
from ingest.settings import IngestSettings

Eventually = Callable[..., Awaitable[Any]]

SMALL = IngestSettings(spool_events_max=1000, shed_above=0.5, hold_s=0, linger_s=0.01)
PATIENT = IngestSettings(spool_events_max=1000, shed_above=0.5, hold_s=10, linger_s=0.01)


def lines(count: int) -> bytes:
    return b"\n".join(b"type=weapon_fire&match_id=m&timestamp=%d" % number for number in range(count))


def take_away(folder: Path) -> None:
    """What the writer does when it has stored a segment."""
    for path in folder.glob("*.seg"):
        path.unlink()


async def test_a_single_server_is_refused_above_the_threshold(tmp_path: Path) -> None:
    async with open_door(SMALL, tmp_path) as door:
        await door.accept("a", lines(501))
        with pytest.raises(Overloaded) as refused:
            await door.accept("a", lines(1))
        assert refused.value.retry_after_s >= 1
        assert not door.ready()
        assert door.pending_events() == 501


async def test_a_noisy_server_does_not_starve_a_quiet_one(tmp_path: Path) -> None:
    async with open_door(SMALL, tmp_path) as door:
        await door.accept("noisy", lines(600))
        with pytest.raises(Overloaded):
            await door.accept("noisy", lines(1))
        for _ in range(10):
            await door.accept("quiet", lines(20))
            with pytest.raises(Overloaded):
                await door.accept("noisy", lines(1))


async def test_a_server_that_reaches_its_share_is_refused_like_the_others(tmp_path: Path) -> None:
    async with open_door(SMALL, tmp_path) as door:
        await door.accept("a", lines(300))
        await door.accept("b", lines(300))
        for server in ("a", "b"):
            with pytest.raises(Overloaded):
                await door.accept(server, lines(1))
        await door.accept("c", lines(300))
        with pytest.raises(Overloaded):
            await door.accept("c", lines(1))


async def test_nobody_comes_in_above_the_bound_itself(tmp_path: Path) -> None:
    async with open_door(SMALL, tmp_path) as door:
        await door.accept("noisy", lines(1001))
        with pytest.raises(Overloaded):
            await door.accept("quiet", lines(1))


async def test_what_lay_in_the_spool_at_the_start_counts(tmp_path: Path) -> None:
    async with open_door(SMALL, tmp_path) as door:
        await door.accept("a", lines(1001))
    async with open_door(SMALL, tmp_path) as door:
        with pytest.raises(Overloaded):
            await door.accept("a", lines(1))


async def test_a_held_report_comes_in_when_there_is_room(tmp_path: Path, eventually: Eventually) -> None:
    async with open_door(PATIENT, tmp_path) as door:
        await door.accept("a", lines(600))
        held = asyncio.create_task(door.accept("a", lines(3)))
        await eventually(lambda: list(tmp_path.glob("*.seg")))
        assert not held.done()
        take_away(tmp_path)
        assert (await held).processed == 3
        assert door.pending_events() == 3


async def test_those_held_do_not_rush_in_all_at_once(tmp_path: Path, eventually: Eventually) -> None:
    async with open_door(PATIENT, tmp_path) as door:
        await door.accept("a", lines(600))
        held = [asyncio.create_task(door.accept("a", lines(100))) for _ in range(20)]
        while not all(task.done() for task in held):
            await eventually(lambda: list(tmp_path.glob("*.seg")))
            assert door.pending_events() <= 500 + 100
            take_away(tmp_path)
            await eventually(lambda: list(tmp_path.glob("*.seg")) or all(task.done() for task in held))
        assert sum(task.result().processed for task in held) == 2000


async def test_a_server_above_its_rate_hears_when_to_come_back_and_others_go_on(tmp_path: Path) -> None:
    limited = IngestSettings(server_events_per_s_max=10)
    async with open_door(limited, tmp_path) as door:
        await door.accept("a", lines(10_000))
        with pytest.raises(Overloaded) as refused:
            await door.accept("a", lines(1))
        assert 900 < refused.value.retry_after_s <= 995
        await door.accept("b", lines(1))
        assert door.ready()
