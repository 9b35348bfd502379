"""The spool's writing side: accepted reports become durable here, and only then is a sender answered.

`SegmentWriter` is plain synchronous code over a Disk and a clock, so that a simulation can drive it step by
step. `Spool` runs it in a thread of its own with group commit: while one sync runs, the next reports gather;
the next commit starts when the previous ends. There is no timer (measured: a timer costs 2 to 10 times the
throughput, shared/measurements.md 5).
"""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import math
import os
import secrets
import socket
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Final, NamedTuple

import msgspec

from ingest.disk import Disk, OpenFile
from ingest.errors import IdentityLost, SpoolInUse, SpoolUnavailable
from ingest.segments import PREAMBLE, intact_bytes
from ingest.settings import IngestSettings

OPEN_SUFFIX: Final = ".open"
SEALED_SUFFIX: Final = ".seg"
TORN_SUFFIX: Final = ".torn"
LOCK_NAME: Final = "spool.lock"
_IDENTITY_NAME: Final = "identity.json"
_IDENTITY_COPY_NAME: Final = "identity.copy.json"


class SegmentName(NamedTuple):
    """Name of a segment inside its spool folder; the order of names is the order of writing.

    The epoch grows with each start and is written down before use, so that a number is never used twice,
    whatever the clock does: it becomes the deduplication token of an insert.
    """

    epoch: int
    number: int
    events: int = 0

    @property
    def key(self) -> str:
        """What stays the same from opening to deletion."""
        return f"{self.epoch:08d}-{self.number:08d}"

    @property
    def open_name(self) -> str:
        """File name while it is being written."""
        return self.key + OPEN_SUFFIX

    @property
    def sealed_name(self) -> str:
        """File name when it is complete; carries the number of events, so that a listing tells the backlog."""
        return f"{self.key}-{self.events}{SEALED_SUFFIX}"

    @classmethod
    def parse(cls, file_name: str) -> SegmentName | None:
        """The segment a file name stands for, or None if it is some other file."""
        stem, dot, suffix = file_name.rpartition(".")
        parts = stem.split("-")
        if not dot or "." + suffix not in (OPEN_SUFFIX, SEALED_SUFFIX) or not all(p.isdigit() for p in parts):
            return None
        if len(parts) != (3 if "." + suffix == SEALED_SUFFIX else 2):
            return None
        return cls(*(int(part) for part in parts))


class Receipt(NamedTuple):
    """Where a report lies: its segment, and the offset of its record there, bytes."""

    segment: str
    offset: int

    def __str__(self) -> str:
        return f"{self.segment}-{self.offset}"


class Identity(msgspec.Struct, frozen=True):
    """Who writes this spool folder: a random name for life, how often it was started, and where it was used last."""

    node: str
    epoch: int
    place: str = ""


def next_identity(disk: Disk, folder: Path) -> Identity:
    """The identity for this start, durable before it is used.

    A new folder gets a random name. Raises IdentityLost where segments lie and both copies of their name are gone: under
    another name what was stored of them would be stored again.
    """
    known = read_identity(disk, folder)
    segments = [name for file in disk.list(folder) if (name := SegmentName.parse(file))]
    if known is None and segments:
        raise IdentityLost(
            f"{folder} holds {len(segments)} segments, and {_IDENTITY_NAME} and its copy are missing or damaged: restore one of "
            "them, or move the segments away and put their reports back with `statline spool replay`"
        )
    if known is None:
        known = Identity(secrets.token_hex(6), 0, place_of(folder))
    identity = msgspec.structs.replace(
        known, epoch=max([known.epoch, *(name.epoch for name in segments)]) + 1
    )
    _write_identity(disk, folder, identity)
    return identity


def read_identity(disk: Disk, folder: Path) -> Identity | None:
    """The identity of a spool folder from whichever copy is whole, None without any."""
    found = []
    for name in (_IDENTITY_NAME, _IDENTITY_COPY_NAME):
        if disk.size(folder / name):
            with contextlib.suppress(msgspec.DecodeError, FileNotFoundError):
                found.append(msgspec.json.decode(disk.read(folder / name), type=Identity))
    return max(found, key=lambda identity: identity.epoch, default=None)


