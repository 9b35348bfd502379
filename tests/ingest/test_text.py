"""Bytes become text whatever they are (spec/openmohaa.md 2.1)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.text import BLANK, decode_form, decode_text, repair_utf8, without_surrogates


@given(st.binary())
def test_any_bytes_become_text_that_can_be_stored(data: bytes) -> None:
    for decode in (decode_text, repair_utf8, decode_form):
        decode(data).encode()


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_utf8_stays_as_it_is(text: str) -> None:
    assert decode_text(text.encode()) == repair_utf8(text.encode()) == text


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"J\xf6rg", "Jörg"),
        (b"\x80 \x93x\x94", "€ “x”"),
        (b"\x81\x8d\x8f\x90\x9d", "\x81\x8d\x8f\x90\x9d"),
    ],
)
def test_other_bytes_are_windows_1252(data: bytes, text: str) -> None:
    assert decode_text(data) == repair_utf8(data) == text


def test_repair_keeps_valid_utf8_around_bad_bytes() -> None:
    assert repair_utf8("é".encode() + b"\xf6\xff" + "😀".encode()) == "éöÿ😀"
    assert decode_text("é".encode() + b"\xf6") == "Ã©ö", "a form value is one encoding or the other"


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"gg+wp+%26+100%25+%2B", "gg wp & 100% +"),
        (b"100%", "100%"),
        (b"%zz%4", "%zz%4"),
        (b"%C3%A9%E9", "Ã©é"),
        (b"a%00b", "ab"),
        (b"50% off; 'x'", "50% off; 'x'"),
    ],
)
def test_form_values_are_decoded_and_invalid_sequences_stay(data: bytes, text: str) -> None:
    assert decode_form(data) == text


def test_lone_surrogates_are_replaced_and_pairs_joined() -> None:
    assert without_surrogates("a\ud800b") == "a\ufffdb"
    assert without_surrogates("\ud83d\ude00") == "😀"


def test_blank_is_what_strip_removes_and_nul() -> None:
    every = map(chr, [*range(0xD800), *range(0xE000, 0x110000)])
    assert {character for character in every if not character.strip()} | {"\0"} == set(BLANK)
