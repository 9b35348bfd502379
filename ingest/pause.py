"""The writer rests between two segments while somebody rearranges the tables (`statline rebuild`).

Reports go on being accepted: they wait in the spool. Two file locks do it, so that whoever dies lets go: the one who
wants a pause holds `pause.wish`; the writer holds `pause.work` (shared) from taking a segment to its checkpoint. Who
has both knows that every segment ever begun is stored and written down.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import time
import weakref
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from ingest.checkpoint import Checkpoint, read_checkpoint
from ingest.disk import RealDisk

_WISH: Final = "pause.wish"
_WORK: Final = "pause.work"
_LOOK_EVERY_S: Final = 0.02


class PauseRefused(Exception):
    """The writer does not rest; the message says why."""


class WriterPause:
    """The writer's side."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._wish, self._work = _opened(folder / _WISH), _opened(folder / _WORK)
        self._is_working = False
        # Also for a writer that never came to its end: a lock that nobody knows of would never be free again.
        self._close = weakref.finalize(self, _close, self._wish, self._work)

    def may_work(self) -> bool:
        """Before a segment is taken: whether nobody wants a pause. From then on nobody gets one before `rest`."""
        if not _locked(self._wish, fcntl.LOCK_SH):
            return False
        try:
            self._is_working = self._is_working or _locked(self._work, fcntl.LOCK_SH)
        finally:
            fcntl.flock(self._wish, fcntl.LOCK_UN)
        return self._is_working

    def rest(self) -> None:
        """Nothing is in work: every segment that was taken is stored and confirmed."""
        if self._is_working:
            fcntl.flock(self._work, fcntl.LOCK_UN)
            self._is_working = False

    def close(self) -> None:
        """Let go of both files."""
        self._close()


@contextlib.contextmanager
def paused(writer_folder: Path, wait_s: float) -> Iterator[Checkpoint]:
    """Inside, the writer of this data folder stores nothing and nothing is half stored; yields its checkpoint.

    Raises PauseRefused: another pause, a writer that does not come to rest within `wait_s` (ClickHouse away), or one
    that was stopped in the middle of a segment.
    """
    with contextlib.ExitStack() as stack:
        wish, work = (_opened(writer_folder / name) for name in (_WISH, _WORK))
        stack.callback(os.close, wish)
        stack.callback(os.close, work)
        if not _locked(wish, fcntl.LOCK_EX):
            # The writer looks at this file for a microsecond now and then.
            time.sleep(_LOOK_EVERY_S)
            if not _locked(wish, fcntl.LOCK_EX):
                raise PauseRefused("the writer is paused by somebody else")
        deadline_s = time.monotonic() + wait_s
        while not _locked(work, fcntl.LOCK_EX):
            if time.monotonic() > deadline_s:
                raise PauseRefused(
                    f"the writer did not finish its segment within {wait_s:g} s: is ClickHouse well?"
                )
            time.sleep(_LOOK_EVERY_S)
        checkpoint = read_checkpoint(RealDisk(), writer_folder)
        if checkpoint.next:
            raise PauseRefused(
                f"the writer was stopped while it stored segment {checkpoint.next}: start it, then try again"
            )
        yield checkpoint


def _close(*fds: int) -> None:
    for fd in fds:
        os.close(fd)


def _opened(path: Path) -> int:
    return os.open(path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)


def _locked(fd: int, kind: int) -> bool:
    try:
        fcntl.flock(fd, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
