"""Report bodies for property tests: anything at all, and what a grammar of honest and hostile senders makes."""

from __future__ import annotations

import json
from typing import Any, Final
from urllib.parse import quote_plus

from hypothesis import strategies as st

from ingest.routes import routes_of
from schema.catalogue import EVENT_TYPES

TYPES: Final = [
    *EVENT_TYPES,
    "kill",
    "player_textMessage",
    "door_state_change",
    "PLAYER_KILL",
    "flag_capture",
]
KEYS: Final = sorted(
    {key for name in EVENT_TYPES for key in routes_of(name)}
    | {
        "timestamp",
        "state",
        "server_id",
        "server_token",
        "foo",
        "",
        "__",
        "v0",
        "raw",
        "it's",
        'q"\\',
        "a b",
        "ключ",
    }
)
VALUES: Final = [
    *(
        "",
        "0",
        "1",
        "42",
        "28.5",
        "-3",
        " 7 ",
        "1_0",
        "٣",
        ".5",
        "5.",
        "-0.0",
        "100.000",
        "1.50e10",
        "1e8",
        "1e9",
    ),
    *("nan", "inf", "-inf", "1e999", "1e300", "-1e300", "9" * 30, "9" * 5000, "65535", "65536"),
    *("9223372036854775807", "9223372036854775808", "18446744073709551615", "18446744073709551616"),
    *(
        "1577836799.999",
        "1577836800",
        "1700000000.123",
        "7258118400.1",
        "-1",
        "2026-01-02T03:04:05Z",
        "2026-13-01",
    ),
    *("american", "AXIS", "Head", "7", "99", "-2", "MOD_RIFLE", "mod_", "true", "F", "close", "dm/mohdm6"),
    *("^1Na^^2me", "^^^1N", "unauth_3", "world", "x" * 257, "y" * 1100, "é😀", "a&b=c%d+e", "%00", "\0nul\0"),
]

# Pieces that break parsers when they meet: the grammar strings them together.
_PIECES: Final = [
    *(
        b'"',
        b"\\",
        b"\\u",
        b"\\ud800",
        b'"\\u0000"',
        b"\xff",
        b"\xc3\xa9",
        b"\xef\xbb\xbf",
        b"\x85",
        b"\xa0",
        b"\0",
    ),
    *(
        b"\n",
        b"\r",
        b" ",
        b"\x01",
        b"{",
        b"}",
        b"[",
        b"]",
        b",",
        b":",
        b"[[[[",
        b'{"a":' * 130,
        b"]" * 130,
        b'"":',
    ),
    *(
        b"type",
        b'"type":',
        b'"type":"x"',
        b"type=",
        b"type=x",
        b"&",
        b"%74ype=x",
        b"%",
        b"+",
        b"=",
        b"a=1",
        b"%zz",
    ),
    *(
        b"NaN",
        b"Infinity",
        b"-",
        b"01",
        b"1e999",
        b"1.",
        b"null",
        b"true",
        b"9" * 5000,
        b"\\q",
        b'{"type":"x"}',
    ),
]

keys = st.sampled_from(KEYS) | st.text(max_size=8)
values = st.sampled_from(VALUES) | st.text(max_size=8)
json_values = st.recursive(
    values
    | st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.floats(allow_nan=False, allow_infinity=False),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(keys, inner, max_size=2),
    max_leaves=3,
)
types = st.sampled_from(TYPES) | st.text(max_size=8)


def form_line(pairs: list[tuple[str, str]]) -> bytes:
    """A form line as a correct client writes it."""
    return "&".join(f"{quote_plus(key)}={quote_plus(value)}" for key, value in pairs).encode()


def json_object(fields: dict[str, Any]) -> bytes:
    """One JSON object on one line."""
    return json.dumps(fields).encode()


fields = st.lists(st.tuples(keys, values), max_size=14)
form_lines = st.builds(lambda kind, pairs: form_line([("type", kind), *pairs]), types, fields)
objects = st.builds(
    lambda kind, more: {**more, "type": kind}, types, st.dictionaries(keys, json_values, max_size=14)
)
json_lines = objects.map(json_object)
events = form_lines | json_lines

pieces = st.lists(st.sampled_from(_PIECES), max_size=12).map(b"".join)
arrays = st.lists(json_lines | pieces, max_size=5).map(lambda parts: b"[" + b",".join(parts) + b"]")
broken_strings = pieces.map(lambda piece: b'[{"type":"x","a":"' + piece + b'"}]')
line_bodies = st.lists(events | pieces | st.binary(max_size=20), max_size=5).map(b"\n".join)
bodies = st.binary(max_size=60) | pieces | arrays | broken_strings | line_bodies
