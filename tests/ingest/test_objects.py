"""JSON is read strictly, then leniently, and never deeper than 128 levels."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.objects import DEPTH_MAX, InvalidBody, array_elements, depth, parse_object, type_of
from schema.refusals import RefusalReason
from tests.ingest.bodies import objects, pieces


@given(st.binary() | pieces)
def test_any_line_is_an_object_or_a_reason(data: bytes) -> None:
    parsed = parse_object(b"{" + data)
    assert isinstance(parsed, dict | RefusalReason)


@given(objects)
def test_a_json_object_is_read_back(fields: dict[str, object]) -> None:
    parsed = parse_object(json.dumps(fields).encode())
    assert isinstance(parsed, dict)
    assert parsed.keys() == fields.keys()


@pytest.mark.parametrize(
    ("raw", "fields"),
    [
        (b'{"a":"J\xf6rg \xc3\xa9"}', {"a": "Jörg é"}),
        (b'{"a":"tab\there"}', {"a": "tab\there"}),
        (b'{"a":NaN,"b":-Infinity}', {"a": "NaN", "b": "-Infinity"}),
        (b'{"a":"\\ud800"}', {"a": "\ufffd"}),
        (b'{"a":' + b"9" * 10_000 + b"}", {"a": "9" * 10_000}),
        (b'{"a":1,"a":2}', {"a": 2}),
        (b'{"a":NaN,"a":2}', {"a": "2"}),
    ],
)
def test_what_strict_json_refuses_is_read_leniently(raw: bytes, fields: dict[str, object]) -> None:
    assert parse_object(raw) == fields


@pytest.mark.parametrize(
    "raw", [b"{", b"{}x", b'{"a":}', b"{'a':1}", b'{"a":01}', b'{"a":"\\q"}', b'{"a":1,}', b'{"a":"\xff}']
)
def test_what_is_no_json_object_is_refused(raw: bytes) -> None:
    assert parse_object(raw) is RefusalReason.BAD_JSON


@pytest.mark.parametrize("levels", [DEPTH_MAX + 1, 5_000, 500_000])
def test_deep_objects_are_refused(levels: int) -> None:
    assert parse_object(b'{"a":' * levels + b"1" + b"}" * levels) is RefusalReason.TOO_DEEP
    assert parse_object(b'{"a":' * levels) is RefusalReason.TOO_DEEP


def test_the_deepest_object_allowed_is_read() -> None:
    raw = b'{"a":' * DEPTH_MAX + b"NaN" + b"}" * DEPTH_MAX
    assert isinstance(parse_object(raw), dict)
    assert array_elements(b"[" + raw + b"]") == [raw]


def test_brackets_in_strings_are_not_depth() -> None:
    assert depth(rb'{"a":"[[[\"[[["}') == 1
    assert depth(b'{"' + b"[" * 1000) == 1, "an unfinished string ends with the bytes"


@pytest.mark.parametrize(
    ("fields", "name"),
    [
        ({"type": " kill\0 "}, "kill"),
        ({"type": 5}, ""),
        ({"type": None}, ""),
        ({"type": " \0 "}, ""),
        ({}, ""),
    ],
)
def test_the_type_is_a_text_that_is_not_blank(fields: dict[str, object], name: str) -> None:
    assert type_of(fields) == name


@pytest.mark.parametrize(
    "elements",
    [
        [],
        [b"{}"],
        [b'{"type" : "x"}', b'{ "type":"y","a":[1,{"b":2}] }'],
        [b'{"a":"J\xf6rg"}', b'{"a":NaN}', b'{"a":"\x01"}', b'{"a":"],["}'],
    ],
)
def test_elements_of_an_array_are_the_bytes_as_received(elements: list[bytes]) -> None:
    assert array_elements(b"[ " + b" ,\n ".join(elements) + b" ]") == elements


@pytest.mark.parametrize(
    "body",
    [
        b"[",
        b"[1]",
        b'["a"]',
        b"[{}",
        b"[{},]",
        b"[{}]x",
        b"[{} {}]",
        b"[[]]",
        b"[null]",
        b'[{"a":]',
        b"[NaN]",
    ],
)
def test_a_broken_array_is_invalid(body: bytes) -> None:
    with pytest.raises(InvalidBody, match=r"^Invalid JSON array: "):
        array_elements(body)


@pytest.mark.parametrize("body", [b"[" * 1_000_000, b"[]" * 500_000, b'["\\' * 300_000, b'[{"a":' * 100_000])
def test_a_hostile_array_is_invalid_and_harmless(body: bytes) -> None:
    with pytest.raises(InvalidBody):
        array_elements(body)


@settings(max_examples=50)
@given(st.lists(objects, max_size=4))
def test_an_array_of_objects_has_these_elements(fields: list[dict[str, object]]) -> None:
    elements = array_elements(json.dumps(fields).encode())
    assert elements == [json.dumps(each).encode() for each in fields]
