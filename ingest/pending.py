"""What one web process has made durable and the writer has not yet inserted: the measure of its queue."""

from __future__ import annotations

import asyncio
from collections import Counter
from pathlib import Path
from typing import Final

from ingest.disk import Disk
from ingest.spool import SegmentName, segment_token

_UNKNOWN: Final = ""
"""Stands for the servers of what lay in the folder at the start: names do not tell them."""


class _Segment:
    __slots__ = ("events", "size_bytes")

    def __init__(self) -> None:
        self.events: dict[str, int] = {}
        self.size_bytes = 0


class Pending:
    """Counts by segment and server; a segment that has left the folder is inserted. Used from one event loop."""

    def __init__(self, disk: Disk, folder: Path, node: str) -> None:
        self._disk, self._folder, self._node = disk, folder, node
        self._segments: dict[str, _Segment] = {}
        self._servers: Counter[str] = Counter()
        self.events = self.size_bytes = 0
        for file in disk.list(folder):
            if name := SegmentName.parse(file):
                token = segment_token(node, folder, name)
                self.add(token, _UNKNOWN, name.events, disk.size(folder / file))

    def add(self, segment: str, server_id: str, events: int, size_bytes: int) -> None:
        """A report of a server became durable in `segment`."""
        held = self._segments.get(segment)
        if held is None:
            held = self._segments[segment] = _Segment()
        held.events[server_id] = held.events.get(server_id, 0) + events
        held.size_bytes += size_bytes
        self._servers[server_id] += events
        self.events += events
        self.size_bytes += size_bytes

    def has_its_share(self, server_id: str) -> bool:
        """Whether the server holds its equal share of the pending events, or more."""
        return self._servers[server_id] * len(self._servers) >= self.events

    async def look(self) -> None:
        """Forget the segments that are gone from the folder."""
        # Only what was known before the listing: a segment opened meanwhile is missing from it and alive.
        known = list(self._segments)
        present = await asyncio.to_thread(self._present)
        for segment in known:
            if segment not in present:
                self._forget(self._segments.pop(segment))

    def _forget(self, held: _Segment) -> None:
        self.size_bytes -= held.size_bytes
        for server_id, events in held.events.items():
            self.events -= events
            self._servers[server_id] -= events
            if not self._servers[server_id]:
                del self._servers[server_id]

    def _present(self) -> set[str]:
        names = (SegmentName.parse(file) for file in self._disk.list(self._folder))
        return {segment_token(self._node, self._folder, name) for name in names if name}
