"""Form lines are read as raw as the legacy scripts send them (spec/openmohaa.md 2.1)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest import lines
from ingest.lines import read_line
from tests.ingest.bodies import form_line, pieces

texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))


@given(st.binary() | pieces)
def test_any_line_has_as_many_keys_as_values(raw: bytes) -> None:
    keys, values = read_line(raw)
    assert len(keys) == len(values) == raw.count(b"&") + 1


@given(st.lists(st.tuples(texts, texts), min_size=1))
def test_an_encoded_line_is_read_back(pairs: list[tuple[str, str]]) -> None:
    keys, values = read_line(form_line(pairs))
    assert list(zip(keys, values, strict=True)) == pairs


@given(st.binary() | pieces | st.lists(st.binary(max_size=6)).map(b"=".join))
def test_the_quick_way_reads_what_the_slow_way_reads(raw: bytes) -> None:
    assert read_line(raw) == lines._read_any(raw)


@pytest.mark.parametrize(
    ("raw", "pairs"),
    [
        (b"a=1&b=2", [("a", "1"), ("b", "2")]),
        (b"a=b=c", [("a", "b=c")]),
        (b"a&b=c=d", [("a", ""), ("b", "c=d")]),
        (b"a=x;y&b", [("a", "x;y"), ("b", "")]),
        (b"=1&&", [("", "1"), ("", ""), ("", "")]),
        (b"n=J\xf6rg&m=\xc3\xa9", [("n", "Jörg"), ("m", "é")]),
        (b"n=100%&m=%zz%41", [("n", "100%"), ("m", "%zzA")]),
        (b"%6e+x=1", [("n x", "1")]),
        (b"n=%2B+%26%3D", [("n", "+ &=")]),
    ],
)
def test_lines_split_at_ampersands_and_first_equals_signs_only(
    raw: bytes, pairs: list[tuple[str, str]]
) -> None:
    keys, values = read_line(raw)
    assert list(zip(keys, values, strict=True)) == pairs
