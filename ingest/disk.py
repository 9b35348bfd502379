"""The few things the spool asks of a file system, so that tests can put a failing one in its place."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol


class OpenFile(Protocol):
    """A file being appended to."""

    def append(self, data: bytes) -> None:
        """Write all of `data` or raise OSError; how much was written is then unknown."""

    def sync(self) -> None:
        """Return when everything written so far is on disk."""

    def truncate(self, size_bytes: int) -> None:
        """Cut the file to `size_bytes`; the next append goes there."""

    def close(self) -> None:
        """Let go of the file."""


class Disk(Protocol):
    """A folder tree in which spool and writer keep their files."""

    def create(self, path: Path) -> OpenFile:
        """A new file, its name durable before this returns. FileExistsError if there is one."""

    def read(self, path: Path) -> bytes:
        """The whole file."""

    def read_start(self, path: Path, size_bytes: int) -> bytes:
        """The first bytes of a file."""

    def replace(self, path: Path, data: bytes) -> None:
        """Atomically make `data` the durable content of `path`."""

    def rename(self, old: Path, new: Path) -> None:
        """Rename within a folder."""

    def truncate(self, path: Path, size_bytes: int) -> None:
        """Cut a closed file to `size_bytes`, durably."""

    def remove(self, path: Path) -> None:
        """Delete the file; no error if it is gone."""

    def list(self, folder: Path) -> list[str]:
        """Names in a folder, sorted; empty if there is no such folder."""

    def size(self, path: Path) -> int:
        """Size in bytes; 0 if it is gone."""


class _RealFile:
    def __init__(self, path: Path, durable: bool) -> None:
        self._fd = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC, 0o600)
        self._durable = durable

    def append(self, data: bytes) -> None:
        view = memoryview(data)
        while view:
            view = view[os.write(self._fd, view) :]

    def sync(self) -> None:
        if self._durable:
            os.fdatasync(self._fd)

    def truncate(self, size_bytes: int) -> None:
        os.ftruncate(self._fd, size_bytes)
        os.lseek(self._fd, size_bytes, os.SEEK_SET)

    def close(self) -> None:
        os.close(self._fd)


class RealDisk:
    """The operating system's file system. `durable=False` skips the syncs (setting durability = memory)."""

    def __init__(self, durable: bool = True) -> None:
        self._durable = durable

    def create(self, path: Path) -> OpenFile:
        file = _RealFile(path, self._durable)
        self._sync_folder(path.parent)
        return file

    def read(self, path: Path) -> bytes:
        return path.read_bytes()

    def read_start(self, path: Path, size_bytes: int) -> bytes:
        with path.open("rb") as file:
            return file.read(size_bytes)

    def replace(self, path: Path, data: bytes) -> None:
        draft = path.with_name(path.name + ".new")
        with _opened(draft, os.O_CREAT | os.O_TRUNC | os.O_WRONLY) as fd:
            view = memoryview(data)
            while view:
                view = view[os.write(fd, view) :]
            if self._durable:
                os.fdatasync(fd)
        draft.replace(path)
        self._sync_folder(path.parent)

    def rename(self, old: Path, new: Path) -> None:
        old.rename(new)

    def truncate(self, path: Path, size_bytes: int) -> None:
        with _opened(path, os.O_WRONLY) as fd:
            os.ftruncate(fd, size_bytes)
            if self._durable:
                os.fdatasync(fd)

    def remove(self, path: Path) -> None:
        path.unlink(missing_ok=True)

    def list(self, folder: Path) -> list[str]:
        try:
            return sorted(os.listdir(folder))  # noqa: PTH208 - names only: half the cost of paths, read 4 times a second
        except FileNotFoundError:
            return []

    def size(self, path: Path) -> int:
        try:
            return path.stat().st_size
        except FileNotFoundError:
            return 0

    def _sync_folder(self, folder: Path) -> None:
        if self._durable:
            with _opened(folder, os.O_RDONLY) as fd:
                os.fsync(fd)


@contextlib.contextmanager
def _opened(path: Path, flags: int) -> Iterator[int]:
    fd = os.open(path, flags | os.O_CLOEXEC, 0o600)
    try:
        yield fd
    finally:
        os.close(fd)
