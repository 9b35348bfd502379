"""The writer's memory between segments, on disk: which segments are stored, and the state behind the last one.

The rule that makes a replay the same batch again: a segment's insert starts only after a checkpoint with the
state before it, and with its name as `next`, is on disk. After a crash the writer takes up `next` first, with
that state, under the same token.
"""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import Final

import msgspec

from ingest.backlog import Segment
from ingest.context import Context
from ingest.disk import Disk
from ingest.duplicates import DuplicateWindow, Generation

_CHECKPOINT_NAME: Final = "checkpoint"
_SEEN_FOLDER: Final = "seen"


class Ledger(msgspec.Struct, frozen=True):
    """Events of all segments stored so far: as the door counted them, and what became of them.

    Part of the checkpoint, so each segment is counted once whatever is killed when.
    """

    received: int = 0
    inserted: int = 0
    duplicate: int = 0
    quarantined: int = 0

    def __add__(self, other: Ledger) -> Ledger:
        return Ledger(*(here + there for here, there in zip(self.amounts(), other.amounts(), strict=True)))

    def amounts(self) -> tuple[int, int, int, int]:
        """In the order of the fields."""
        return self.received, self.inserted, self.duplicate, self.quarantined

    @property
    def missing(self) -> int:
        """Events received of which nobody knows what became; 0 unless statline is at fault."""
        return self.received - self.inserted - self.duplicate - self.quarantined


class Checkpoint(msgspec.Struct):
    """State after the last stored segment. `applied`: by node and spool folder the (epoch, number) stored last."""

    applied: dict[str, tuple[int, int]] = {}
    next: str = ""
    context: bytes = b""
    ledger: Ledger = Ledger()


def read_checkpoint(disk: Disk, folder: Path) -> Checkpoint:
    """The checkpoint in a writer folder, empty when there is none. A damaged one raises msgspec.DecodeError."""
    path = folder / _CHECKPOINT_NAME
    if not disk.size(path):
        return Checkpoint()
    return msgspec.msgpack.decode(disk.read(path), type=Checkpoint)


class WriterState:
    """Loads, advances and saves the checkpoint and the duplicate window's log."""

    def __init__(self, disk: Disk, folder: Path, window: DuplicateWindow) -> None:
        self._disk, self._folder = disk, folder
        (folder / _SEEN_FOLDER).mkdir(parents=True, exist_ok=True, mode=0o700)
        self._path = folder / _CHECKPOINT_NAME
        self._window = window
        self._checkpoint = Checkpoint()
        self._logged: list[tuple[str, int]] = []

    def load(self) -> Context:
        """Restore the window and return the context. A damaged checkpoint raises msgspec.DecodeError."""
        context = Context()
        self._checkpoint = read_checkpoint(self._disk, self._folder)
        if self._checkpoint.context:
            context = Context.decode(self._checkpoint.context)
        self._load_window()
        return context

    @property
    def next(self) -> str:
        """Token of the segment whose insert may have started, or empty."""
        return self._checkpoint.next

    def is_applied(self, segment: Segment) -> bool:
        """Whether this segment's events are stored already."""
        return self._was_applied(segment.token)

    def announce(self, segment: Segment) -> None:
        """Before the insert of `segment`: write down that it comes next."""
        self._checkpoint.next = segment.token
        self._save()

    def advance(
        self,
        segment: Segment,
        generation: Generation,
        context: bytes,
        upcoming: Segment | None,
        counted: Ledger,
    ) -> None:
        """After the insert of `segment`: it is applied, `context` is the state behind it, `upcoming` is next."""
        self._log(segment, generation)
        self._checkpoint.applied[_stream(segment.token)] = (segment.name.epoch, segment.name.number)
        self._checkpoint.context = context
        self._checkpoint.ledger += counted
        self._checkpoint.next = upcoming.token if upcoming else ""
        self._save()

    def _save(self) -> None:
        self._disk.replace(self._path, msgspec.msgpack.encode(self._checkpoint))

    def _log(self, segment: Segment, generation: Generation) -> None:
        """Remember the segment's events for the next start; drop the files that have left the window."""
        order = self._logged[-1][0].split("-", 1)[0] if self._logged else "0"
        name = f"{int(order) + 1:012d}-{segment.token}"
        self._disk.replace(self._folder / _SEEN_FOLDER / name, generation.encode())
        self._logged.append((name, generation.newest_ms))
        oldest_ms = generation.newest_ms - self._window.window_ms
        while self._logged and self._logged[0][1] < oldest_ms:
            self._disk.remove(self._folder / _SEEN_FOLDER / self._logged.pop(0)[0])

    def _load_window(self) -> None:
        for name in self._disk.list(self._folder / _SEEN_FOLDER):
            path = self._folder / _SEEN_FOLDER / name
            order, _, token = name.partition("-")
            if not order.isdigit() or not self._was_applied(token):
                self._disk.remove(path)  # logged just before a crash, not applied: its segment comes again
                continue
            generation = Generation.decode(self._disk.read(path))
            self._window.add(generation)
            self._logged.append((name, generation.newest_ms))

    def _was_applied(self, token: str) -> bool:
        epoch, _, number = token.removeprefix(_stream(token) + "-").partition("-")
        with contextlib.suppress(ValueError):
            return (int(epoch), int(number)) <= self._checkpoint.applied.get(_stream(token), (0, 0))
        return False


def _stream(token: str) -> str:
    """Node and spool folder of a segment's token."""
    return token.rsplit("-", 2)[0]
