"""What could not become a row is kept here, with its reason and its bytes, for people to look at and replay.

One file of JSON lines a segment, written in one go before the segment is given up: a replayed segment writes
the same file again.
"""

from __future__ import annotations

import base64
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import Final, NamedTuple

import msgspec
import xxhash

from ingest.disk import Disk

# Lines that are no events were never acknowledged as events; a sender of garbage gets this many kept a segment.
LINES_PER_SEGMENT_MAX: Final = 1000
SUFFIX: Final = ".jsonl"


class Quarantined(msgspec.Struct, frozen=True, kw_only=True):
    """One thing kept aside. `events`: how many acknowledged events it stands for (0: lines that are none);
    `lines`: how many lines or events `raw` holds.
    """

    receipt: str
    server_id: str
    received_ms: int
    reason: str
    detail: str
    events: int
    lines: int = 1
    raw: bytes

    def line(self) -> bytes:
        """As one line of JSON; `raw` in base64, since it can be any bytes."""
        fields = msgspec.structs.asdict(self) | {"raw": base64.b64encode(self.raw).decode()}
        return msgspec.json.encode(fields) + b"\n"


class Entry(NamedTuple):
    """One item as it lies in the quarantine. `id` is made of its content: it stays when others go."""

    id: str
    item: Quarantined


class Quarantine:
    """The quarantine folder, bounded for what are no events, never for what was acknowledged."""

    def __init__(self, disk: Disk, folder: Path, bytes_max: int) -> None:
        self._disk, self._folder, self._bytes_max = disk, folder, bytes_max
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)

    def keep(self, segment_token: str, items: Sequence[Quarantined]) -> None:
        """Write everything set aside of one segment, durably."""
        acknowledged = [item for item in items if item.events]
        lines = [item for item in items if not item.events][:LINES_PER_SEGMENT_MAX]
        if lines and self.size_bytes() >= self._bytes_max:
            lines = []
        if kept := acknowledged + lines:
            path = self._folder / (segment_token + SUFFIX)
            self._disk.replace(path, b"".join(item.line() for item in kept))

    def size_bytes(self) -> int:
        """Disk used."""
        return sum(self._disk.size(self._folder / name) for name in self._disk.list(self._folder))

    def files(self) -> list[str]:
        """Names of the files, one a segment."""
        return [name for name in self._disk.list(self._folder) if name.endswith(SUFFIX)]

    def entries(self, file: str) -> Iterator[Entry]:
        """What one file holds. Raises msgspec.MsgspecError for a line that is none of ours."""
        return (entry for _, entry in self._read(file))

    def remove(self, file: str, ids: Collection[str]) -> int:
        """Delete entries of a file for good; how many there were."""
        lines = list(self._read(file))
        kept = [line for line, entry in lines if entry.id not in ids]
        if not kept:
            self._disk.remove(self._folder / file)
        elif len(kept) < len(lines):
            self._disk.replace(self._folder / file, b"".join(kept))
        return len(lines) - len(kept)

    def _read(self, file: str) -> Iterator[tuple[bytes, Entry]]:
        try:
            data = self._disk.read(self._folder / file)
        except FileNotFoundError:
            return
        seen: dict[str, int] = {}
        for line in data.splitlines(keepends=True):
            digest = xxhash.xxh3_64_hexdigest(line)[:12]
            number = seen[digest] = seen.get(digest, 0) + 1
            # Equal events of one report make equal lines.
            yield line, Entry(digest if number == 1 else f"{digest}.{number}", _LINE.decode(line))


_LINE: Final = msgspec.json.Decoder(Quarantined)
