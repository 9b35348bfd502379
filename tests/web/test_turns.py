"""So many are begun in a turn of the loop, in order; the others in the next ones."""

from __future__ import annotations

import asyncio

from web.turns import BEGUN_A_TURN, Turns


async def test_what_is_above_the_bound_of_a_turn_begins_in_the_next_ones_in_order() -> None:
    turns, begun = Turns(), list[int]()
    for number in range(2 * BEGUN_A_TURN + 3):
        turns.begin(begun.append, number)
    many = []
    while len(begun) < 2 * BEGUN_A_TURN + 3:
        many.append(len(begun))
        await asyncio.sleep(0)

    assert many == [BEGUN_A_TURN, 2 * BEGUN_A_TURN]
    assert begun == list(range(2 * BEGUN_A_TURN + 3))


async def test_nobody_overtakes_those_who_wait() -> None:
    turns, begun = Turns(), list[int]()
    for number in range(2 * BEGUN_A_TURN):
        turns.begin(begun.append, number)
    await asyncio.sleep(0)
    turns.begin(begun.append, 2 * BEGUN_A_TURN)

    assert len(begun) == 2 * BEGUN_A_TURN
    await asyncio.sleep(0)
    assert begun == list(range(2 * BEGUN_A_TURN + 1))


async def test_what_is_ready_goes_out_before_the_turn_after_the_next() -> None:
    turns, seen = Turns(), list[str]()
    for _ in range(2 * BEGUN_A_TURN + 1):
        turns.begin(seen.append, "begun")
    asyncio.get_running_loop().call_soon(seen.append, "answered")
    while len(seen) < 2 * BEGUN_A_TURN + 2:
        await asyncio.sleep(0)

    assert seen.index("answered") == 2 * BEGUN_A_TURN
