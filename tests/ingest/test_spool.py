"""The spool's promise: what has a receipt is in a segment, in order, whatever the disk does."""

from __future__ import annotations

import asyncio
import random
import threading
from pathlib import Path
from typing import Any, cast

import msgspec
import pytest

from ingest.backlog import Backlog
from ingest.disk import OpenFile, RealDisk
from ingest.errors import IdentityLost, SpoolInUse, SpoolUnavailable
from ingest.segments import Record, encode_record, read_records
from ingest.settings import IngestSettings
from ingest.spool import (
    SEALED_SUFFIX,
    TORN_SUFFIX,
    SegmentName,
    SegmentWriter,
    Spool,
    TooLate,
    next_identity,
    owned,
    recover,
)
from ingest.spool_files import nameless_folders
from tests.ingest.faulty_disk import Crash, FaultyDisk

FOLDER = Path("/spool/web")


class Clock:
    def __init__(self) -> None:
        self.now_s = 0.0

    def __call__(self) -> float:
        return self.now_s


def body(number: int) -> bytes:
    return encode_record("server", number, 1, "", b"event %d" % number)


def sealed_bodies(disk: FaultyDisk | RealDisk, folder: Path) -> list[bytes]:
    bodies = []
    for file in disk.list(folder):
        if file.endswith(SEALED_SUFFIX):
            bodies += [r.body for r in read_records(disk.read(folder / file)) if isinstance(r, Record)]
    return bodies


def test_a_segment_is_sealed_when_full_and_its_name_tells_its_events() -> None:
    disk = FaultyDisk(random.Random(0))
    writer = SegmentWriter(disk, FOLDER, IngestSettings(batch_rows_max=3), Clock())
    writer.commit([body(1), body(2)], 2)
    assert not sealed_bodies(disk, FOLDER)
    writer.commit([body(3), body(4)], 2)
    writer.commit([body(5)], 1)
    assert sealed_bodies(disk, FOLDER) == [b"event 1", b"event 2", b"event 3", b"event 4"]
    names = [name for file in disk.list(FOLDER) if (name := SegmentName.parse(file))]
    assert [name.events for name in names] == [4, 0]


def test_nothing_is_sealed_behind_a_refused_report_that_could_not_be_removed() -> None:
    disk, refused = FaultyDisk(random.Random(0)), {"sync", "remove"}
    disk.refuse = refused.__contains__
    writer = SegmentWriter(disk, FOLDER, IngestSettings(batch_rows_max=1), Clock())
    with pytest.raises(SpoolUnavailable):
        writer.commit([body(1)], 1)
    refused.remove("sync")
    writer.commit([body(2)], 1)
    # Recovery would find the first one, whole: it must not come behind one that the writer has stored.
    assert not sealed_bodies(disk, FOLDER)
    refused.clear()
    writer.seal_if_due()
    assert sealed_bodies(disk, FOLDER) == [b"event 2"]
    assert [file for file in disk.list(FOLDER) if SegmentName.parse(file)] == ["00000001-00000002-1.seg"]


def test_a_segment_is_sealed_after_the_linger_time() -> None:
    disk, clock = FaultyDisk(random.Random(0)), Clock()
    writer = SegmentWriter(disk, FOLDER, IngestSettings(linger_s=1.0), clock)
    assert writer.due_s() is None
    writer.commit([body(1)], 1)
    clock.now_s = 0.75
    writer.seal_if_due()
    assert writer.due_s() == 0.25
    assert not sealed_bodies(disk, FOLDER)
    clock.now_s = 1.0
    writer.seal_if_due()
    assert sealed_bodies(disk, FOLDER) == [b"event 1"]


def test_a_receipt_names_the_place_of_its_record() -> None:
    disk = FaultyDisk(random.Random(0))
    writer = SegmentWriter(disk, FOLDER, IngestSettings(), Clock())
    first, second = writer.commit([body(1), body(2)], 2)
    third = writer.commit([body(3)], 1)[0]
    writer.seal()
    data = disk.read(FOLDER / disk.list(FOLDER)[0])
    offsets = {r.body: r.offset for r in read_records(data) if isinstance(r, Record)}
    assert [first.offset, second.offset, third.offset] == [offsets[b"event %d" % n] for n in (1, 2, 3)]
    assert str(first) == f"{writer.identity.node}-web-00000001-00000001-{first.offset}"


def test_numbers_of_segments_never_come_back_even_if_all_files_are_gone() -> None:
    disk = FaultyDisk(random.Random(0))
    first = next_identity(disk, FOLDER)
    second = next_identity(disk, FOLDER)
    assert (second.node, second.epoch) == (first.node, first.epoch + 1)
    disk.files = dict.fromkeys(disk.files, b"garbage")
    third = next_identity(disk, FOLDER)
    assert third.node != first.node


