"""What became of a batch: the sums hold, and every refusal finds its report."""

from __future__ import annotations

from pathlib import Path

from ingest.backlog import Segment
from ingest.batches import INSERT_ROWS_MAX, Assembler, Batch, decode_segment, quarantined_row
from ingest.checkpoint import Ledger
from ingest.context import Context
from ingest.decode import Decoder
from ingest.duplicates import DuplicateWindow
from ingest.outcomes import outcome_of
from ingest.receipts import Fate, RefusedPart
from ingest.segments import HEADER_BYTES, PREAMBLE, encode_record
from ingest.spool import SegmentName

SHOT = b"type=weapon_fire&match_id=m&timestamp=%d.000&player_guid=42&weapon=BAR"


def shots(first: int, count: int) -> bytes:
    return b"\n".join(SHOT % n for n in range(first, first + count))


def batch_of(*records: tuple[int, bytes], events: int | None = None, damage: int = -1) -> Batch:
    """A segment of (events, body) reports of server "s"; `damage` flips the bit at that place."""
    data = PREAMBLE + b"".join(
        encode_record("s", 1_800_000_000_000, count, "", body) for count, body in records
    )
    if damage >= 0:
        data = data[:damage] + bytes((data[damage] ^ 1,)) + data[damage + 1 :]
    total = sum(count for count, _ in records) if events is None else events
    name = SegmentName(1, 1, total)
    segment = Segment(Path("web"), name, f"ab-web-{name.key}")
    decoded = decode_segment(segment, data, Decoder())
    return Assembler(DuplicateWindow(600_000, 1_000_000), Context()).assemble(decoded, {})


def record_bytes(body: bytes) -> int:
    return len(encode_record("s", 0, 0, "", body))


def test_inserted_duplicate_and_refused_are_told_record_by_record() -> None:
    first, second = shots(0, 3), shots(2, 2) + b"\nno type here\n{bad"
    outcome = outcome_of(batch_of((3, first), (2, second)))

    start = len(PREAMBLE)
    assert outcome.fates == [Fate(start, "s", 3, 0, 0), Fate(start + record_bytes(first), "s", 1, 1, 0)]
    assert outcome.reasons == {
        start + record_bytes(first): [RefusedPart("no_type", 1), RefusedPart("bad_json", 1)]
    }
    assert outcome.counted == Ledger(5, 4, 1, 0)
    assert outcome.counted.missing == 0


def test_rows_that_clickhouse_refused_count_in_their_report_and_not_as_inserted() -> None:
    bodies = [(count, shots(35_000 * n, count)) for n, count in enumerate((35_000, 35_000, 35_000, 25_000))]
    batch = batch_of(*bodies)
    assert [len(chunk.rows) for chunk in batch.chunks] == [INSERT_ROWS_MAX, 30_000]
    for chunk, row in ((0, 0), (0, 35_000), (0, INSERT_ROWS_MAX - 1), (1, 29_999)):
        batch.refused.append(quarantined_row(batch.chunks[chunk].rows[row], batch.chunks[chunk].token, "no"))

    outcome = outcome_of(batch)

    offsets = [fate.offset for fate in outcome.fates]
    assert [fate.quarantined for fate in outcome.fates] == [1, 1, 1, 1]
    assert [fate.inserted for fate in outcome.fates] == [34_999, 34_999, 34_999, 24_999]
    assert [item.receipt for item in outcome.refused] == [f"ab-web-00000001-00000001-{at}" for at in offsets]
    assert outcome.counted == Ledger(130_000, 129_996, 0, 4)
    assert outcome.event_types == {"weapon_fire": 129_996}


def test_a_damaged_body_is_quarantined_with_the_events_its_header_names() -> None:
    body = shots(0, 3)
    outcome = outcome_of(batch_of((3, body), (2, shots(5, 2)), damage=len(PREAMBLE) + HEADER_BYTES + 5))

    assert outcome.fates[0] == Fate(len(PREAMBLE), "", 0, 0, 3)
    assert outcome.counted == Ledger(5, 2, 0, 3)


def test_a_damaged_header_is_quarantined_with_the_events_missing_from_its_segment() -> None:
    outcome = outcome_of(batch_of((3, shots(0, 3)), (2, shots(5, 2)), damage=len(PREAMBLE) + 6))

    assert outcome.fates[0] == Fate(len(PREAMBLE), "", 0, 0, 3)
    assert outcome.counted == Ledger(5, 2, 0, 3)


def test_events_that_nobody_can_account_for_are_missing() -> None:
    assert outcome_of(batch_of((3, shots(0, 3)), events=4)).counted.missing == 1
