"""Doctor's sum: received = inserted + duplicate + quarantined + pending, whatever state the folder is in."""

from __future__ import annotations

import asyncio
import dataclasses
from pathlib import Path

import msgspec

from clickhouse.client import ClickHouse
from ingest.checkpoint import Checkpoint, Ledger
from ingest.conservation import Conservation, LedgerCollector, conservation
from ingest.disk import RealDisk
from ingest.door import open_door
from ingest.segments import encode_record
from ingest.settings import IngestSettings
from ingest.spool import SegmentWriter
from ingest.writer import run_writer

SETTINGS = IngestSettings(linger_s=0.01, drain_s=20)
SHOT = b"type=weapon_fire&match_id=m&timestamp=%d.000&player_guid=42&weapon=%s"


def figures(found: Conservation) -> tuple[int, int, int, int, int]:
    return found.received, found.inserted, found.duplicate, found.quarantined, found.pending


def test_an_empty_folder_holds(tmp_path: Path) -> None:
    assert conservation(tmp_path) == Conservation()


async def test_every_event_is_in_one_of_the_four(clickhouse: ClickHouse, tmp_path: Path) -> None:
    await clickhouse.command("ALTER TABLE raw_events ADD CONSTRAINT no_bombs CHECK weapon != 'bomb'")
    stop = asyncio.Event()
    stop.set()
    async with open_door(SETTINGS, tmp_path / "spool" / "web") as door:
        await door.accept("s", b"\n".join((SHOT % (1, b"BAR"), SHOT % (2, b"BAR"), SHOT % (3, b"bomb"))))
        await door.accept("s", SHOT % (1, b"BAR"))
        assert figures(conservation(tmp_path)) == (4, 0, 0, 0, 4)
    await run_writer(SETTINGS, clickhouse, tmp_path, stop)
    async with open_door(SETTINGS, tmp_path / "spool" / "web") as door:
        await door.accept("s", SHOT % (4, b"BAR"))

        found = conservation(tmp_path)

    assert figures(found) == (5, 2, 1, 1, 1)
    assert (found.holds, found.missing, found.problem) == (True, 0, "")


def test_a_stored_segment_whose_file_is_still_there_is_not_counted_twice(tmp_path: Path) -> None:
    folder = tmp_path / "spool" / "web"
    folder.mkdir(parents=True)
    writer = SegmentWriter(RealDisk(), folder, SETTINGS)
    for _ in range(2):
        writer.commit([encode_record("s", 1, 7, "", b"x")], 7)
        writer.seal()
    keep(tmp_path, Checkpoint({f"{writer.identity.node}-web": (1, 1)}, ledger=Ledger(7, 7)))

    assert figures(conservation(tmp_path)) == (14, 7, 0, 0, 7)


def test_missing_events_are_a_problem(tmp_path: Path) -> None:
    keep(tmp_path, Checkpoint(ledger=Ledger(10, 5, 1, 1)))

    found = conservation(tmp_path)

    assert (found.holds, found.missing, found.problem) == (False, 3, "3 events are unaccounted for")
    assert dataclasses.asdict(found)["received"] == 10


def test_a_damaged_checkpoint_is_a_problem(tmp_path: Path) -> None:
    keep(tmp_path, Checkpoint())
    (tmp_path / "writer" / "checkpoint").write_bytes(b"\xc1")

    assert "checkpoint cannot be read" in conservation(tmp_path).problem


def test_the_metrics_show_the_ledger_and_nothing_where_it_cannot_be_read(tmp_path: Path) -> None:
    keep(tmp_path, Checkpoint(ledger=Ledger(10, 7, 2, 1)))
    (family,) = LedgerCollector(tmp_path).collect()
    assert {sample.labels["fate"]: sample.value for sample in family.samples} == {
        "received": 10, "inserted": 7, "duplicate": 2, "quarantined": 1, "pending": 0,
    }  # fmt: skip
    (tmp_path / "writer" / "checkpoint").write_bytes(b"\xc1")
    assert [family.samples for family in LedgerCollector(tmp_path).collect()] == [[]]


def keep(data_dir: Path, checkpoint: Checkpoint) -> None:
    (data_dir / "writer").mkdir()
    (data_dir / "writer" / "checkpoint").write_bytes(msgspec.msgpack.encode(checkpoint))