@pytest.mark.parametrize("lost", ["identity.json", "identity.copy.json"])
def test_a_lost_identity_is_known_from_its_copy(lost: str) -> None:
    disk = FaultyDisk(random.Random(0))
    first = next_identity(disk, FOLDER)
    disk.files[FOLDER / lost] = b""
    assert next_identity(disk, FOLDER) == msgspec.structs.replace(first, epoch=2)


def test_segments_whose_name_is_lost_are_neither_renamed_nor_stored(tmp_path: Path) -> None:
    """Under another name they might be stored a second time: an operator must decide."""
    folder = tmp_path / "web"
    folder.mkdir()
    writer = SegmentWriter(RealDisk(), folder, IngestSettings())
    writer.commit([body(1)], 1)
    writer.seal()
    for path in folder.glob("identity*"):
        path.write_bytes(b"garbage")
    before = sorted(folder.glob("*.seg"))
    with pytest.raises(IdentityLost, match="holds 1 segments"):
        SegmentWriter(RealDisk(), folder, IngestSettings())
    assert Backlog(RealDisk(), tmp_path).waiting() == []
    assert nameless_folders(tmp_path) == [folder]
    assert sorted(folder.glob("*.seg")) == before


def test_a_full_disk_refuses_the_report_and_keeps_what_was_accepted() -> None:
    disk = FaultyDisk(random.Random(3))
    writer = SegmentWriter(disk, FOLDER, IngestSettings(), Clock())
    writer.commit([body(1)], 1)
    disk.refuse = lambda operation: operation == "append"
    with pytest.raises(SpoolUnavailable, match="No space left on device"):
        writer.commit([body(2)], 1)
    disk.refuse = lambda _operation: False
    writer.commit([body(3)], 1)
    writer.seal()
    assert sealed_bodies(disk, FOLDER) == [b"event 1", b"event 3"]


@pytest.mark.parametrize("operation", ["create", "sync"])
def test_a_disk_that_fails_accepts_nothing(operation: str) -> None:
    disk = FaultyDisk(random.Random(3))
    writer = SegmentWriter(disk, FOLDER, IngestSettings(), Clock())
    disk.refuse = lambda tried: tried == operation
    with pytest.raises(SpoolUnavailable):
        writer.commit([body(1)], 1)
    disk.refuse = lambda _operation: False
    writer.commit([body(2)], 1)
    writer.seal()
    assert sealed_bodies(disk, FOLDER) == [b"event 2"]


def test_a_rename_that_fails_is_made_up_for_later() -> None:
    disk = FaultyDisk(random.Random(3))
    writer = SegmentWriter(disk, FOLDER, IngestSettings(), Clock())
    disk.refuse = lambda operation: operation == "rename"
    writer.commit([body(1)], 1)
    writer.seal()
    assert not sealed_bodies(disk, FOLDER)
    disk.refuse = lambda _operation: False
    writer.commit([body(2)], 1)
    writer.seal()
    assert sealed_bodies(disk, FOLDER) == [b"event 1", b"event 2"]


def test_whatever_the_disk_does_what_was_acknowledged_is_found_once_and_in_order() -> None:
    """Simulation: faults and power cuts at every step; acknowledged <= found, each once, in order."""
    for seed in range(3000):
        simulate(seed)


def simulate(seed: int) -> None:
    rng = random.Random(seed)
    disk = FaultyDisk(rng, fault_rate=rng.choice((0, 0.05, 0.2)), crash_rate=rng.choice((0, 0.02, 0.1)))
    settings = IngestSettings(batch_rows_max=rng.randint(1, 8))
    acknowledged: list[int] = []
    sent = iter(range(1, 10_000))
    for _life in range(rng.randint(1, 4)):
        try:
            clock = Clock()
            recover(disk, FOLDER)
            writer = SegmentWriter(disk, FOLDER, settings, clock)
            for _ in range(rng.randint(1, 20)):
                numbers = [next(sent) for _ in range(rng.randint(1, 3))]
                clock.now_s += rng.random()
                try:
                    writer.commit([body(n) for n in numbers], len(numbers))
                    acknowledged += numbers
                except SpoolUnavailable:
                    pass
            writer.seal()
        except Crash:
            disk.crash()
        except OSError:  # recovery or start refused by the disk: the process ends and is started again
            pass
    disk.fault_rate = disk.crash_rate = 0
    recover(disk, FOLDER)
    found = [int(text.split()[1]) for text in sealed_bodies(disk, FOLDER)]
    assert set(acknowledged) <= set(found), f"seed {seed}: lost, after {disk.faults}"
    assert len(found) == len(set(found)), f"seed {seed}: twice, after {disk.faults}"
    assert [n for n in found if n in set(acknowledged)] == acknowledged, f"seed {seed}: order, {disk.faults}"


