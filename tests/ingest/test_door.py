"""Who comes in when the spool is nearly full, and what everybody else hears."""

from __future__ import annotations

import asyncio
import time
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


async def test_a_report_that_nobody_came_to_within_its_time_is_refused_and_not_stored(tmp_path: Path) -> None:
    async with open_door(IngestSettings(), tmp_path) as door:
        assert (await door.accept("a", lines(2), arrived_s=time.monotonic() - 0.2)).processed == 2
        with pytest.raises(Overloaded) as refused:
            await door.accept("a", lines(1), arrived_s=time.monotonic() - 60.0)
        assert refused.value.retry_after_s >= 1
        assert door.pending_events() == 2


async def test_the_hold_counts_from_the_arrival(tmp_path: Path) -> None:
    async with open_door(PATIENT, tmp_path) as door:
        assert not door.is_short()
        await door.accept("a", lines(600))
        assert door.is_short()
        with pytest.raises(Overloaded):  # its 10 s are over: it is not held, which nobody here would end
            await door.accept("a", lines(1), arrived_s=time.monotonic() - 10.0)


async def test_what_comes_too_late_is_turned_away_at_a_glance_but_for_a_server_with_less_than_its_share(
    tmp_path: Path,
) -> None:
    async with open_door(IngestSettings(linger_s=60), tmp_path) as door:
        await door.accept("noisy", lines(100))
        await door.accept("quiet", lines(1))
        assert door.turns_away("noisy", lines(1), 60.0)
        assert not door.turns_away("noisy", lines(1), 0.0)
        assert not door.turns_away("quiet", lines(1), 60.0)
        assert door.turns_away("noisy", b"[{", 60.0)
