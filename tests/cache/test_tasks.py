from __future__ import annotations

import asyncio

from cache.tasks import end_tasks


async def test_a_task_that_loses_a_cancellation_is_cancelled_again() -> None:
    lost = 0

    async def stubborn() -> None:
        nonlocal lost
        while True:
            try:
                await asyncio.sleep(3600)
            except asyncio.CancelledError:
                if lost == 2:
                    raise
                lost += 1

    task = asyncio.create_task(stubborn())
    await asyncio.sleep(0)
    await end_tasks(task)
    assert task.cancelled()
    assert lost == 2


async def test_tasks_that_have_ended_in_any_way_are_no_trouble() -> None:
    async def fail() -> None:
        raise ValueError("not told")

    async def succeed() -> int:
        return 1

    tasks = asyncio.create_task(fail()), asyncio.create_task(succeed())
    await asyncio.wait(tasks)
    await end_tasks(*tasks)
    await end_tasks()
