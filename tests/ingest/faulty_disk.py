"""A disk in memory that can crash, tear and refuse: the argument that lets a seed decide what fails when."""

from __future__ import annotations

import errno
import random
from collections.abc import Callable
from pathlib import Path


class Crash(BaseException):
    """The machine stops here: nothing behind this point runs."""


class _File:
    def __init__(self, disk: FaultyDisk, path: Path) -> None:
        self._disk, self._path = disk, path

    def append(self, data: bytes) -> None:
        self._disk.fault("append", self._path, data)
        self._disk.files[self._path] += data

    def sync(self) -> None:
        self._disk.fault("sync", self._path)
        self._disk.synced[self._path] = len(self._disk.files[self._path])

    def truncate(self, size_bytes: int) -> None:
        self._disk.fault("truncate", self._path)
        self._disk.files[self._path] = self._disk.files[self._path][:size_bytes]
        self._disk.synced[self._path] = min(self._disk.synced[self._path], size_bytes)

    def close(self) -> None:
        pass


class FaultyDisk:
    """Keeps what was written and what was synced apart; `crash` loses a random part of the difference."""

    def __init__(self, rng: random.Random, fault_rate: float = 0.0, crash_rate: float = 0.0) -> None:
        self.rng, self.fault_rate, self.crash_rate = rng, fault_rate, crash_rate
        self.files: dict[Path, bytes] = {}
        self.synced: dict[Path, int] = {}
        self.faults: list[str] = []
        self.refuse: Callable[[str], bool] = lambda _operation: False

    def fault(self, operation: str, path: Path, data: bytes = b"") -> None:
        """Crash or refuse here if the dice or `refuse` say so; a refused append leaves a part behind."""
        if self.rng.random() < self.crash_rate:
            if data:
                self.files[path] += data[: self.rng.randrange(len(data) + 1)]
            self.faults.append(f"crash in {operation}")
            raise Crash
        if self.refuse(operation) or self.rng.random() < self.fault_rate:
            if data:
                self.files[path] += data[: self.rng.randrange(len(data))]
            self.faults.append(f"refused {operation}")
            raise OSError(errno.ENOSPC, "No space left on device")

    def crash(self) -> None:
        """Lose a random part of what was not synced, as a power cut does."""
        for path, data in self.files.items():
            keep = self.rng.randint(self.synced.get(path, 0), len(data))
            self.files[path] = data[:keep]
            self.synced[path] = keep

    def create(self, path: Path) -> _File:
        self.fault("create", path)
        if path in self.files:
            raise FileExistsError(path)
        self.files[path], self.synced[path] = b"", 0
        return _File(self, path)

    def read(self, path: Path) -> bytes:
        if path not in self.files:
            raise FileNotFoundError(path)
        return self.files[path]

    def read_start(self, path: Path, size_bytes: int) -> bytes:
        if path not in self.files:
            raise FileNotFoundError(path)
        return self.files[path][:size_bytes]

    def replace(self, path: Path, data: bytes) -> None:
        self.fault("replace", path)
        self.files[path], self.synced[path] = data, len(data)

    def rename(self, old: Path, new: Path) -> None:
        self.fault("rename", old)
        self.files[new], self.synced[new] = self.files.pop(old), self.synced.pop(old)

    def truncate(self, path: Path, size_bytes: int) -> None:
        self.fault("truncate", path)
        self.files[path] = self.files[path][:size_bytes]
        self.synced[path] = size_bytes

    def remove(self, path: Path) -> None:
        self.fault("remove", path)
        self.files.pop(path, None)
        self.synced.pop(path, None)

    def list(self, folder: Path) -> list[str]:
        below = (path.relative_to(folder).parts for path in self.files if path.is_relative_to(folder))
        return sorted({parts[0] for parts in below})

    def size(self, path: Path) -> int:
        return len(self.files.get(path, b""))
