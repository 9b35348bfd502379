"""What became of a report, asked for by the id that its 202 carried (`Statline-Receipt`).

The writer leaves one small file a segment in `<data>/writer/receipts/` before it gives the segment up; the web role
reads it. A report without such a file is pending while its record lies in the spool. The file follows from the
segment and its refusals alone, so a segment that comes again writes the same file.

    file = msgpack [servers, columns, refused]
    columns = zlib of five uint32 arrays, one item a record: distance to the record before, bytes | server, an index
              into `servers` | inserted | duplicate | quarantined
"""

from __future__ import annotations

import re
import sys
import time
import zlib
from array import array
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from itertools import accumulate
from operator import sub
from pathlib import Path
from typing import Final, NamedTuple

import msgspec
import structlog

from ingest.disk import Disk
from ingest.segments import HEADER_BYTES, read_record_head
from ingest.spool import OPEN_SUFFIX, SegmentName, known_node

# The file of a 32 MiB segment of the smallest reports is 2 MB; a larger one is not ours.
_FILE_BYTES_MAX: Final = 64 * 1024 * 1024
_COLUMNS_BYTES_MAX: Final = 1024 * 1024 * 1024
# Old files deleted for each one written: a lowered bound is reached soon, and no segment waits long for it.
_PRUNED_AT_ONCE_MAX: Final = 50
_LEVEL: Final = 1
_ID: Final = re.compile(r"([0-9a-f]{1,64})-(\w[\w.-]{0,99})-(\d{8,12})-(\d{8,12})-(\d{1,12})", re.ASCII)


_log = structlog.get_logger(__name__)


class RefusedPart(msgspec.Struct, array_like=True, frozen=True):
    """Lines or events of a report that share a reason."""

    reason: str
    lines: int


class Fate(NamedTuple):
    """What became of the events of one record; `server_id` is empty where damage hides it."""

    offset: int
    server_id: str
    inserted: int
    duplicate: int
    quarantined: int


class Receipt(msgspec.Struct, frozen=True, kw_only=True):
    """The answer about one report. `events` are those that the 202 named; `refused` may hold lines beyond them."""

    receipt: str
    status: str
    events: int
    inserted: int = 0
    duplicate: int = 0
    quarantined: int = 0
    refused: tuple[RefusedPart, ...] = ()


class _File(msgspec.Struct, array_like=True):
    servers: list[str]
    columns: bytes
    refused: dict[int, tuple[RefusedPart, ...]]


class ReceiptId(NamedTuple):
    """A receipt's text taken apart: the record at `offset` of segment (epoch, number) of a node's spool folder."""

    node: str
    folder: str
    epoch: int
    number: int
    offset: int

    @classmethod
    def parse(cls, text: str) -> ReceiptId | None:
        """None for a text that no 202 ever carried. Never leads out of a folder."""
        found = _ID.fullmatch(text)
        if found is None or ".." in found[2]:
            return None
        return cls(found[1], found[2], int(found[3]), int(found[4]), int(found[5]))

    @property
    def key(self) -> str:
        """Name of the segment in its folder."""
        return SegmentName(self.epoch, self.number).key

    @property
    def segment_token(self) -> str:
        """Name of the segment among all."""
        return f"{self.node}-{self.folder}-{self.key}"


def encode_fates(fates: Sequence[Fate], refused: Mapping[int, Sequence[RefusedPart]]) -> bytes:
    """The file of a segment. `fates` in order of their offsets; `refused` by offset."""
    if not fates:
        return msgspec.msgpack.encode(_File([], zlib.compress(b"", _LEVEL), {}))
    offsets, servers, *counts = zip(*fates, strict=True)
    names = {name: number for number, name in enumerate(dict.fromkeys(servers))}
    columns = (
        map(sub, offsets, (0, *offsets[:-1])),
        map(names.__getitem__, servers),
        *counts,
    )
    packed = b"".join(_little_endian(array("I", column)).tobytes() for column in columns)
    parts = {offset: tuple(those) for offset, those in refused.items()}
    return msgspec.msgpack.encode(_File(list(names), zlib.compress(packed, _LEVEL), parts))


def find_fate(data: bytes, offset: int) -> tuple[Fate, tuple[RefusedPart, ...]] | None:
    """What a segment's file says of the record at `offset`; None if no record begins there."""
    file = msgspec.msgpack.decode(data, type=_File)
    packed = zlib.decompressobj().decompress(file.columns, _COLUMNS_BYTES_MAX)
    numbers = array("I")
    numbers.frombytes(packed)
    numbers = _little_endian(numbers)
    records = len(numbers) // 5
    for row, at in enumerate(accumulate(numbers[:records])):
        if at == offset:
            server, *counts = (numbers[row + column * records] for column in range(1, 5))
            return Fate(at, file.servers[server], *counts), file.refused.get(offset, ())
    return None


