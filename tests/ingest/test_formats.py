"""A report's body falls into events and refusals; the count and the split agree on every body (2.1)."""

from __future__ import annotations

import json

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ingest.formats import InvalidBody, RawEvent, Split, count_events, split_report
from ingest.objects import DEPTH_MAX
from schema.refusals import RefusalReason
from tests.ingest.bodies import bodies, events, json_lines
from tests.samples.openmohaa_samples import sample, sample_lines


def _count(body: bytes) -> int | None:
    try:
        return count_events(body)
    except InvalidBody:
        return None


def _split(body: bytes) -> Split | None:
    try:
        return split_report(body)
    except InvalidBody:
        return None


def _raws(body: bytes) -> list[bytes]:
    return [event.raw for event in split_report(body).events]


@settings(max_examples=1000)
@given(bodies)
@example(b'[{"type":"x","a":"\xff"}]')
@example(b'[{"type":"\xff"}]')
@example(b'[{"type":"x","type":5}]')
@example(b'[{"type":"\\u0000 "},{"type":"x","a":1e999}]')
@example(b"[" + b'{"type":"x","a":' * 200)
@example(b"type=%20&type=x\n+%74ype=x\n%74ype=x&type=\ntype=\xa0")
def test_the_count_is_the_number_of_events_of_the_split(body: bytes) -> None:
    split = _split(body)
    assert _count(body) == (None if split is None else len(split.events))


@settings(max_examples=300)
@given(bodies)
def test_any_body_falls_into_events_and_refusals_or_is_invalid(body: bytes) -> None:
    split = _split(body)
    if split is None:
        assert body.replace(b"\0", b"").strip().removeprefix(b"\xef\xbb\xbf").strip().startswith(b"[")
        return
    for event in split.events:
        assert event.raw == event.raw.strip()
        assert (event.parsed is None) == (event.kind == "line")
    reasons = [refusal.reason for refusal in split.refused]
    assert len(reasons) == len(set(reasons)), "one refusal for each reason"


@given(st.lists(events.filter(count_events), max_size=6), st.sampled_from([b"\n", b"\r\n", b"\n\n \t\n"]))
def test_lines_of_both_kinds_mix_and_keep_their_bytes_and_order(lines: list[bytes], newline: bytes) -> None:
    expected = [line.replace(b"\0", b"").strip() for line in lines]
    assert _raws(newline.join(lines)) == expected


@given(st.lists(json_lines.filter(count_events), min_size=1, max_size=6))
def test_elements_of_an_array_keep_their_bytes_and_order(objects: list[bytes]) -> None:
    assert _raws(b" [" + b" ,\n".join(objects) + b"]\n") == objects


def test_a_single_line_is_one_event() -> None:
    assert split_report(b" type=jump&player_guid=42\n") == Split(
        [RawEvent("line", b"type=jump&player_guid=42")], []
    )


def test_a_single_json_object_is_one_event() -> None:
    raw = b'{"type": "jump"}'
    assert split_report(raw) == Split([RawEvent("object", raw, {"type": "jump"})], [])


def test_nul_bytes_are_removed_first() -> None:
    assert _raws(b"\0 \0t\0ype=x\0\n\0") == [b"type=x"]


@pytest.mark.parametrize("body", [b"", b" \r\n\t", b"\0\0", b"\xef\xbb\xbf", b"[]", b" [ ] "])
def test_an_empty_body_has_no_events_and_no_refusals(body: bytes) -> None:
    assert count_events(body) == 0
    assert split_report(body) == Split([], [])


def test_a_byte_order_mark_does_not_hide_the_body() -> None:
    assert count_events(b"\xef\xbb\xbftype=x") == count_events(b'\xef\xbb\xbf[{"type":"x"}]') == 1


@pytest.mark.parametrize(
    "line",
    [
        b"a=1&type=x",
        b"type=%6bill",
        b"%74ype=x",
        b"type=x&type=",
        b"type=x;y",
        b"type=100%",
        b"type=J\xf6rg",
        b"&&type=x&&",
        b"a&b&type=x",
        b'type="x"',
        b'{"type":"x","a":"\xf6"}',
        b'{"type":"x","a":NaN}',
        b'{"t\\u0079pe":"x"}',
        b'{"type":"","type":"x"}',
    ],
)
def test_a_line_with_a_type_is_never_lost(line: bytes) -> None:
    assert count_events(line) == 1
    assert _raws(line) == [line]


@pytest.mark.parametrize(
    "line",
    [
        b"hello",
        b"type",
        b"type=",
        b"type=&type=x",
        b"type=+%20",
        b"type=%00",
        b"Type=x",
        b"xtype=x",
        b"a=type=x",
        b"[1]x"[1:],
        b'{"type":""}',
        b'{"type":"  "}',
        b'{"type":5}',
        b'{"type":null}',
        b'{"type":NaN}',
        b'{"type":{"a":1}}',
        b'{"type":"x","type":""}',
        b"{}",
    ],
)
def test_a_line_without_a_type_is_refused_with_its_bytes(line: bytes) -> None:
    assert count_events(line) == 0
    assert split_report(line).refused == [(RefusalReason.NO_TYPE, line, 1)]


