"""Child processes of the supervisor: start, watch, restart with back-off, stop within a limit."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import time
from collections.abc import Callable, Sequence
from typing import Final

import structlog

BACK_OFF_FIRST_S: Final = 0.2
BACK_OFF_MAX_S: Final = 10.0
STABLE_S: Final = 30.0
"""A child that lived this long is restarted at once again: its last death was not the first one's echo."""

KILL_WAIT_S: Final = 1.0

_log = structlog.get_logger("statline")


class BackOff:
    """How long to wait before the next start: doubling up to a bound, forgotten after a stable life."""

    def __init__(self) -> None:
        self._next_s = BACK_OFF_FIRST_S

    def wait_s(self, lived_s: float) -> float:
        """Seconds to wait after a life of `lived_s` seconds."""
        if lived_s >= STABLE_S:
            self._next_s = BACK_OFF_FIRST_S
        now_s, self._next_s = self._next_s, min(self._next_s * 2, BACK_OFF_MAX_S)
        return now_s


class Child:
    """One role as a process of its own, in a session of its own: Ctrl-C in the terminal reaches only us."""

    def __init__(
        self, name: str, command: Sequence[str], environment: dict[str, str], pass_fds: Sequence[int] = ()
    ) -> None:
        self.name = name
        self._command = command
        self._environment = environment
        self._pass_fds = pass_fds
        self._process: asyncio.subprocess.Process | None = None
        self._changing = asyncio.Lock()
        self._stopping = asyncio.Event()
        self._started_at = 0.0
        self.starts = 0

    @property
    def pid(self) -> int | None:
        """Process id while it runs."""
        process = self._process
        return process.pid if process is not None and process.returncode is None else None

    async def start(self) -> None:
        """Start it, unless it was stopped meanwhile."""
        async with self._changing:
            if self._stopping.is_set():
                return
            self._started_at = time.monotonic()
            self.starts += 1
            # From the loop's own thread: the kernel's parent-death signal follows the thread that forked.
            self._process = await asyncio.create_subprocess_exec(
                *self._command, stdin=asyncio.subprocess.DEVNULL, env=self._environment,
                pass_fds=self._pass_fds, start_new_session=True,
            )  # fmt: skip

    async def keep(self, died: Callable[[int], None]) -> None:
        """Restart it whenever it dies, until `stop`; `died` hears the process id of each that died."""
        back_off = BackOff()
        while self._process is not None:
            pid = self._process.pid
            code = await self._process.wait()
            died(pid)
            if self._stopping.is_set():
                return
            lived_s = time.monotonic() - self._started_at
            wait_s = back_off.wait_s(lived_s)
            _log.error(
                "a role died and is restarted", died=self.name, pid=pid, how=_how(code), lived_s=round(lived_s, 1),
                restart_in_s=wait_s,
            )  # fmt: skip
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(wait_s):
                    await self._stopping.wait()
                    return
            await self.start()

    def ask_to_stop(self) -> None:
        """SIGTERM; `keep` starts it again."""
        if self._process is not None:
            _signal(self._process.pid, signal.SIGTERM, self._process.returncode)

    async def stop(self, within_s: float, hurry: asyncio.Event | None = None) -> bool:
        """SIGTERM; SIGKILL to its whole group after `within_s` or on `hurry`. Whether it went by itself."""
        self._stopping.set()
        async with self._changing:
            process = self._process
        if process is None:
            return True
        _signal(process.pid, signal.SIGTERM, process.returncode)
        if await _ends(process, within_s, hurry):
            return True
        _log.error(
            "a role did not stop in time and is killed", stopped=self.name, pid=process.pid, after_s=within_s
        )
        _signal_group(process.pid, signal.SIGKILL)
        return await _ends(process, KILL_WAIT_S, None)


async def _ends(process: asyncio.subprocess.Process, within_s: float, hurry: asyncio.Event | None) -> bool:
    ending = [asyncio.ensure_future(process.wait())]
    if hurry is not None:
        ending.append(asyncio.ensure_future(hurry.wait()))
    try:
        await asyncio.wait(ending, timeout=within_s, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for each in ending:
            each.cancel()
        await asyncio.gather(*ending, return_exceptions=True)
    return process.returncode is not None


def _signal(pid: int, number: int, returncode: int | None) -> None:
    if returncode is None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, number)


def _signal_group(pid: int, number: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(pid, number)


def _how(code: int) -> str:
    """An exit code for people."""
    if code >= 0:
        return f"exit code {code}"
    with contextlib.suppress(ValueError):
        return signal.Signals(-code).name
    return f"signal {-code}"
