"""R14: which repetitions are dropped, which identical lines stay, and that a replay decides the same again."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingest.backlog import Segment
from ingest.batches import INSERT_ROWS_MAX, Assembler, Batch, decode_segment
from ingest.context import Context
from ingest.decode import Decoder
from ingest.duplicates import DuplicateWindow
from ingest.segments import PREAMBLE, encode_record
from ingest.spool import SegmentName
from schema.refusals import RefusalReason
from tests.ingest.rows import value

NOW = 1_800_000_000_000
MINUTE = 60_000
LINE = b"type=weapon_fire&match_id=m1&timestamp=3.000&session_id=s1&player_guid=42&weapon=Shotgun"

Report = tuple[bytes, int] | tuple[bytes, int, str] | tuple[bytes, int, str, str]


class Node:
    """Segments of one writer, each from a list of (body, minutes[, idempotency key[, server id]])."""

    def __init__(self) -> None:
        window = DuplicateWindow(10 * MINUTE, 1_000_000)
        self.assembler = Assembler(window, Context())
        self.number = 0

    def segment(self, *reports: Report, known: dict[str, set[str]] | None = None) -> Batch:
        self.number += 1
        name = SegmentName(1, self.number, len(reports))
        segment = Segment(Path("web"), name, f"node-web-{name.key}")
        data = PREAMBLE
        for body, minutes, *rest in reports:
            key, server = (*rest, "", "server")[:2] if len(rest) < 2 else rest
            data += encode_record(str(server), NOW + minutes * MINUTE, 1, str(key), body)
        return self.assembler.assemble(decode_segment(segment, data, Decoder()), known or {})


def rows_in(batch: Batch) -> int:
    return sum(len(chunk.rows) for chunk in batch.chunks)


@pytest.fixture
def node() -> Node:
    return Node()


def test_identical_lines_inside_one_request_are_all_kept(node: Node) -> None:
    assert rows_in(node.segment((b"\n".join([LINE] * 3), 0))) == 3


def test_an_identical_line_in_a_later_request_is_dropped(node: Node) -> None:
    batch = node.segment((b"\n".join([LINE] * 3), 0), (LINE, 0))
    assert (rows_in(batch), batch.duplicates) == (3, 1)
    again = node.segment((b"\n".join([LINE] * 3), 5))
    assert (rows_in(again), again.duplicates) == (0, 3)


def test_after_ten_minutes_it_counts_again(node: Node) -> None:
    node.segment((LINE, 0))
    assert rows_in(node.segment((LINE, 11))) == 1


def test_other_servers_and_other_bytes_are_no_repetition(node: Node) -> None:
    node.segment((LINE, 0))
    assert rows_in(node.segment((LINE, 1, "", "other"), (LINE + b"&x=1", 1), (LINE[:-1], 1))) == 3


def test_objects_are_compared_by_their_bytes_in_an_array_and_on_a_line(node: Node) -> None:
    one = b'{"type":"jump","player_guid":"1","timestamp":"1.0"}'
    other = b'{"type": "jump","player_guid":"1","timestamp":"1.0"}'
    node.segment((b"[" + one + b"]", 0))
    batch = node.segment((b"[ " + one + b" ,\n" + other + b"]", 1), (one, 1))
    assert (rows_in(batch), batch.duplicates) == (1, 2)


def test_an_event_id_is_counted_once_whatever_else_differs_in_one_request_or_in_many(node: Node) -> None:
    batch = node.segment((LINE + b"&event_id=e1\n" + LINE + b"&event_id=e1&x=1\n" + LINE, 0))
    assert (rows_in(batch), batch.duplicates) == (2, 1)
    later = node.segment((b"type=jump&event_id=e1", 9), (b"type=jump&event_id=e1", 9, "", "other"))
    assert (rows_in(later), later.duplicates) == (1, 1)


def test_an_event_id_stored_long_ago_is_known_from_the_store(node: Node) -> None:
    batch = node.segment((b"type=jump&event_id=e1\ntype=jump&event_id=e2", 0), known={"server": {"e1"}})
    assert [value(row, "event_id") for chunk in batch.chunks for row in chunk.rows] == ["e2"]


def test_an_idempotency_key_makes_a_repeated_request_count_once(node: Node) -> None:
    body = b"\n".join([LINE] * 3)
    assert rows_in(node.segment((body, 0, "key-1"))) == 3
    assert rows_in(node.segment((body, 8, "key-1"), (LINE, 8, "key-2"))) == 1


def test_an_empty_or_duplicate_only_segment_makes_no_insert(node: Node) -> None:
    node.segment((LINE, 0))
    assert node.segment((LINE, 1)).chunks == []


def test_rows_carry_their_batch_and_place_and_large_segments_are_cut(node: Node) -> None:
    count = INSERT_ROWS_MAX + 3
    batch = node.segment((b"\n".join(b"type=t%d" % n for n in range(count)), 0))
    assert [len(chunk.rows) for chunk in batch.chunks] == [INSERT_ROWS_MAX, 3]
    assert [chunk.token for chunk in batch.chunks] == [f"node-web-00000001-00000001/{n}" for n in (0, 1)]
    last = batch.chunks[1].rows[-1]
    assert (value(last, "batch_id"), value(last, "batch_row")) == (batch.chunks[1].token, 2)


def test_bad_lines_and_damage_are_kept_aside_and_cost_their_neighbours_nothing() -> None:
    node = Node()
    name = SegmentName(1, 1)
    good = encode_record("server", NOW, 1, "", LINE)
    bad = bytearray(encode_record("server", NOW, 2, "", LINE + b"\n" + LINE))
    bad[-1] ^= 1
    mixed = encode_record("server", NOW, 1, "", b"nonsense\n" + LINE + b"&a=b\n{broken")
    data = PREAMBLE + good + bytes(bad) + mixed
    decoded = decode_segment(Segment(Path("web"), name, "node-web-1"), data, Decoder())
    batch = node.assembler.assemble(decoded, {})
    assert rows_in(batch) == 2
    assert [(item.reason, item.events) for item in batch.refused] == [
        (RefusalReason.DAMAGED_RECORD, 2),
        (RefusalReason.NO_TYPE, 0),
        (RefusalReason.BAD_JSON, 0),
    ]
    damaged = batch.refused[0]
    assert damaged.raw == bytes(bad)
    assert f"at byte {len(PREAMBLE) + len(good)} of" in damaged.detail


def test_the_same_segment_after_the_same_segments_is_the_same_batch_again() -> None:
    reports: list[Report] = [
        (b"type=match_start&match_id=m1&session_id=s1&gametype=2&map_name=dm/mohdm6", 0),
        (LINE, 1),
        (b"type=weapon_hit&match_id=m1&session_id=s1&player_guid=42&hitloc=0", 1),
    ]
    first, second = Node(), Node()
    for report in reports:
        first.segment(report)
        second.segment(report)
    last = [first.segment((LINE, 2), (LINE + b"&n=1", 2)), second.segment((LINE, 2), (LINE + b"&n=1", 2))]
    assert last[0].chunks == last[1].chunks
    assert last[0].context_after == last[1].context_after
