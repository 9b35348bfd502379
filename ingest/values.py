"""Texts of a wire field as values of a column. Every function takes any text and always returns a value that fits."""

from __future__ import annotations

import json
import math
import re
from datetime import UTC, datetime
from typing import Any, Final, NamedTuple

import orjson

from schema.words import Folding, keep

TEXT_CHARS_MAX: Final = 256
"""Longest text of a column: names, guids, ids, weapons."""
KEY_CHARS_MAX: Final = 128
"""Longest name of a type or an attribute."""
ATTRIBUTE_BYTES_MAX: Final = 4096
"""Longest value of an attribute."""

DAMAGE_MAX: Final = 1e9
UINT16_MAX: Final = 2**16 - 1
UINT64_MAX: Final = 2**64 - 1
_FLOAT32_MAX: Final = 3.4028234663852886e38

UNIX_TIME_MIN_S: Final = 1_577_836_800.0
"""2020-01-01: from here on a timestamp is Unix time, below it is game time (spec/openmohaa.md 2.6)."""
UNIX_TIME_MAX_S: Final = 7_258_118_400.0
"""2200-01-01: later ones are no time at all; DateTime64 ends in 2299."""

_COLOUR_CODE: Final = re.compile(r"\^[0-9]")

BOOLEANS: Final = Folding(
    {"1": "true", "t": "true", "true": "true", "0": "false", "f": "false", "false": "false"}, keep
)
"""Go's spellings of true and false (2.1); other texts stay."""


class Moment(NamedTuple):
    """A timestamp, understood: Unix milliseconds, or seconds of game time, or the text it could not be read from."""

    unix_ms: int | None
    game_s: float
    unread: str


def text_of(value: Any) -> str:
    """A JSON value as the text that a form line would carry; nested values as compact JSON, null as nothing."""
    if isinstance(value, str):
        return str(value)
    if value is None:
        return ""
    if value is True:
        return "true"
    if value is False:
        return "false"
    if isinstance(value, int | float):
        return repr(value)
    return compact_json(value)


def compact_json(value: Any) -> str:
    """A nested value as JSON text; lone surrogates, which orjson refuses, stay escaped."""
    try:
        return orjson.dumps(value).decode()
    except TypeError:
        return json.dumps(value, separators=(",", ":"))


def text(value: str) -> str:
    """Text of a column, bounded."""
    return value[:TEXT_CHARS_MAX]


def plain_name(value: str) -> str:
    """A player's name without colour codes: `^` and one digit go, in a single pass (R12)."""
    return _COLOUR_CODE.sub("", value)[:TEXT_CHARS_MAX]


def attribute(value: str) -> str:
    """Text of an attribute, bounded."""
    if len(value) * 4 <= ATTRIBUTE_BYTES_MAX:
        return value
    return value.encode()[:ATTRIBUTE_BYTES_MAX].decode("utf-8", "ignore")


def number(value: str) -> float:
    """A finite number; 0 for everything else (text, NaN, infinity, thousands of digits)."""
    try:
        read = float(value)
    except ValueError:
        return 0.0
    return read if math.isfinite(read) else 0.0


def float32(value: str) -> float:
    """A number within the range of Float32."""
    return min(max(number(value), -_FLOAT32_MAX), _FLOAT32_MAX)


def damage(value: str) -> float:
    """Points of damage: negative ones are 0 (R8), absurd ones bounded so that sums stay exact enough."""
    return min(max(number(value), 0.0), DAMAGE_MAX)


def unsigned(value: str, maximum: int) -> int:
    """A whole number, truncated ("28.5" is 28), negative ones 0, at most `maximum`."""
    try:
        read = int(value)
    except ValueError:
        read = int(number(value))
    return min(max(read, 0), maximum)


def uint16(value: str) -> int:
    """A number of rounds."""
    return unsigned(value, UINT16_MAX)


def uint64(value: str) -> int:
    """A member id."""
    return unsigned(value, UINT64_MAX)


def number_text(value: str) -> str:
    """A number's text without zeros that say nothing, so that 100.000 and 100.0 and 100 are one attribute value."""
    whole, point, fraction = value.partition(".")
    if not point or not fraction.isdigit() or not whole.removeprefix("-").isdigit():
        return value
    fraction = fraction.rstrip("0")
    return f"{whole}.{fraction}" if fraction else whole


def moment(value: str) -> Moment:
    """When: Unix seconds, game seconds or ISO-8601; what is none of them, or out of range, stays text (2.6)."""
    try:
        seconds = float(value)
    except ValueError:
        return _iso_moment(value)
    if 0.0 <= seconds < UNIX_TIME_MIN_S:
        return Moment(None, seconds, "")
    if UNIX_TIME_MIN_S <= seconds <= UNIX_TIME_MAX_S:
        return Moment(milliseconds(seconds), 0.0, "")
    return Moment(None, 0.0, value)


def milliseconds(seconds: float) -> int:
    """Seconds as whole milliseconds, to the nearest."""
    return int(seconds * 1000.0 + 0.5)


def _iso_moment(value: str) -> Moment:
    try:
        when = datetime.fromisoformat(value.strip()[:64])
        seconds = (when if when.tzinfo else when.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError):
        return Moment(None, 0.0, value)
    if UNIX_TIME_MIN_S <= seconds <= UNIX_TIME_MAX_S:
        return Moment(milliseconds(seconds), 0.0, "")
    return Moment(None, 0.0, value)
