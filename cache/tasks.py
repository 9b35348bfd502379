"""Ending tasks: on Python 3.11 one cancellation is not always enough."""

from __future__ import annotations

import asyncio
from typing import Any, Final

_AGAIN_S: Final = 0.05


async def end_tasks(*tasks: asyncio.Task[Any]) -> None:
    """Cancel until each has ended; what they raised is not told.

    redis-py, for one, awaits its sends with `asyncio.wait_for`, which before Python 3.12 drops a cancellation that arrives
    together with the result (python/cpython#86296): a task in a loop would go on for ever.
    """
    running = {task for task in tasks if not task.done()}
    while running:
        for task in running:
            task.cancel()
        _, running = await asyncio.wait(running, timeout=_AGAIN_S)
    for task in tasks:
        if not task.cancelled():
            task.exception()  # retrieved: nobody else will
