"""The spool as a person looks at it: which segments lie where, and whether they are whole. Read-only, at any time."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple

import msgspec

from ingest.checkpoint import Checkpoint, read_checkpoint
from ingest.disk import RealDisk
from ingest.segments import Damage, Record, intact_bytes, read_records
from ingest.spool import OPEN_SUFFIX, SegmentName, known_node, read_identity, segment_token, stream_of

OPEN: Final = "open"
SEALED: Final = "sealed"
INSERTING: Final = "inserting"
STORED: Final = "stored"


class SegmentFile(NamedTuple):
    """A segment in a spool folder.

    `state`: open (being written), sealed (waits for the writer), inserting (comes next), stored (about to be
    deleted). `events` of an open segment are those durable now; `written_s` is Unix seconds.
    """

    path: Path
    state: str
    events: int
    size_bytes: int
    written_s: float

    @property
    def folder(self) -> str:
        """Name of its spool folder."""
        return self.path.parent.name


class Verified(NamedTuple):
    """What a look at every record found; `unfinished` is the torn end of an open segment, never acknowledged."""

    path: Path
    records: int
    events: int
    damages: list[Damage]
    unfinished: Damage | None


def spool_folders(spool_dir: Path) -> list[Path]:
    """The spool folders of a node, one for each web process and replay."""
    return sorted(path for path in spool_dir.glob("*") if path.is_dir())


def nameless_folders(spool_dir: Path) -> list[Path]:
    """Spool folders with segments whose name is lost: nobody stores them until an operator decides (docs/processes.md)."""
    return [
        folder
        for folder in spool_folders(spool_dir)
        if read_identity(RealDisk(), folder) is None
        and any(SegmentName.parse(path.name) for path in folder.iterdir())
    ]


def list_segments(data_dir: Path) -> list[SegmentFile]:
    """Every segment in order of folder and writing. Raises msgspec.MsgspecError for a damaged checkpoint."""
    checkpoint = read_checkpoint(RealDisk(), data_dir / "writer")
    return [
        found
        for folder in spool_folders(data_dir / "spool")
        for path in sorted(folder.iterdir())
        if (found := _described(path, checkpoint)) is not None
    ]


def verify(path: Path) -> Verified | None:
    """Read every record of a segment; None if it went (was stored) meanwhile."""
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return None
    found = list(read_records(data))
    damages = [item for item in found if isinstance(item, Damage)]
    records = [item for item in found if isinstance(item, Record)]
    unfinished = None
    if path.suffix == OPEN_SUFFIX and damages and damages[-1] is found[-1] and _is_torn(damages[-1]):
        unfinished = damages.pop()
    return Verified(path, len(records), sum(record.events for record in records), damages, unfinished)


def segment_paths(spool_dir: Path) -> Iterator[Path]:
    """Every segment file below the spool folder."""
    for folder in spool_folders(spool_dir):
        yield from (path for path in sorted(folder.iterdir()) if SegmentName.parse(path.name) is not None)


def _is_torn(damage: Damage) -> bool:
    # Where a header is whole and its checksum differs, the record may have been acknowledged.
    return not damage.events or damage.reason == "record cut short"


def _described(path: Path, checkpoint: Checkpoint) -> SegmentFile | None:
    name = SegmentName.parse(path.name)
    if name is None:
        return None
    try:
        facts = path.stat()
        if path.suffix == OPEN_SUFFIX:
            return SegmentFile(path, OPEN, intact_bytes(path.read_bytes())[1], facts.st_size, facts.st_mtime)
    except FileNotFoundError:  # sealed or stored meanwhile
        return None
    return SegmentFile(path, _state(path, name, checkpoint), name.events, facts.st_size, facts.st_mtime)


def _state(path: Path, name: SegmentName, checkpoint: Checkpoint) -> str:
    try:
        node = known_node(RealDisk(), path.parent)
    except (OSError, msgspec.MsgspecError):
        return SEALED
    if segment_token(node, path.parent, name) == checkpoint.next:
        return INSERTING
    applied = checkpoint.applied.get(stream_of(node, path.parent), (0, 0))
    return STORED if (name.epoch, name.number) <= applied else SEALED
