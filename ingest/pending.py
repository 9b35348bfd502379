"""What one web process has made durable and the writer has not yet inserted: the measure of its queue."""

from __future__ import annotations

import asyncio
from pathlib import Path

from ingest.disk import Disk
from ingest.spool import SegmentName, segment_token


class Pending:
    """Counts by segment; a segment that has left the folder is inserted. Used from one event loop."""

    def __init__(self, disk: Disk, folder: Path, node: str) -> None:
        self._disk, self._folder, self._node = disk, folder, node
        self._segments: dict[str, tuple[int, int]] = {}
        self.events = self.size_bytes = 0
        for file in disk.list(folder):
            if name := SegmentName.parse(file):
                self.add(segment_token(node, folder, name), name.events, disk.size(folder / file))

    def add(self, segment: str, events: int, size_bytes: int) -> None:
        """A report became durable in `segment`."""
        had_events, had_bytes = self._segments.get(segment, (0, 0))
        self._segments[segment] = (had_events + events, had_bytes + size_bytes)
        self.events += events
        self.size_bytes += size_bytes

    async def look(self) -> None:
        """Forget the segments that are gone from the folder."""
        # Only what was known before the listing: a segment opened meanwhile is missing from it and alive.
        known = list(self._segments)
        present = await asyncio.to_thread(self._present)
        for segment in known:
            if segment not in present:
                events, size_bytes = self._segments.pop(segment)
                self.events -= events
                self.size_bytes -= size_bytes

    def _present(self) -> set[str]:
        names = (SegmentName.parse(file) for file in self._disk.list(self._folder))
        return {segment_token(self._node, self._folder, name) for name in names if name}
