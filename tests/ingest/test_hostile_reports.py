"""Whatever a report holds, the writer makes rows that the column encoder takes, and loses no acknowledged event."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from clickhouse_connect.datatypes.registry import get_from_name
from hypothesis import given, settings
from hypothesis import strategies as st

from clickhouse.native import encode_block
from ingest.backlog import Segment
from ingest.batches import Assembler, Batch, decode_segment
from ingest.context import Context
from ingest.decode import Decoder
from ingest.duplicates import DuplicateWindow
from ingest.formats import InvalidBody, count_events
from ingest.segments import PREAMBLE, encode_record
from ingest.spool import SegmentName
from schema.columns import COLUMNS, NAMES
from tests.ingest.bodies import bodies

TYPES = {column.name: get_from_name(column.type) for column in COLUMNS}
NOW = 1_800_000_000_000


def stored(*reports: bytes) -> Batch:
    """What becomes of the reports, up to the bytes that would be sent to ClickHouse."""
    data = PREAMBLE + b"".join(encode_record("server", NOW, 1, "", body) for body in reports)
    segment = Segment(Path("web"), SegmentName(1, 1), "node-web-1-1")
    assembler = Assembler(DuplicateWindow(600_000, 1_000_000), Context())
    batch = assembler.assemble(decode_segment(segment, data, Decoder()), {})
    for chunk in batch.chunks:
        encode_block("raw_events", NAMES, TYPES, list(zip(*chunk.rows, strict=True)))
    return batch


def rows_in(batch: Batch) -> int:
    return sum(len(chunk.rows) for chunk in batch.chunks)


@settings(max_examples=300)
@given(st.lists(bodies, max_size=3))
def test_every_counted_event_is_a_row_or_a_duplicate(reports: list[bytes]) -> None:
    counted, valid = 0, []
    for body in reports:
        try:
            counted += count_events(body)
        except InvalidBody:
            continue
        valid.append(body)
    batch = stored(*valid)
    assert rows_in(batch) + batch.duplicates == counted
    assert not [item for item in batch.refused if item.events]


HUGE = b"9" * 10_000


@pytest.mark.parametrize(
    "number", [HUGE, b"-" + HUGE, b"1e999", b"-1e999", b"nan", b"inf", b"-inf", b"-5", b"0x10", b""]
)
def test_strange_numbers_make_a_row_with_neutral_values(number: bytes) -> None:
    fields = (
        b"timestamp", b"damage", b"round_number", b"attacker_x", b"attacker_smf_id", b"distance", b"walked", b"amount",
        b"player_pitch", b"count", b"duration", b"allies_score",
    )  # fmt: skip
    line = b"type=damage&attacker_guid=1&victim_guid=2&" + b"&".join(name + b"=" + number for name in fields)
    neighbour = b"type=damage&attacker_guid=1&victim_guid=2&damage=7.5"
    batch = stored(line + b"\n" + neighbour)
    damage = [dict(zip(NAMES, row, strict=True))["damage"] for row in batch.chunks[0].rows]
    assert damage[1] == 7.5
    assert damage[0] in (0.0, 1e9)


@pytest.mark.parametrize(
    "line",
    [
        b"type=x&" + b"&".join(b"k%d=v" % n for n in range(100_000)),
        b"type=x&" + b"a=1&" * 100_000,
        b"type=x&key&=&==&&a",
        b"type=x&name=\xff\xfe\x00\x80&\xff=\xfe",
        b'{"type":"x","a":' + b"[" * 100 + b"]" * 100 + b"}",
        b'{"type":"x","a":"\\ud800"}',
        b'{"type":"x","n":NaN,"i":-Infinity}',
        b"type=" + b"x" * 100_000,
        b"type=player_kill&attacker_guid=" + b"g" * 500_000,
    ],
    ids=["100,000 keys", "a repeated key", "no values", "not UTF-8", "deep", "lone surrogate", "NaN", "long type", "long guid"],
)  # fmt: skip
def test_strange_lines_are_one_row_each(line: bytes) -> None:
    assert rows_in(stored(line)) == count_events(line) == 1


@pytest.mark.parametrize(
    "text", ["-1", "0", "1577836799", "1577836800", "4102444800", "99999999999999", "1e18"]
)
def test_strange_times_never_leave_the_range_of_the_column(text: str) -> None:
    batch = stored(f"type=jump&timestamp={text}".encode())
    row: dict[str, Any] = dict(zip(NAMES, batch.chunks[0].rows[0], strict=True))
    assert 0 <= row["event_time"] <= NOW + 86_400_000
