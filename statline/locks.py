"""One process per role and data folder: a lock that dies with its holder and says who that is."""

from __future__ import annotations

import contextlib
import fcntl
import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Final

from statline.errors import CommandFailed

SERVE: Final = "serve"
POLL_S: Final = 0.02


def lock_path(data_dir: Path, role: str) -> Path:
    """The lock file of a role ("serve" for the supervisor); it holds the process id of the holder."""
    return data_dir / "run" / f"{role}.lock"


@contextlib.contextmanager
def held(data_dir: Path, role: str) -> Iterator[None]:
    """Be the only `role` of this data folder while inside. Raises CommandFailed naming the process that is."""
    path = lock_path(data_dir, role)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+b") as file:
        if not _try_lock(file):
            said = "statline" if role == SERVE else f"statline {role}"
            raise CommandFailed(
                f"{said} is already running on {data_dir} (process {_written_pid(path) or 'unknown'}): "
                "stop it first or choose another --data-dir"
            )
        file.truncate(0)
        file.write(str(os.getpid()).encode())
        file.flush()
        try:
            yield
        finally:
            file.truncate(0)


def holder(data_dir: Path, role: str) -> int | None:
    """Process that holds the role now, None when nobody does."""
    path = lock_path(data_dir, role)
    try:
        with path.open("rb") as file:
            return None if _try_lock(file, fcntl.LOCK_SH) else _written_pid(path)
    except FileNotFoundError:
        return None


def end_left_over(data_dir: Path, role: str, wait_s: float) -> int | None:
    """End a role that a killed supervisor left; its process id, None when there was none.

    Blocks until it is gone: SIGTERM, and SIGKILL after `wait_s`.
    """
    pid = holder(data_dir, role)
    if pid is None:
        return None
    if not _is_role(pid, role):  # in a container of its own its number means another program here
        raise CommandFailed(f"a {role} role that cannot be seen from here runs on {data_dir}: stop it first")
    for number, limit_s in ((signal.SIGTERM, wait_s), (signal.SIGKILL, 2.0)):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, number)
        deadline = time.monotonic() + limit_s
        while time.monotonic() < deadline:
            if holder(data_dir, role) is None:
                return pid
            time.sleep(POLL_S)
    raise CommandFailed(f"the {role} role that runs on {data_dir} (process {pid}) cannot be stopped")


def _is_role(pid: int, role: str) -> bool:
    """Whether the process is that role of a statline, as far as the system tells."""
    command = Path(f"/proc/{pid}/cmdline")
    if not Path("/proc/self").exists():
        return True
    try:
        # `web-2` is a `statline web` with a number.
        return os.fsencode(role.partition("-")[0]) in command.read_bytes().split(b"\0")
    except OSError:
        return False


def _try_lock(file: IO[bytes], kind: int = fcntl.LOCK_EX) -> bool:
    try:
        fcntl.flock(file, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _written_pid(path: Path) -> int | None:
    with contextlib.suppress(OSError, ValueError):
        return int(path.read_text())
    return None
