"""Who is held comes in when there is room: in order, as many as there is room for, nobody after his time."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from ingest.disk import RealDisk
from ingest.errors import Overloaded
from ingest.pending import Pending
from ingest.room import Room
from ingest.settings import IngestSettings

SMALL = IngestSettings(spool_events_max=1000, shed_above=0.5)


@pytest.fixture
def pending(tmp_path: Path) -> Pending:
    return Pending(RealDisk(durable=True), tmp_path, "node")


def in_s(seconds: float) -> float:
    return asyncio.get_running_loop().time() + seconds


async def test_as_many_come_in_as_there_is_room_for_in_the_order_of_their_coming(pending: Pending) -> None:
    room = Room(pending, SMALL)
    pending.add("segment", "a", 501, 1)
    came = list[int]()

    async def held(number: int) -> None:
        await room.wait("a", 100, 10, in_s(60))
        room.enter(100, 10)
        came.append(number)

    waiting = [asyncio.create_task(held(number)) for number in range(9)]
    await asyncio.sleep(0)
    room.look_again()
    await asyncio.sleep(0)
    assert came == []

    pending.add("segment", "a", -301, 0)  # 200 of the 500 are left
    room.look_again()
    while not came:
        await asyncio.sleep(0)
    room.look_again()
    await asyncio.sleep(0)

    assert came == [0, 1, 2, 3]
    for task in waiting:
        task.cancel()


async def test_whose_time_is_over_takes_nobodys_room(pending: Pending) -> None:
    room = Room(pending, SMALL)
    pending.add("segment", "a", 501, 1)
    late = asyncio.create_task(room.wait("a", 1000, 10, in_s(0.01)))
    with pytest.raises(Overloaded):
        await late
    patient = asyncio.create_task(room.wait("a", 100, 10, in_s(60)))
    await asyncio.sleep(0)

    pending.add("segment", "a", -301, 0)
    room.look_again()

    await patient
    assert not room.is_short()


async def test_who_goes_in_the_turn_in_which_there_is_room_gives_it_back(pending: Pending) -> None:
    room = Room(pending, SMALL)
    pending.add("segment", "a", 501, 1)
    gone = asyncio.create_task(room.wait("a", 1000, 10, in_s(60)))
    await asyncio.sleep(0)
    pending.add("segment", "a", -301, 0)
    room.look_again()
    assert room.is_short()

    gone.cancel()
    with pytest.raises(asyncio.CancelledError):
        await gone
    assert not room.is_short()
