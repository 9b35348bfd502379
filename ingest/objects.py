"""JSON events: strictly first, then leniently; and the elements of an array as the bytes they came in.

Strict and lenient accept one common grammar (JSON, plus control characters in strings, invalid UTF-8, NaN and
Infinity, numbers of any size), whatever parser happens to read it, so that the web role's count and the writer's
rows agree.
"""

from __future__ import annotations

import json
import re
from itertools import accumulate
from json.scanner import make_scanner
from typing import Any, Final

import msgspec
import orjson

from ingest.text import BLANK, repair_utf8, without_surrogates
from schema.refusals import RefusalReason

Object = dict[str, Any]

DEPTH_MAX: Final = 128
"""Deeper objects are refused: far below the limits of the parsers (orjson 1024, Python's stack), so that all agree."""

_ARRAY: Final = msgspec.json.Decoder(list[msgspec.Raw])
_STRING: Final = re.compile(rb'"(?:[^"\\]++|\\.?)*+"?', re.DOTALL)
_NOT_BRACKET: Final = bytes(sorted(set(range(256)) - set(b"[]{}")))
_STEP: Final = {ord("["): 1, ord("{"): 1, ord("]"): -1, ord("}"): -1}
_SPACE: Final = re.compile(r"[ \t\n\r]*")


class NumberText(str):
    """A number that the strict parser could not hold, kept as its text."""

    __slots__ = ()


class LenientObject(Object):
    """An object that the strict parser refused: its values may be NumberText."""

    __slots__ = ()


_LENIENT: Final = json.JSONDecoder(
    strict=False, parse_int=NumberText, parse_float=NumberText, parse_constant=NumberText
)
# typeshed describes only the scanner written in Python, which takes its context as `self`.
_SCAN: Final = make_scanner(_LENIENT)  # type: ignore[arg-type]


class InvalidBody(Exception):
    """The report begins with `[` but is no JSON array of objects: nothing of it is accepted (400)."""

    def __init__(self, detail: str) -> None:
        super().__init__(f"Invalid JSON array: {detail}")


def parse_object(raw: bytes, *, is_shallow: bool = False) -> Object | RefusalReason:
    """One JSON object from the bytes of a line or element that begins with `{`, or why it is none.

    `is_shallow`: the caller knows that it is not too deep.
    """
    if not is_shallow and openings(raw) > DEPTH_MAX and depth(raw) > DEPTH_MAX:
        return RefusalReason.TOO_DEEP
    try:
        parsed: Object = orjson.loads(raw)
    except orjson.JSONDecodeError:
        return _parse_leniently(raw)
    return parsed


def _parse_leniently(raw: bytes) -> Object | RefusalReason:
    try:
        parsed = _LENIENT.decode(repair_utf8(raw))
    except (ValueError, RecursionError):
        return RefusalReason.BAD_JSON
    return LenientObject(
        (without_surrogates(key), without_surrogates(value) if type(value) is str else value)
        for key, value in parsed.items()
    )


def type_of(parsed: Object) -> str:
    """The event's type, tidied; empty when it is missing, blank or no text (2.1: dropped)."""
    text = parsed.get("type")
    return text.strip(BLANK) if type(text) is str else ""


def array_elements(body: bytes) -> list[bytes]:
    """The elements of a JSON array of objects, each exactly as received. Raises InvalidBody."""
    try:
        elements = list(map(bytes, _ARRAY.decode(body)))
    except (msgspec.DecodeError, RecursionError):
        elements = _lenient_elements(body)
    if openings(body) - len(elements) > DEPTH_MAX and depth(body) > DEPTH_MAX + 1:
        raise InvalidBody(f"nested deeper than {DEPTH_MAX} levels")
    for number, element in enumerate(elements):
        if not element.startswith(b"{"):
            raise InvalidBody(f"element {number} is not an object")
    return elements


def _lenient_elements(body: bytes) -> list[bytes]:
    """As array_elements with the lenient grammar. Latin-1 makes a character of each byte, so offsets are byte offsets."""
    if openings(body) > DEPTH_MAX and depth(body) > DEPTH_MAX + 1:
        raise InvalidBody(f"nested deeper than {DEPTH_MAX} levels")
    text = body.decode("latin-1")
    elements: list[bytes] = []
    position = _after_space(text, 1)
    if text[position : position + 1] != "]":
        while True:
            end = _element_end(text, position)
            elements.append(body[position:end])
            position = _after_space(text, end)
            if text[position : position + 1] != ",":
                break
            position = _after_space(text, position + 1)
    if text[position:] != "]":
        raise InvalidBody(f"unexpected text at byte {position}")
    return elements


def _element_end(text: str, start: int) -> int:
    try:
        return _SCAN(text, start)[1]
    except (ValueError, StopIteration, RecursionError):
        raise InvalidBody(f"syntax error in the element at byte {start}") from None


def _after_space(text: str, start: int) -> int:
    found = _SPACE.match(text, start)
    return found.end() if found else start


def openings(data: bytes) -> int:
    """Opening brackets anywhere: an upper bound of the depth that costs a tenth of a microsecond."""
    # Of an array of flat objects `find` looks through the rest at once, where `count` looks at every byte.
    arrays = data.count(b"[") if data.find(b"[", 1) >= 0 else data.startswith(b"[")
    return data.count(b"{") + arrays


def depth(data: bytes) -> int:
    """How deep brackets nest outside strings, in linear time and without recursion."""
    brackets = _STRING.sub(b"", data).translate(None, _NOT_BRACKET)
    return max(accumulate(map(_STEP.__getitem__, brackets)), default=0)
