"""A segment gives back what was written, and damage costs only what it touches."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ingest.segments import (
    CHECKSUM_DIFFERS,
    HEADER_BYTES,
    PREAMBLE,
    Damage,
    Record,
    encode_record,
    intact_bytes,
    read_records,
)

records = st.lists(
    st.tuples(
        st.text(max_size=40),
        st.integers(0, 2**63),
        st.integers(0, 2**32 - 1),
        st.text(max_size=60),
        st.binary(max_size=200) | st.just(b"SLR1" * 9),
    ),
    max_size=6,
)


def segment(*bodies: bytes) -> bytes:
    return PREAMBLE + b"".join(encode_record("server", 7, 1, "", body) for body in bodies)


@given(records)
def test_records_come_back_as_written(items: list[tuple[str, int, int, str, bytes]]) -> None:
    data = PREAMBLE + b"".join(encode_record(*item) for item in items)
    read = list(read_records(data))
    assert [tuple(record)[:5] for record in read if isinstance(record, Record)] == items
    assert intact_bytes(data) == (len(data), sum(item[2] for item in items))


@given(st.binary(max_size=400))
def test_any_bytes_are_read_without_an_exception_and_fully_accounted_for(data: bytes) -> None:
    for item in read_records(data):
        assert isinstance(item, Damage | Record)


def test_a_flipped_bit_in_a_body_costs_that_report_only() -> None:
    data = bytearray(segment(b"first", b"second", b"third"))
    data[data.index(b"second")] ^= 1
    first, damage, third = read_records(bytes(data))
    assert isinstance(first, Record)
    assert isinstance(third, Record)
    assert (first.body, third.body) == (b"first", b"third")
    assert isinstance(damage, Damage)
    assert (damage.events, damage.reason, damage.offset) == (1, CHECKSUM_DIFFERS, len(segment(b"first")))


def test_a_flipped_bit_in_a_header_costs_that_report_only_even_if_a_body_holds_the_magic() -> None:
    data = bytearray(segment(b"first", b"SLR1SLR1" + b"x" * 40, b"third"))
    second = data.index(b"SLR1", len(PREAMBLE) + HEADER_BYTES)
    data[second + 5] ^= 0x40
    bodies = [item.body for item in read_records(bytes(data)) if isinstance(item, Record)]
    assert bodies == [b"first", b"third"]


def test_a_torn_last_record_is_cut_off_and_a_whole_damaged_one_is_kept() -> None:
    whole = segment(b"first", b"second")
    assert intact_bytes(whole[:-3]) == (len(segment(b"first")), 1)
    assert intact_bytes(whole[: len(segment(b"first")) + 10]) == (len(segment(b"first")), 1)
    damaged = whole[:-1] + b"?"
    assert intact_bytes(damaged) == (len(damaged), 2)


def test_zeros_that_a_power_cut_left_at_the_end_are_cut_off() -> None:
    assert intact_bytes(segment(b"first") + bytes(4096)) == (len(segment(b"first")), 1)


def test_a_damaged_preamble_and_a_damaged_first_record_are_two_places() -> None:
    data = bytearray(segment(b"first", b"second"))
    data[len(PREAMBLE) - 1] ^= 1
    data[len(PREAMBLE) + 5] ^= 1
    preamble, first, second = read_records(bytes(data))
    assert isinstance(preamble, Damage)
    assert isinstance(first, Damage)
    assert isinstance(second, Record)
    assert (preamble.offset, first.offset) == (0, len(PREAMBLE))
    assert b"first" in first.data
