"""In which order what waits is stored, and what may be read at all."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from ingest.backlog import Backlog
from ingest.errors import SpoolUnavailable
from ingest.segments import encode_record
from ingest.settings import IngestSettings
from ingest.spool import SEALED_SUFFIX, SegmentWriter, recover
from tests.ingest.faulty_disk import FaultyDisk

SPOOL = Path("/spool")


def record(received_ms: int) -> bytes:
    return encode_record("server", received_ms, 1, "", b"type=jump")


def test_segments_of_several_web_processes_come_in_order_of_arrival() -> None:
    """By folder, one folder's hour would empty the duplicate window before the other's first minute is stored."""
    disk = FaultyDisk(random.Random(0))
    writers = {name: SegmentWriter(disk, SPOOL / name, IngestSettings()) for name in ("web", "web-2")}
    for received_ms in range(100, 106):
        writer = writers["web" if received_ms % 2 else "web-2"]
        writer.commit([record(received_ms)], 1)
        writer.seal()
    folders = [segment.folder.name for segment in Backlog(disk, SPOOL).waiting()]
    assert folders == ["web-2", "web"] * 3


def test_a_folder_keeps_its_own_order_when_its_clock_jumps_back() -> None:
    disk = FaultyDisk(random.Random(0))
    for name, times in {"web": (5000, 1000, 6000), "web-2": (2000, 3000)}.items():
        writer = SegmentWriter(disk, SPOOL / name, IngestSettings())
        for received_ms in times:
            writer.commit([record(received_ms)], 1)
            writer.seal()
    found = [(segment.folder.name, segment.name.number) for segment in Backlog(disk, SPOOL).waiting()]
    assert found == [("web-2", 1), ("web-2", 2), ("web", 1), ("web", 2), ("web", 3)]


def test_what_recovery_seals_no_power_cut_takes_away() -> None:
    """A record in an unsynced page could be stored and then vanish: its token would stand for other rows."""
    for seed in range(50):
        disk = FaultyDisk(random.Random(seed))
        folder = SPOOL / "web"
        file = disk.create(folder / "00000001-00000001.open")
        file.append(b"statline spool 1\n" + record(1))
        file.sync()
        file.append(record(2))  # and killed before the sync
        assert recover(disk, folder) == 2
        (sealed,) = disk.list(folder)
        before = disk.read(folder / sealed)
        disk.crash()
        assert disk.read(folder / sealed) == before, f"seed {seed}"


def test_a_segment_with_refused_records_at_its_end_is_not_sealed_before_they_are_cut_off() -> None:
    disk = FaultyDisk(random.Random(1))
    writer = SegmentWriter(disk, SPOOL / "web", IngestSettings())
    writer.commit([record(1)], 1)
    disk.refuse = lambda operation: operation in ("sync", "truncate")
    with pytest.raises(SpoolUnavailable):
        writer.commit([record(2)], 1)
    assert not [name for name in disk.list(SPOOL / "web") if name.endswith(SEALED_SUFFIX)]
    disk.refuse = lambda _operation: False
    writer.seal()
    (sealed,) = (name for name in disk.list(SPOOL / "web") if name.endswith(SEALED_SUFFIX))
    assert disk.read(SPOOL / "web" / sealed) == b"statline spool 1\n" + record(1)
