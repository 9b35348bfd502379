"""A child is restarted with growing pauses while it dies, and stopped within its limit whatever it does."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from pathlib import Path

from statline.processes import BACK_OFF_MAX_S, STABLE_S, BackOff, Child

SLEEP = "import time; print('up', flush=True); time.sleep(600)"
STUBBORN = f"import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); {SLEEP}"


def child(program: str, folder: Path) -> Child:
    """A child that writes "up" to a file when its signal handlers are set."""
    program = program.replace("print('up', flush=True)", f"open({str(folder / 'up')!r}, 'a').write('up ')")
    return Child("test", [sys.executable, "-c", program], dict(os.environ))


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_pauses_double_up_to_a_bound() -> None:
    back_off = BackOff()
    pauses = [back_off.wait_s(0.1) for _ in range(9)]
    assert pauses[:4] == [0.2, 0.4, 0.8, 1.6]
    assert pauses[-1] == BACK_OFF_MAX_S


def test_a_stable_life_forgets_the_pauses() -> None:
    back_off = BackOff()
    for _ in range(5):
        back_off.wait_s(0.1)
    assert back_off.wait_s(STABLE_S) == 0.2


async def test_a_killed_child_is_started_again(tmp_path: Path, eventually: object) -> None:
    one = child(SLEEP, tmp_path)
    await one.start()
    died: list[int] = []
    keeping = asyncio.create_task(one.keep(died.append))
    first = one.pid
    assert first is not None
    os.kill(first, signal.SIGKILL)
    await eventually(lambda: one.pid not in (None, first))  # type: ignore[operator]
    assert died == [first]
    assert await one.stop(5.0)
    await keeping


async def test_a_willing_child_stops_by_itself(tmp_path: Path, eventually: object) -> None:
    one = child(SLEEP, tmp_path)
    await one.start()
    pid = one.pid
    assert pid is not None
    assert await one.stop(10.0)
    assert not is_alive(pid)
    await one.start()
    assert one.pid is None, "what was stopped stays stopped"


async def test_a_stubborn_child_is_killed_at_its_limit(tmp_path: Path, eventually: object) -> None:
    one = child(STUBBORN, tmp_path)
    await one.start()
    pid = one.pid
    assert pid is not None
    await eventually((tmp_path / "up").exists)  # type: ignore[operator]
    assert await one.stop(0.1)
    assert not is_alive(pid)


async def test_hurry_ends_the_wait_for_a_stubborn_child(tmp_path: Path, eventually: object) -> None:
    one = child(STUBBORN, tmp_path)
    await one.start()
    pid = one.pid
    assert pid is not None
    await eventually((tmp_path / "up").exists)  # type: ignore[operator]
    hurry = asyncio.Event()
    stopping = asyncio.create_task(one.stop(600.0, hurry))
    hurry.set()
    assert await stopping
    assert not is_alive(pid)


async def test_a_stop_during_the_pause_before_a_restart_starts_nothing(
    tmp_path: Path, eventually: object
) -> None:
    one = child("raise SystemExit(3)", tmp_path)
    await one.start()
    keeping = asyncio.create_task(one.keep(lambda _: None))
    await eventually(lambda: one.starts >= 2 and one.pid is None)  # type: ignore[operator]
    await one.stop(1.0)
    await asyncio.wait_for(keeping, 60)
    assert one.pid is None