def test_recovery_cuts_a_torn_record_and_drops_an_empty_segment(tmp_path: Path) -> None:
    disk = RealDisk()
    writer = SegmentWriter(disk, tmp_path, IngestSettings())
    writer.commit([body(1), body(2)], 2)
    path = tmp_path / SegmentName(1, 1).open_name
    path.write_bytes(path.read_bytes()[:-4])
    (tmp_path / SegmentName(1, 2).open_name).write_bytes(b"statl")
    assert recover(disk, tmp_path) == 1
    assert sealed_bodies(disk, tmp_path) == [b"event 1"]
    assert not [file for file in disk.list(tmp_path) if file.endswith(".open")]
    assert (tmp_path / (SegmentName(1, 1).key + TORN_SUFFIX)).read_bytes() == body(2)[:-4]


def test_a_folder_has_one_owner(tmp_path: Path) -> None:
    with owned(tmp_path), pytest.raises(SpoolInUse, match=str(tmp_path)), owned(tmp_path):
        pass
    with owned(tmp_path):
        pass


async def test_appends_from_many_tasks_share_commits_and_all_get_receipts(tmp_path: Path) -> None:
    disk = RealDisk()
    spool = Spool(SegmentWriter(disk, tmp_path, IngestSettings()), 1 << 20)
    receipts = await asyncio.gather(*(spool.append(body(n), 1) for n in range(500)))
    assert len(set(receipts)) == 500
    await spool.close()
    assert sorted(sealed_bodies(disk, tmp_path)) == sorted(b"event %d" % n for n in range(500))
    with pytest.raises(SpoolUnavailable, match="stopping"):
        spool.append(body(1), 1)


async def test_reports_that_wait_for_the_disk_are_bounded(tmp_path: Path) -> None:
    spool = Spool(SegmentWriter(RealDisk(), tmp_path, IngestSettings()), 100)
    with pytest.raises(SpoolUnavailable, match="wait for the disk"):
        spool.append(b"x" * 101, 1)
    await spool.close()


async def test_a_refusing_disk_fails_the_request_and_the_next_one_is_tried_again() -> None:
    disk = FaultyDisk(random.Random(1))
    spool = Spool(SegmentWriter(disk, FOLDER, IngestSettings(), Clock()), 1 << 20)
    disk.refuse = lambda operation: operation == "sync"
    with pytest.raises(SpoolUnavailable, match="No space"):
        await spool.append(body(1), 1)
    assert "No space" in str(spool.failure)
    disk.refuse = lambda _operation: False
    await spool.append(body(2), 1)
    assert str(spool.failure) == "None"
    await spool.close()
    assert sealed_bodies(disk, FOLDER) == [b"event 2"]


async def test_a_lone_report_is_sealed_by_time_alone(tmp_path: Path) -> None:
    spool = Spool(SegmentWriter(RealDisk(), tmp_path, IngestSettings(linger_s=0.01)), 1 << 20)
    await spool.append(body(1), 1)
    async with asyncio.timeout(60):
        while not sealed_bodies(RealDisk(), tmp_path):
            await asyncio.sleep(0.005)
    await spool.close()


class StallingDisk(RealDisk):
    """A disk whose first sync ends when it is allowed to."""

    def __init__(self) -> None:
        super().__init__()
        self.stalls, self.may_go_on = threading.Event(), threading.Event()

    def create(self, path: Path) -> OpenFile:
        file: Any = super().create(path)
        sync = file.sync

        def stalling() -> None:
            self.stalls.set()
            assert self.may_go_on.wait(30)
            sync()

        file.sync = stalling
        return cast("OpenFile", file)


async def test_what_a_stalled_disk_keeps_waiting_is_refused_in_time_and_never_stored_late(
    tmp_path: Path,
) -> None:
    disk, clock = StallingDisk(), Clock()
    spool = Spool(SegmentWriter(disk, tmp_path, IngestSettings()), 1 << 20, clock)
    first = spool.append(body(1), 1, clock() + 1.0)
    await asyncio.to_thread(disk.stalls.wait, 30)
    late, later, patient = (
        spool.append(body(n), 1, clock() + wait_s) for n, wait_s in ((2, 1.0), (3, 3.0), (4, 9.0))
    )
    clock.now_s += 2.0
    spool.refuse_late()  # as the door does ten times a second, while the disk still stalls
    with pytest.raises(TooLate):
        await late
    assert not first.done()
    clock.now_s += 2.0
    disk.may_go_on.set()
    with pytest.raises(TooLate):
        await later
    await asyncio.gather(first, patient)
    await spool.close()
    assert sealed_bodies(RealDisk(), tmp_path) == [b"event 1", b"event 4"]
