"""Looking at the spool: states, and damage told from what is merely being written."""

from __future__ import annotations

from pathlib import Path

import msgspec

from ingest.checkpoint import Checkpoint
from ingest.disk import RealDisk
from ingest.segments import HEADER_BYTES, PREAMBLE, encode_record
from ingest.settings import IngestSettings
from ingest.spool import SegmentWriter
from ingest.spool_files import INSERTING, OPEN, SEALED, STORED, list_segments, segment_paths, verify

RECORD = encode_record("server", 1, 3, "", b"type=jump\n" * 3)


def written(data_dir: Path, segments: int, *, leave_open: bool = False) -> SegmentWriter:
    folder = data_dir / "spool" / "web"
    folder.mkdir(parents=True)
    writer = SegmentWriter(RealDisk(), folder, IngestSettings())
    for number in range(segments):
        writer.commit([RECORD, RECORD], 6)
        if not (leave_open and number == segments - 1):
            writer.seal()
    return writer


def test_every_segment_is_listed_with_its_state_and_events(tmp_path: Path) -> None:
    node = written(tmp_path, 4, leave_open=True).identity.node
    (tmp_path / "writer").mkdir()
    state = Checkpoint({f"{node}-web": (1, 1)}, next=f"{node}-web-00000001-00000002")
    (tmp_path / "writer" / "checkpoint").write_bytes(msgspec.msgpack.encode(state))

    found = list_segments(tmp_path)

    assert [(each.folder, each.state, each.events) for each in found] == [
        ("web", STORED, 6), ("web", INSERTING, 6), ("web", SEALED, 6), ("web", OPEN, 6),
    ]  # fmt: skip
    assert [each.size_bytes for each in found] == [len(PREAMBLE) + 2 * len(RECORD)] * 4


def test_a_whole_spool_verifies(tmp_path: Path) -> None:
    written(tmp_path, 3, leave_open=True)
    found = [verify(path) for path in segment_paths(tmp_path / "spool")]
    assert [(each.records, each.events, each.damages, each.unfinished) for each in found if each] == [
        (2, 6, [], None)
    ] * 3


def test_a_flipped_bit_is_found_with_its_place(tmp_path: Path) -> None:
    written(tmp_path, 1)
    path = next(segment_paths(tmp_path / "spool"))
    data = bytearray(path.read_bytes())
    data[len(PREAMBLE) + len(RECORD) + HEADER_BYTES + 9] ^= 1
    path.write_bytes(data)

    found = verify(path)

    assert found is not None
    assert [(damage.offset, damage.events) for damage in found.damages] == [(len(PREAMBLE) + len(RECORD), 3)]
    assert (found.records, found.unfinished) == (1, None)


def test_the_torn_end_of_an_open_segment_is_no_damage_and_of_a_sealed_one_is(tmp_path: Path) -> None:
    for name in ("00000001-00000001.open", "00000001-00000002-3.seg"):
        for cut in (3, HEADER_BYTES + 2):
            path = tmp_path / name
            path.write_bytes(PREAMBLE + RECORD + RECORD[:cut])
            found = verify(path)
            assert found is not None
            assert (found.unfinished is not None) == (path.suffix == ".open")
            assert len(found.damages) == (path.suffix != ".open")


def test_a_segment_that_was_stored_meanwhile_is_no_damage(tmp_path: Path) -> None:
    assert verify(tmp_path / "00000001-00000001-6.seg") is None
