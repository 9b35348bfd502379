"""Putting reports into the ingest again: from a saved segment, or out of the quarantine.

They go through a spool folder of their own, which no web process owns and the writer picks up like any other. A record
is durable when `put` returns.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final, NamedTuple

import xxhash

from ingest.batches import REPLAYED
from ingest.decode import Decoder
from ingest.disk import RealDisk
from ingest.errors import SpoolInUse
from ingest.formats import InvalidBody, count_events, split_report
from ingest.quarantine import Entry
from ingest.segments import Record, encode_record
from ingest.settings import IngestSettings
from ingest.spool import SegmentWriter, owned, recover
from schema.columns import INDEX

_FOLDERS_MAX: Final = 100
_RAW: Final = INDEX["raw"]


class Put(NamedTuple):
    """What was made durable."""

    reports: int
    events: int


class ReplayFolder:
    """A spool folder for reports that come again. Made by `open_replay`."""

    def __init__(self, writer: SegmentWriter, folder: Path) -> None:
        self._writer, self.folder = writer, folder

    def put(self, records: Sequence[Record]) -> Put:
        """Make records durable in the spool; raises SpoolUnavailable, and then none of them is."""
        encoded = [
            encode_record(
                record.server_id, record.received_ms, record.events, record.idempotency_key, record.body
            )
            for record in records
        ]
        events = sum(record.events for record in records)
        if encoded:
            self._writer.commit(encoded, events)
        return Put(len(encoded), events)

    def seal(self) -> None:
        """Hand over to the writer what was put."""
        self._writer.seal()


@contextlib.contextmanager
def open_replay(settings: IngestSettings, spool_dir: Path) -> Iterator[ReplayFolder]:
    """Own the first free `replay-<n>` folder below the spool; leaving hands everything to the writer."""
    disk = RealDisk()
    for number in range(_FOLDERS_MAX):
        folder = spool_dir / f"replay-{number}"
        with contextlib.ExitStack() as stack:
            try:
                stack.enter_context(owned(folder))
            except SpoolInUse:
                continue
            recover(disk, folder)
            replay = ReplayFolder(SegmentWriter(disk, folder, settings), folder)
            stack.callback(replay.seal)
            yield replay
            return
    raise SpoolInUse(f"{_FOLDERS_MAX} replays run on {spool_dir} already")


def record_of(entry: Entry) -> Record | None:
    """The report that sends a quarantined item again, at its first receive time; None where the server is unknown.

    Its Idempotency-Key is made of the entry's id: replayed twice, it counts once.
    """
    item = entry.item
    if not item.server_id:
        return None
    body = item.raw
    # One object of an array may hold line breaks, which would end a line.
    if body.startswith(b"{") and item.events == 1:
        body = b"[" + body + b"]"
    try:
        events = count_events(body)
    except InvalidBody:
        body, events = item.raw, item.events
    return Record(item.server_id, item.received_ms, events, f"{REPLAYED}quarantine-{entry.id}", body, 0)


def hashes_of(record: Record, decoder: Decoder) -> set[int]:
    """XXH3 of the column `raw` of each event of a record: what `xxh3(raw)` says of its rows."""
    try:
        events = split_report(record.body).events
    except InvalidBody:
        return set()
    raws = (decoder.decode(event)[_RAW] for event in events)
    return {xxhash.xxh3_64_intdigest(raw if isinstance(raw, bytes) else raw.encode()) for raw in raws}