def _write_identity(disk: Disk, folder: Path, identity: Identity) -> None:
    # Both before the first segment of the epoch: a copy that is left alone never leads to an epoch used before.
    for name in (_IDENTITY_COPY_NAME, _IDENTITY_NAME):
        disk.replace(folder / name, msgspec.json.encode(identity))


def settle(disk: Disk, folder: Path, place: str) -> None:
    """Note that the folder is used in `place` from now on."""
    identity = read_identity(disk, folder)
    if identity is not None:
        _write_identity(disk, folder, msgspec.structs.replace(identity, place=place))


def place_of(folder: Path) -> str:
    """Name of this machine and folder: another text after a copy or a move; empty where the system does not tell."""
    try:
        inode = folder.stat().st_ino
    except OSError:
        return ""
    with contextlib.suppress(OSError):
        return f"{Path('/etc/machine-id').read_text().strip() or socket.gethostname()}/{inode}"
    return f"{socket.gethostname()}/{inode}"


def known_node(disk: Disk, folder: Path) -> str:
    """Node name of a spool folder, for the tokens of its segments. FileNotFoundError where none is known."""
    identity = read_identity(disk, folder)
    if identity is None:
        raise FileNotFoundError(folder / _IDENTITY_NAME)
    return identity.node


def segment_token(node: str, folder: Path, name: SegmentName) -> str:
    """Name of a segment among all segments of all nodes: the deduplication token of its insert."""
    return f"{stream_of(node, folder)}-{name.key}"


def stream_of(node: str, folder: Path) -> str:
    """Name of a spool folder among those of all nodes."""
    return f"{node}-{folder.name}"


