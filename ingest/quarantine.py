"""What could not become a row is kept here, with its reason and its bytes, for people to look at and replay.

One file of JSON lines a segment, written in one go before the segment is given up: a replayed segment writes
the same file again.
"""

from __future__ import annotations

import base64
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import msgspec

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
