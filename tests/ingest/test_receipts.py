"""What became of a report: the file of a segment, how long it is kept, who may read it, and what it costs."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from ingest.disk import RealDisk
from ingest.receipts import Fate, ReceiptId, ReceiptLog, ReceiptReader, RefusedPart, encode_fates, find_fate
from ingest.segments import PREAMBLE, encode_record
from ingest.settings import IngestSettings
from ingest.spool import SegmentWriter

TOKEN = "0123456789ab-web-00000001-00000001"
FATES = [Fate(17, "a", 3, 0, 0), Fate(170, "b", 0, 2, 0), Fate(4_000_000_000, "a", 1, 0, 5)]
PARTS = {4_000_000_000: [RefusedPart("no_type", 2), RefusedPart("refused_by_clickhouse", 5)]}


def log(folder: Path, keep_s: float = 100, bytes_max: int = 1 << 20, now_s: float = 1000.0) -> ReceiptLog:
    return ReceiptLog(RealDisk(), folder / "writer" / "receipts", keep_s, bytes_max, lambda: now_s)


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def reader(folder: Path) -> ReceiptReader:
    return ReceiptReader(RealDisk(), folder)


def test_every_record_of_a_segment_is_found_and_nothing_between() -> None:
    data = encode_fates(FATES, PARTS)

    assert [find_fate(data, fate.offset) for fate in FATES] == [
        (FATES[0], ()), (FATES[1], ()), (FATES[2], tuple(PARTS[4_000_000_000])),
    ]  # fmt: skip
    assert find_fate(data, 18) is None
    assert find_fate(encode_fates([], {}), 17) is None


def test_the_same_segment_makes_the_same_file() -> None:
    assert encode_fates(FATES, PARTS) == encode_fates(FATES, PARTS)


def test_twenty_thousand_single_reports_take_a_file_of_a_hundred_kilobytes() -> None:
    fates = [Fate(17 + 400 * n + n * n % 97, f"server-{n % 7}", 1, 0, 0) for n in range(20_000)]

    assert len(encode_fates(fates, {})) < 100_000


@pytest.mark.parametrize(
    "text",
    ["", "x", "0123-web-1-1-17", f"{TOKEN}-", f"{TOKEN}-x", f"../{TOKEN}-17", "ab-../../etc-00000001-00000001-1",
     "ab-a/b-00000001-00000001-1", f"{TOKEN}-17\n", "ab-x..y-00000001-00000001-1", f"{TOKEN}-{'9' * 40}"],
)  # fmt: skip
def test_texts_that_no_answer_ever_carried_are_no_receipts(tmp_path: Path, text: str) -> None:
    assert ReceiptId.parse(text) is None
    assert reader(tmp_path).find(text, "a") is None


def test_a_folder_name_with_hyphens_belongs_to_the_folder() -> None:
    found = ReceiptId.parse("0123456789ab-replay-3-00000012-00000345-17")

    assert found == ReceiptId("0123456789ab", "replay-3", 12, 345, 17)
    assert found is not None
    assert found.segment_token == "0123456789ab-replay-3-00000012-00000345"


def test_a_server_sees_its_own_receipts_only(tmp_path: Path) -> None:
    log(tmp_path).keep(TOKEN, FATES, PARTS)

    found = reader(tmp_path).find(f"{TOKEN}-17", "a")

    assert found is not None
    assert (found.status, found.events, found.inserted) == ("stored", 3, 3)
    assert reader(tmp_path).find(f"{TOKEN}-17", "b") is None
    assert reader(tmp_path).find(f"{TOKEN}-170", "a") is None
    assert reader(tmp_path).find(f"{TOKEN}-18", "a") is None


def test_what_was_quarantined_is_said_with_its_reasons(tmp_path: Path) -> None:
    log(tmp_path).keep(TOKEN, FATES, PARTS)

    found = reader(tmp_path).find(f"{TOKEN}-4000000000", "a")

    assert found is not None
    assert (found.status, found.events, found.inserted, found.quarantined) == ("quarantined", 6, 1, 5)
    assert found.refused == tuple(PARTS[4_000_000_000])


def test_a_damaged_record_is_shown_to_whoever_knows_its_id(tmp_path: Path) -> None:
    log(tmp_path).keep(TOKEN, [Fate(17, "", 0, 0, 4)], {17: [RefusedPart("damaged_record", 4)]})

    found = reader(tmp_path).find(f"{TOKEN}-17", "a")

    assert found is not None
    assert (found.status, found.quarantined) == ("quarantined", 4)


def test_a_report_in_the_open_and_in_a_sealed_segment_is_pending(tmp_path: Path) -> None:
    folder = tmp_path / "spool" / "web"
    folder.mkdir(parents=True)
    writer = SegmentWriter(RealDisk(), folder, IngestSettings())
    body = b"type=jump\n" * 300
    ids = writer.commit([encode_record("a", 1, 300, "", body), encode_record("b", 1, 2, "k", b"x")], 302)

    for _ in range(2):
        first, second = (
            reader(tmp_path).find(str(id_), server) for id_, server in zip(ids, "ab", strict=True)
        )
        assert first is not None
        assert second is not None
        assert (first.status, first.events, second.events) == ("pending", 300, 2)
        assert reader(tmp_path).find(str(ids[0]), "b") is None
        assert reader(tmp_path).find(f"{ids[0].segment}-{len(PREAMBLE) + 1}", "a") is None
        writer.seal()


def test_a_segment_of_another_node_with_the_same_number_is_not_mistaken(tmp_path: Path) -> None:
    folder = tmp_path / "spool" / "web"
    folder.mkdir(parents=True)
    writer = SegmentWriter(RealDisk(), folder, IngestSettings())
    given = str(writer.commit([encode_record("a", 1, 1, "", b"x")], 1)[0])

    assert reader(tmp_path).find("f" * 12 + given[12:], "a") is None


def test_receipts_end_after_their_time(tmp_path: Path) -> None:
    now = [1000.0]
    receipts = ReceiptLog(RealDisk(), tmp_path, 100, 1 << 20, lambda: now[0])
    receipts.keep("old", FATES, {})
    now[0] = 1090.0
    receipts.keep("newer", FATES, {})
    assert names(tmp_path) == ["newer", "old"]
    now[0] = 1101.0
    receipts.keep("newest", FATES, {})
    assert names(tmp_path) == ["newer", "newest"]


def test_receipts_stay_below_their_bound_and_the_oldest_go_first(tmp_path: Path) -> None:
    size = len(encode_fates(FATES, {}))
    receipts = ReceiptLog(RealDisk(), tmp_path, 100, 3 * size, lambda: 1000.0)
    for number in range(10):
        receipts.keep(f"s{number}", FATES, {})
    assert names(tmp_path) == ["s7", "s8", "s9"]


def test_what_an_earlier_life_left_is_pruned_by_its_age(tmp_path: Path) -> None:
    for number, written_s in enumerate((300, 100, 200)):
        (tmp_path / f"s{number}").write_bytes(b"x")
        os.utime(tmp_path / f"s{number}", (written_s, written_s))
    ReceiptLog(RealDisk(), tmp_path, 150, 1 << 20, lambda: 360.0).keep("new", FATES, {})
    assert names(tmp_path) == ["new", "s0"]


def test_no_receipts_are_kept_when_they_are_switched_off(tmp_path: Path) -> None:
    log(tmp_path).keep(TOKEN, FATES, {})
    log(tmp_path, keep_s=0, now_s=1e12).keep("other", FATES, {})
    assert names(tmp_path / "writer" / "receipts") == []


def test_a_full_disk_costs_receipts_and_not_the_writer(tmp_path: Path) -> None:
    class Full(RealDisk):
        def replace(self, path: Path, data: bytes) -> None:
            raise OSError(28, "No space left on device")

    ReceiptLog(Full(), tmp_path, 100, 1 << 20).keep(TOKEN, FATES, {})
    assert names(tmp_path) == []


@pytest.mark.parametrize("damaged", [b"x", b"\x93\x90\xc4\x01x\x80"])
def test_a_damaged_file_is_no_receipt(tmp_path: Path, damaged: bytes) -> None:
    log(tmp_path).keep(TOKEN, FATES, {})
    (tmp_path / "writer" / "receipts" / TOKEN).write_bytes(damaged)
    assert reader(tmp_path).find(f"{TOKEN}-17", "a") is None
