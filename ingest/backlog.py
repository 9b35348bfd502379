"""The spool's reading side: which sealed segments wait, in the order in which they are to be stored."""

from __future__ import annotations

import contextlib
import heapq
from pathlib import Path
from typing import NamedTuple

import structlog

from ingest.disk import Disk
from ingest.errors import SpoolInUse
from ingest.segments import START_BYTES, began_ms
from ingest.spool import SEALED_SUFFIX, SegmentName, known_node, owned, recover, segment_token

_log = structlog.get_logger(__name__)


class Segment(NamedTuple):
    """A sealed segment. `token` names it among all segments of all nodes."""

    folder: Path
    name: SegmentName
    token: str

    @property
    def path(self) -> Path:
        """Its file."""
        return self.folder / self.name.sealed_name


class Backlog:
    """All spool folders below one folder, one for each web process of this node."""

    def __init__(self, disk: Disk, spool_dir: Path) -> None:
        self._disk, self._spool_dir = disk, spool_dir
        self._nodes: dict[Path, str] = {}
        self._began_ms: dict[str, int] = {}
        self._nameless: set[Path] = set()

    def waiting(self) -> list[Segment]:
        """Sealed segments in order of arrival, each folder's in order of writing.

        By arrival across folders, because the duplicate window forgets what is older than the newest report: one
        folder's hour before another's would make it forget too early, and starve the other.
        """
        folders = []
        for folder_name in self._disk.list(self._spool_dir):
            folder = self._spool_dir / folder_name
            if not self._knows(folder):
                continue
            names = (
                SegmentName.parse(file) for file in self._disk.list(folder) if file.endswith(SEALED_SUFFIX)
            )
            found = [
                Segment(folder, name, segment_token(self._node(folder), folder, name))
                for name in sorted(name for name in names if name)
            ]
            if found:
                folders.append(found)
        if len(folders) < 2:
            return folders[0] if folders else []
        return list(heapq.merge(*folders, key=self._began))

    def _began(self, segment: Segment) -> int:
        if segment.token not in self._began_ms:
            self._began_ms[segment.token] = began_ms(self._disk.read_start(segment.path, START_BYTES))
        return self._began_ms[segment.token]

    def read(self, segment: Segment) -> bytes:
        """The whole segment; FileNotFoundError if it is gone."""
        return self._disk.read(segment.path)

    def remove(self, segment: Segment) -> None:
        """Delete a segment whose events are stored."""
        self._disk.remove(segment.path)
        self._began_ms.pop(segment.token, None)

    def recover_orphans(self) -> int:
        """Seal what dead web processes left open, where nobody owns the folder. Returns the events saved."""
        saved = 0
        for folder_name in self._disk.list(self._spool_dir):
            with contextlib.suppress(SpoolInUse), owned(self._spool_dir / folder_name):
                saved += recover(self._disk, self._spool_dir / folder_name)
        return saved

    def _knows(self, folder: Path) -> bool:
        """Whether the folder's name is known. Segments without one wait for an operator; the others go on."""
        with contextlib.suppress(FileNotFoundError):
            self._node(folder)
            self._nameless.discard(folder)
            return True
        segments = [file for file in self._disk.list(folder) if file.endswith(SEALED_SUFFIX)]
        if segments and folder not in self._nameless:
            self._nameless.add(folder)
            _log.error("spool_identity_lost", folder=str(folder), segments=len(segments))
        return False

    def _node(self, folder: Path) -> str:
        # Safe to remember: a node name changes only when its file was lost, and then the folder's
        # tokens still differ by epoch.
        if folder not in self._nodes:
            self._nodes[folder] = known_node(self._disk, folder)
        return self._nodes[folder]