@contextlib.contextmanager
def owned(folder: Path, wait_s: float = 0.0) -> Iterator[None]:
    """Own a spool folder while inside; SpoolInUse if another process does for longer than `wait_s`."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    fd = os.open(folder / LOCK_NAME, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
    try:
        deadline = time.monotonic() + wait_s
        while True:
            try:
                fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() >= deadline:
                    raise SpoolInUse(f"spool folder {folder} is in use by another process") from None
                time.sleep(0.02)
        yield
    finally:
        os.close(fd)


def recover(disk: Disk, folder: Path) -> int:
    """Seal what a killed process left open in a folder that the caller owns. Returns the events saved."""
    saved = 0
    for file in disk.list(folder):
        name = SegmentName.parse(file)
        if name is None or not file.endswith(OPEN_SUFFIX):
            continue
        path = folder / file
        data = disk.read(path)
        keep_bytes, events = intact_bytes(data)
        if torn := data[max(keep_bytes, len(PREAMBLE)) :]:
            # A crash leaves it, and nobody was told that it was accepted; but a flipped bit in the header of the
            # last record looks the same, so the bytes stay for somebody to look at.
            disk.replace(folder / (name.key + TORN_SUFFIX), torn)
        if keep_bytes <= len(PREAMBLE):
            disk.remove(path)
            continue
        # Even when there is nothing to cut: what the dead process wrote and did not sync is durable from here on.
        # Else a power cut could make the segment shorter after its insert, and its token stand for other rows.
        disk.truncate(path, keep_bytes)
        disk.rename(path, folder / name._replace(events=events).sealed_name)
        saved += events
    return saved


class SegmentWriter:
    """Appends records to the open segment, seals it when it is full or old enough. Not thread-safe."""

    def __init__(
        self, disk: Disk, folder: Path, settings: IngestSettings, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._disk, self._folder, self._settings, self._clock = disk, folder, settings, clock
        self.identity = next_identity(disk, folder)
        self._number = 0
        self._file: OpenFile | None = None
        self._name = SegmentName(self.identity.epoch, 0)
        self._size_bytes = 0
        self._opened_at_s = 0.0
        self._complete: list[SegmentName] = []
        self._overlong: dict[SegmentName, int] = {}

    def commit(self, records: Sequence[bytes], events: int) -> list[Receipt]:
        """Make the records durable and return their receipts, in order.

        Raises SpoolUnavailable if the disk refuses; then none of them is accepted, and the segment goes on
        behind the last accepted record.
        """
        try:
            file = self._open()
        except OSError as error:
            raise SpoolUnavailable(f"cannot open a spool segment: {error.strerror}") from error
        try:
            file.append(b"".join(records))
            file.sync()
        except OSError as error:
            self._retreat()
            raise SpoolUnavailable(f"cannot write to the spool: {error.strerror}") from error
        receipts = self._receipts(records)
        self._name = self._name._replace(events=self._name.events + events)
        self.seal_if_due()
        return receipts

    def due_s(self) -> float | None:
        """Seconds until the open segment must be sealed, None if there is none."""
        if self._file is None:
            return None
        return max(0.0, self._opened_at_s + self._settings.linger_s - self._clock())

    def seal_if_due(self) -> None:
        """Seal the open segment if it is full or has waited long enough."""
        settings = self._settings
        if self._complete:
            self._hand_over()
        if self._file is not None and (
            self._name.events >= settings.batch_rows_max
            or self._size_bytes >= settings.segment_bytes_max
            or self.due_s() == 0.0
        ):
            self.seal()

    def seal(self) -> None:
        """Close the open segment, if there is one, and hand it to the writer role.

        What it holds is durable already, so a failing rename raises nothing: it is tried again with the next.
        """
        if self._file is not None:
            file, self._file = self._file, None
            self._complete.append(self._name)
            with contextlib.suppress(OSError):
                file.close()
        self._hand_over()

    def _hand_over(self) -> None:
        with contextlib.suppress(OSError):
            while self._complete:
                name = self._complete[0]
                path, size_bytes = self._folder / name.open_name, self._overlong.get(name)
                if size_bytes == len(PREAMBLE):
                    self._disk.remove(path)
                else:
                    if size_bytes is not None:
                        self._disk.truncate(path, size_bytes)
                    # Not synced: if the new name is lost with the power, recovery seals the old one again.
                    self._disk.rename(path, self._folder / name.sealed_name)
                self._overlong.pop(name, None)
                self._complete.pop(0)

    def _open(self) -> OpenFile:
        if self._file is None:
            self._number += 1
            name = SegmentName(self.identity.epoch, self._number)
            file = self._disk.create(self._folder / name.open_name)
            try:
                file.append(PREAMBLE)
            except OSError:
                file.close()
                self._disk.remove(self._folder / name.open_name)
                raise
            self._file, self._name = file, name
            self._size_bytes, self._opened_at_s = len(PREAMBLE), self._clock()
        return self._file

    def _receipts(self, records: Sequence[bytes]) -> list[Receipt]:
        token = segment_token(self.identity.node, self._folder, self._name)
        receipts = []
        for record in records:
            receipts.append(Receipt(token, self._size_bytes))
            self._size_bytes += len(record)
        return receipts

    def _retreat(self) -> None:
        """After a failed write: cut what was not accepted, or give the segment up where that fails too.

        After a failed sync the kernel may drop the dirty pages, so the same file is never trusted again:
        what was accepted before is sealed, a file without any is removed, and the next record opens a new segment.
        It is sealed only once the cut is made: a reader must never see a record that a power cut can take away.
        Until then no later segment is sealed either: the writer takes a folder's segments in order, and what recovery
        finds behind one that is stored would come too late.
        """
        self._overlong[self._name] = self._size_bytes
        self.seal()


class TooLate(Exception):
    """A report could not be on its way to the disk in time: it was not accepted."""


class _Waiting(NamedTuple):
    record: bytes
    events: int
    receipt: asyncio.Future[Receipt]
    begin_by_s: float


class Spool:
    """Group commit in a thread: `append` returns when the record is durable.

    Bounded by `unsynced_bytes_max`; `append` raises SpoolUnavailable when that is reached or the disk
    refuses. Made and used in one event loop; `clock` is that loop's (time.monotonic and uvloop's have one origin).
    """

    def __init__(
        self, writer: SegmentWriter, unsynced_bytes_max: int, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._writer = writer
        self._clock = clock
        self._unsynced_bytes_max = unsynced_bytes_max
        self._loop = asyncio.get_running_loop()
        self._wake = threading.Condition()
        self._waiting: list[_Waiting] = []
        self._waiting_bytes = 0
        self._closing = False
        self._failure: str | None = None
        self._thread = threading.Thread(target=self._run, name="spool")
        self._thread.start()

    @property
    def failure(self) -> str | None:
        """Why the last commit failed, None when it succeeded."""
        return self._failure

    def append(self, record: bytes, events: int, begin_by_s: float = math.inf) -> asyncio.Future[Receipt]:
        """Queue a record; the future gives its receipt once it is durable, or SpoolUnavailable.

        TooLate when its commit cannot begin by `begin_by_s`: what a stalled disk kept waiting is refused, not stored late.
        """
        if self._waiting_bytes + len(record) > self._unsynced_bytes_max:
            raise SpoolUnavailable("too many reports wait for the disk", retry_after_s=1)
        receipt: asyncio.Future[Receipt] = self._loop.create_future()
        with self._wake:
            if self._closing:
                raise SpoolUnavailable("the server is stopping")
            if not self._waiting:  # else the thread is awake, or about to be
                self._wake.notify()
            self._waiting.append(_Waiting(record, events, receipt, begin_by_s))
            self._waiting_bytes += len(record)
        return receipt

    def refuse_late(self) -> None:
        """Tell those whose commit did not begin in time, while the thread is busy with the one before."""
        with self._wake:
            self._waiting = self._in_time(self._waiting)
            self._waiting_bytes = sum(len(each.record) for each in self._waiting)

    def _in_time(self, waiting: list[_Waiting]) -> list[_Waiting]:
        """Those whose commit may begin now; the others hear that it is too late."""
        now_s = self._clock()
        late = [each for each in waiting if each.begin_by_s < now_s]
        if not late:
            return waiting
        self._loop.call_soon_threadsafe(_fail, late, TooLate())
        return [each for each in waiting if each.begin_by_s >= now_s]

    async def close(self) -> None:
        """Commit what waits, seal the open segment, end the thread."""
        with self._wake:
            self._closing = True
            self._wake.notify()
        await asyncio.to_thread(self._thread.join)

    def _run(self) -> None:
        while self._step():
            pass
        self._writer.seal()

    def _step(self) -> bool:
        with self._wake:
            if not self._waiting and not self._closing:
                self._wake.wait(self._writer.due_s())
            group, self._waiting = self._waiting, []
            self._waiting_bytes = 0
            closing = self._closing
        if group := self._in_time(group):
            self._commit(group)
        else:
            self._writer.seal_if_due()
        return bool(group) or not closing

    def _commit(self, group: Sequence[_Waiting]) -> None:
        try:
            receipts = self._writer.commit(
                [waiting.record for waiting in group], sum(waiting.events for waiting in group)
            )
        except SpoolUnavailable as error:
            self._failure = str(error)
            self._loop.call_soon_threadsafe(_fail, group, error)
            return
        self._failure = None
        self._loop.call_soon_threadsafe(_resolve, group, receipts)


def _resolve(group: Sequence[_Waiting], receipts: Sequence[Receipt]) -> None:
    for waiting, receipt in zip(group, receipts, strict=True):
        if not waiting.receipt.done():
            waiting.receipt.set_result(receipt)


def _fail(group: Sequence[_Waiting], error: TooLate | SpoolUnavailable) -> None:
    for waiting in group:
        if not waiting.receipt.done():
            # One each: an exception that many await would collect all their tracebacks.
            waiting.receipt.set_exception(type(error)(*error.args))