def _little_endian(numbers: array[int]) -> array[int]:
    if sys.byteorder == "big":
        numbers.byteswap()
    return numbers


class ReceiptLog:
    """The writer's side: keeps the files of the last `keep_s` seconds and at most `bytes_max` bytes."""

    def __init__(
        self,
        disk: Disk,
        folder: Path,
        keep_s: float,
        bytes_max: int,
        clock_s: Callable[[], float] = time.time,
    ) -> None:
        self._disk, self._folder, self._clock_s = disk, folder, clock_s
        self._keep_s, self._bytes_max = keep_s, bytes_max
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        known = [(_written_s(folder / name, clock_s()), name) for name in disk.list(folder)]
        self._files = deque((at_s, name, disk.size(folder / name)) for at_s, name in sorted(known))
        self._bytes = sum(size for _, _, size in self._files)

    def keep(
        self, segment_token: str, fates: Sequence[Fate], refused: Mapping[int, Sequence[RefusedPart]]
    ) -> None:
        """Write what became of a segment's records, durably, and forget what is too old or too much.

        On a full disk receipts are given up: storing goes on, and that is what makes room again.
        """
        if self._keep_s:
            data = encode_fates(fates, refused)
            try:
                self._disk.replace(self._folder / segment_token, data)
            except OSError as error:
                _log.warning("receipts_not_kept", segment=segment_token, reason=str(error))
            else:
                self._files.append((self._clock_s(), segment_token, len(data)))
                self._bytes += len(data)
        self._prune()

    def _prune(self) -> None:
        oldest_s = self._clock_s() - self._keep_s
        for _ in range(_PRUNED_AT_ONCE_MAX):
            if not self._files or (self._files[0][0] >= oldest_s and self._bytes <= self._bytes_max):
                return
            _, name, size = self._files.popleft()
            self._disk.remove(self._folder / name)
            self._bytes -= size


def _written_s(path: Path, now_s: float) -> float:
    try:
        return path.stat().st_mtime
    except OSError:
        return now_s


class ReceiptReader:
    """The web role's side. Every look reads at most one receipt file and one record; call it in a thread."""

    def __init__(self, disk: Disk, data_dir: Path) -> None:
        self._disk, self._spool, self._folder = disk, data_dir / "spool", data_dir / "writer" / "receipts"

    def find(self, text: str, server_id: str) -> Receipt | None:
        """What became of a report of `server_id`. None: unknown, expired, or another server's.

        A damaged record whose server cannot be read any more is shown to every server that knows its id.
        """
        wanted = ReceiptId.parse(text)
        if wanted is None:
            return None
        # Between two looks a segment may be sealed, or stored and deleted: it is found where it went.
        for _ in range(3):
            if found := self._stored(wanted, text, server_id) or self._pending(wanted, text, server_id):
                return found
        return None

    def _stored(self, wanted: ReceiptId, text: str, server_id: str) -> Receipt | None:
        path = self._folder / wanted.segment_token
        try:
            if not 0 < self._disk.size(path) <= _FILE_BYTES_MAX:
                return None
            found = find_fate(self._disk.read(path), wanted.offset)
        except (FileNotFoundError, msgspec.MsgspecError, zlib.error):  # expired meanwhile, or damaged
            return None
        if found is None or found[0].server_id not in ("", server_id):
            return None
        fate, refused = found
        return Receipt(
            receipt=text,
            status="quarantined" if fate.quarantined else "stored",
            events=fate.inserted + fate.duplicate + fate.quarantined,
            inserted=fate.inserted,
            duplicate=fate.duplicate,
            quarantined=fate.quarantined,
            refused=refused,
        )

    def _pending(self, wanted: ReceiptId, text: str, server_id: str) -> Receipt | None:
        folder = self._spool / wanted.folder
        names = (wanted.key + OPEN_SUFFIX, wanted.key + "-")
        for file in self._disk.list(folder):
            if file.startswith(names) and SegmentName.parse(file) is not None:
                return self._in_spool(folder / file, wanted, text, server_id)
        return None

    def _in_spool(self, path: Path, wanted: ReceiptId, text: str, server_id: str) -> Receipt | None:
        try:
            if known_node(self._disk, path.parent) != wanted.node:
                return None
            with path.open("rb") as file:
                file.seek(wanted.offset)
                head = read_record_head(file.read(HEADER_BYTES + 256))
        except (OSError, msgspec.DecodeError):
            return None
        if head is None or head.server_id != server_id:
            return None
        return Receipt(receipt=text, status="pending", events=head.events)
