"""So many are begun in a turn of the loop, in order; the others in the next ones."""

from __future__ import annotations

import asyncio
import functools
import itertools

from web.turns import BEGUN_A_TURN, CROWD_MIN, Turns


def come(turns: Turns, begun: list[int], numbers: range) -> None:
    for number in numbers:
        if turns.takes_one():
            begun.append(number)
        else:
            turns.put_off(functools.partial(begun.append, number))


async def test_what_is_above_the_bound_of_a_turn_begins_in_the_next_ones_in_order() -> None:
    turns, begun = Turns(), list[int]()
    come(turns, begun, range(2 * BEGUN_A_TURN + 3))
    many = []
    while len(begun) < 2 * BEGUN_A_TURN + 3:
        many.append(len(begun))
        await asyncio.sleep(0)

    assert many == [BEGUN_A_TURN, 2 * BEGUN_A_TURN]
    assert begun == list(range(2 * BEGUN_A_TURN + 3))


async def test_nobody_overtakes_those_who_wait() -> None:
    turns, begun = Turns(), list[int]()
    come(turns, begun, range(2 * BEGUN_A_TURN + 1))
    await asyncio.sleep(0)
    come(turns, begun, range(2 * BEGUN_A_TURN + 1, 2 * BEGUN_A_TURN + 2))

    assert len(begun) == 2 * BEGUN_A_TURN
    await asyncio.sleep(0)
    assert begun == list(range(2 * BEGUN_A_TURN + 2))


async def test_every_turn_has_room_again() -> None:
    turns, begun = Turns(), list[int]()
    for turn in range(3):
        come(turns, begun, range(turn * BEGUN_A_TURN, (turn + 1) * BEGUN_A_TURN))
        await asyncio.sleep(0)

    assert begun == list(range(3 * BEGUN_A_TURN))


async def test_what_is_ready_goes_out_between_two_turns() -> None:
    turns, begun = Turns(), list[int]()
    come(turns, begun, range(2 * BEGUN_A_TURN + 1))
    asyncio.get_running_loop().call_soon(begun.append, -1)
    while len(begun) < 2 * BEGUN_A_TURN + 2:
        await asyncio.sleep(0)

    assert begun.index(-1) == 2 * BEGUN_A_TURN


async def test_a_few_who_wait_are_no_crowd() -> None:
    turns = Turns()
    come(turns, [], range(BEGUN_A_TURN + CROWD_MIN - 1))
    assert not turns.is_behind()
    come(turns, [], range(1))
    assert turns.is_behind()


async def test_who_is_put_off_again_does_not_widen_the_turns() -> None:
    turns, begun = Turns(), list[int]()
    come(turns, begun, range(BEGUN_A_TURN))
    turns.put_off(lambda: turns.put_off(functools.partial(begun.append, -1)))
    come(turns, begun, range(BEGUN_A_TURN, 4 * BEGUN_A_TURN))
    many = [len(begun)]
    while len(begun) < 4 * BEGUN_A_TURN + 1:
        await asyncio.sleep(0)
        many.append(len(begun))

    assert max(after - before for before, after in itertools.pairwise(many)) == BEGUN_A_TURN