def test_a_bad_line_does_not_take_its_neighbours_along() -> None:
    split = split_report(b'type=a\n{"type":"b"\nnonsense\n{"type":"c"}\n{oops}\n' + b'{"type":"d","x":' * 200)
    assert [event.raw for event in split.events] == [b"type=a", b'{"type":"c"}']
    assert split.refused == [
        (RefusalReason.BAD_JSON, b'{"type":"b"\n{oops}', 2),
        (RefusalReason.NO_TYPE, b"nonsense", 1),
        (RefusalReason.TOO_DEEP, b'{"type":"d","x":' * 200, 1),
    ]


def test_a_pretty_printed_object_is_no_event_but_one_readable_refusal_for_each_reason() -> None:
    split = split_report(json.dumps({"type": "x", "a": 1}, indent=1).encode())
    assert split.events == []
    assert {refusal.reason for refusal in split.refused} == {RefusalReason.BAD_JSON, RefusalReason.NO_TYPE}


def test_elements_without_a_type_do_not_fail_the_array() -> None:
    split = split_report(b'[{"type":"x"},{},{"type":7},{"type":"y"}]')
    assert [event.raw for event in split.events] == [b'{"type":"x"}', b'{"type":"y"}']
    assert split.refused == [(RefusalReason.NO_TYPE, b'{}\n{"type":7}', 2)]


@pytest.mark.parametrize(
    "body", [b'[{"type":"x"},1]', b'[{"type":"x"}', b'[{"type":"x"},]', b'[{"type":"x"}]\ntype=y']
)
def test_one_bad_element_fails_the_whole_array(body: bytes) -> None:
    for read in (count_events, split_report):
        with pytest.raises(InvalidBody, match=r"^Invalid JSON array: "):
            read(body)


@pytest.mark.parametrize("levels", [DEPTH_MAX, DEPTH_MAX + 1, 300, 2000])
def test_complete_but_deep_objects_are_counted_as_they_are_split(levels: int) -> None:
    nested = b'{"type":"x","a":' + b"[" * (levels - 1) + b"]" * (levels - 1) + b"}"
    assert count_events(nested) == len(split_report(nested).events) == (levels == DEPTH_MAX)
    in_array = b'[{"type":"x"},' + nested + b"]"
    assert _count(in_array) == (2 if levels == DEPTH_MAX else None)
    assert (_split(in_array) is None) == (levels > DEPTH_MAX)


def test_brackets_in_names_are_not_depth() -> None:
    event = b'{"type":"chat","message":"' + b"[" * 500 + b'"}'
    assert count_events(event) == len(split_report(event).events) == 1
    assert count_events(b"[" + event + b"]") == len(split_report(b"[" + event + b"]").events) == 1


def test_secrets_of_a_refused_line_are_not_kept() -> None:
    refused = split_report(b'server_token=abc&x=1\n{"auth_token" : "d\\"ef", "type":}').refused
    assert [refusal.raw for refusal in refused] == [
        b"server_token=redacted&x=1",
        b'{"auth_token" : "redacted", "type":}',
    ]


def test_the_samples_are_accepted_whole() -> None:
    for name, count in (
        ("events.urlencoded", 108),
        ("events.json", 108),
        ("events_live.json", 11),
        ("aliases.urlencoded", 36),
        ("match_dm.urlencoded", 1200),
    ):
        split = split_report(sample(name))
        assert (count_events(sample(name)), len(split.events), split.refused) == (count, count, [])
    assert _raws(sample("events.urlencoded")) == sample_lines("events.urlencoded")


@pytest.mark.parametrize(
    ("body", "count"),
    [
        (b"type=x&" + b"&".join(b"k%d=" % n for n in range(100_000)), 1),
        (b"&".join(b"%61" for _ in range(250_000)), 0),
        (b"a\n" * 500_000, 0),
        (b"type=x\n" * 149_000, 149_000),
        (b"[" + b",".join([b"{}"] * 300_000) + b"]", 0),
        (b'{"type":"x","a":"' + b"\xffa" * 500_000 + b'"}', 1),
        (b"{" * 1_000_000, 0),
    ],
    ids=["keys", "encoded keys", "bad lines", "short lines", "empty objects", "bad bytes", "braces"],
)
def test_a_megabyte_of_anything_is_counted_and_split_alike(body: bytes, count: int) -> None:
    assert count_events(body) == count
    split = split_report(body)
    assert len(split.events) == count
    assert len(split.refused) <= 1
