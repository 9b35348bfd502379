"""Any text becomes a value that fits its column."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest import values as read
from tests.ingest.bodies import VALUES, json_values

texts = st.sampled_from(VALUES) | st.text() | st.floats().map(repr) | st.integers().map(str)


@given(texts)
def test_numbers_are_finite_and_within_their_column(text: str) -> None:
    assert math.isfinite(read.number(text))
    assert abs(read.float32(text)) <= 3.4028234663852886e38
    assert 0.0 <= read.damage(text) <= read.DAMAGE_MAX
    assert 0 <= read.uint16(text) <= 2**16 - 1
    assert 0 <= read.uint64(text) <= 2**64 - 1


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_number_is_read_back(number: float) -> None:
    assert read.number(repr(number)) == number
    assert float(read.number_text(repr(number))) == number


@given(st.integers(0, 2**64 - 1))
def test_a_member_id_is_read_back_exactly(number: int) -> None:
    assert read.uint64(str(number)) == number


@pytest.mark.parametrize(
    ("text", "number"),
    [("28.5", 28), ("", 0), ("-3", 0), ("70000", 65535), ("nan", 0), ("inf", 0), ("x", 0), ("9" * 10_000, 0)],
)
def test_whole_numbers_are_truncated_and_bounded(text: str, number: int) -> None:
    assert read.uint16(text) == number


@pytest.mark.parametrize(
    ("text", "points"),
    [("84.000", 84.0), ("-5", 0.0), ("nan", 0.0), ("inf", 0.0), ("1e300", 1e9), ("", 0.0), ("lots", 0.0)],
)
def test_damage_is_never_negative_or_absurd(text: str, points: float) -> None:
    assert read.damage(text) == points


@pytest.mark.parametrize(
    ("text", "shorter"),
    [
        ("100.000", "100"),
        ("100.0", "100"),
        ("100", "100"),
        ("-0.500", "-0.5"),
        ("1.50e10", "1.50e10"),
        ("1.2.300", "1.2.300"),
        (".50", ".50"),
        ("10 kg.0", "10 kg.0"),
    ],
)
def test_numbers_lose_zeros_that_say_nothing(text: str, shorter: str) -> None:
    assert read.number_text(text) == shorter


@pytest.mark.parametrize(
    ("name", "plain"),
    [
        ("^1Red^7Baron", "RedBaron"),
        ("^^^1Name", "^^Name"),
        ("^^11", "^1"),
        ("^a", "^a"),
        ("^", "^"),
        ("^٣x", "^٣x"),
        ("x" * 300, "x" * 256),
    ],
)
def test_names_lose_colour_codes_in_a_single_pass(name: str, plain: str) -> None:
    assert read.plain_name(name) == plain


@pytest.mark.parametrize(
    ("text", "unix_ms", "game_s"),
    [
        ("37.900", None, 37.9),
        ("0", None, 0.0),
        ("1577836799.999", None, 1577836799.999),
        ("1577836800", 1_577_836_800_000, 0.0),
        ("1700000000.1235", 1_700_000_000_124, 0.0),
        ("7258118400", 7_258_118_400_000, 0.0),
        ("2026-01-02T03:04:05.678Z", 1_767_323_045_678, 0.0),
        ("2026-01-02 03:04:05", 1_767_323_045_000, 0.0),
        ("2026-01-02T05:04:05+02:00", 1_767_323_045_000, 0.0),
    ],
)
def test_timestamps_are_game_time_unix_time_or_iso_text(
    text: str, unix_ms: int | None, game_s: float
) -> None:
    assert read.moment(text) == (unix_ms, game_s, "")


@pytest.mark.parametrize(
    "text",
    [
        "Fri Nov 20 12:00:00 2026",
        "-1",
        "nan",
        "inf",
        "7258118401",
        "1e300",
        "1999-01-01",
        "2026-02-30",
        "9" * 10_000,
    ],
)
def test_a_timestamp_that_is_no_time_stays_text(text: str) -> None:
    assert read.moment(text) == (None, 0.0, text)


@given(texts)
def test_every_timestamp_is_exactly_one_of_three_things(text: str) -> None:
    moment = read.moment(text)
    assert sum((moment.unix_ms is not None, moment.game_s > 0.0, moment.unread != "")) <= 1
    if moment.unix_ms is not None:
        assert 1_577_836_800_000 <= moment.unix_ms <= 7_258_118_400_000


@given(json_values)
def test_every_json_value_has_a_text(value: object) -> None:
    read.text_of(value).encode("utf-8", "surrogatepass")


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, ""),
        (True, "true"),
        (False, "false"),
        (12, "12"),
        (2400.0, "2400.0"),
        ("x", "x"),
        ([1, {"a": "é"}], '[1,{"a":"é"}]'),
        ({"a": ["\ud800"]}, '{"a":["\\ud800"]}'),
    ],
)
def test_json_values_become_the_text_of_a_form_line(value: object, text: str) -> None:
    assert read.text_of(value) == text


def test_attributes_are_cut_between_characters() -> None:
    assert read.attribute("é" * 3000) == "é" * 2048
    assert read.attribute("€" * 3000).encode() == "€".encode() * 1365
