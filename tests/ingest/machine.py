"""A machine whose processes get killed and whose power fails: the disk keeps what a real one would keep."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from ingest.disk import OpenFile
from tests.ingest.faulty_disk import Crash, FaultyDisk

_T = TypeVar("_T")


class Machine(FaultyDisk):
    """A disk that also forgets names: a rename or removal is durable only with the next sync of its folder."""

    def __init__(self, rng: random.Random) -> None:
        super().__init__(rng)
        self._unsynced: dict[Path, list[Callable[[], None]]] = {}
        self.was_read: set[Path] = set()
        self._listed: dict[Path, list[str]] = {}

    def create(self, path: Path) -> OpenFile:  # type: ignore[override]
        file = super().create(path)
        self._listed.clear()
        self._unsynced.pop(path.parent, None)
        return file

    def replace(self, path: Path, data: bytes) -> None:
        if path not in self.files:
            self._listed.clear()
        super().replace(path, data)
        self._unsynced.pop(path.parent, None)

    def rename(self, old: Path, new: Path) -> None:
        super().rename(old, new)
        self._listed.clear()
        self._note(new, lambda: self._undo_rename(old, new))

    def remove(self, path: Path) -> None:
        data, synced = self.files.get(path), self.synced.get(path, 0)
        super().remove(path)
        self._listed.clear()
        if data is not None:
            kept = data
            self._note(path, lambda: self._undo_remove(path, kept, synced))

    def read(self, path: Path) -> bytes:
        self.was_read.add(path)
        return super().read(path)

    def list(self, folder: Path) -> list[str]:
        if folder not in self._listed:
            start = f"{folder}/"
            below = {str(p)[len(start) :].split("/", 1)[0] for p in self.files if str(p).startswith(start)}
            self._listed[folder] = sorted(below)
        return list(self._listed[folder])

    def settle(self, folder: Path) -> None:
        """The names in a folder are durable now."""
        self._unsynced.pop(folder, None)

    def power_cut(self) -> None:
        """Lose a random part of what was not synced: ends of files, and the last names of each folder."""
        for undo in self._unsynced.values():
            for _ in range(self.rng.randint(0, len(undo))):
                undo.pop()()
        self._unsynced.clear()
        self._listed.clear()
        self.crash()

    def _note(self, path: Path, undo: Callable[[], None]) -> None:
        self._unsynced.setdefault(path.parent, []).append(undo)

    def _undo_rename(self, old: Path, new: Path) -> None:
        self.files[old], self.synced[old] = self.files.pop(new), self.synced.pop(new)

    def _undo_remove(self, path: Path, data: bytes, synced: int) -> None:
        self.files[path], self.synced[path] = data, synced


class ProcessDisk:
    """The machine's disk as one process sees it: after its death it can do nothing any more."""

    def __init__(self, machine: Machine) -> None:
        self._machine = machine
        self.is_dead = False

    def die(self) -> None:
        """From now on every operation is a Crash."""
        self.is_dead = True

    def run(self, operation: Callable[[], _T]) -> _T:
        """Do it while alive; a crash in it is this process's death."""
        if self.is_dead:
            raise Crash
        try:
            return operation()
        except Crash:
            self.is_dead = True
            raise

    def create(self, path: Path) -> OpenFile:
        return _ProcessFile(self, self.run(lambda: self._machine.create(path)))

    def read(self, path: Path) -> bytes:
        return self.run(lambda: self._machine.read(path))

    def read_start(self, path: Path, size_bytes: int) -> bytes:
        return self.run(lambda: self._machine.read_start(path, size_bytes))

    def replace(self, path: Path, data: bytes) -> None:
        self.run(lambda: self._machine.replace(path, data))

    def rename(self, old: Path, new: Path) -> None:
        self.run(lambda: self._machine.rename(old, new))

    def truncate(self, path: Path, size_bytes: int) -> None:
        self.run(lambda: self._machine.truncate(path, size_bytes))

    def remove(self, path: Path) -> None:
        self.run(lambda: self._machine.remove(path))

    def list(self, folder: Path) -> list[str]:
        return self.run(lambda: self._machine.list(folder))

    def size(self, path: Path) -> int:
        return self.run(lambda: self._machine.size(path))


class _ProcessFile:
    def __init__(self, disk: ProcessDisk, file: OpenFile) -> None:
        self._disk, self._file = disk, file

    def append(self, data: bytes) -> None:
        self._disk.run(lambda: self._file.append(data))

    def sync(self) -> None:
        self._disk.run(self._file.sync)

    def truncate(self, size_bytes: int) -> None:
        self._disk.run(lambda: self._file.truncate(size_bytes))

    def close(self) -> None:
        self._file.close()
