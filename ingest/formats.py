"""From a report's body to its raw events (spec/openmohaa.md 2.1). The content type is ignored: the body decides.

`count_events` (web role: how many will be accepted) and `split_report` (writer: which) follow one set of rules;
`count_events(body) == len(split_report(body).events)` holds for every body.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, Literal, NamedTuple

import msgspec

from ingest.objects import (
    DEPTH_MAX,
    InvalidBody,
    Object,
    array_elements,
    openings,
    parse_object,
    type_of,
)
from ingest.redaction import redact_bytes
from ingest.text import BLANK, decode_form
from schema.refusals import RefusalReason

__all__ = ["InvalidBody", "RawEvent", "Refusal", "Split", "count_events", "split_report"]

_BYTE_ORDER_MARK: Final = b"\xef\xbb\xbf"
# What nearly every line begins with; such a line needs no closer look, since the first `type` wins.
_PLAIN_TYPE: Final = re.compile(rb"type=[0-9A-Za-z_]")
_TYPE: Final = re.compile(rb"(?:^|&)type=([^&]*)")


class _Typed(msgspec.Struct, gc=False):
    """All the count needs of an event; msgspec checks the syntax of the rest without building it."""

    type: str = ""


_TYPED: Final = msgspec.json.Decoder(_Typed)
_TYPED_ARRAY: Final = msgspec.json.Decoder(list[_Typed])


class RawEvent(msgspec.Struct, frozen=True, gc=False):
    """One event as received: `raw` is its line or object, trimmed; `parsed` the object of a JSON event."""

    kind: Literal["line", "object"]
    raw: bytes
    parsed: Object | None = None


class Refusal(NamedTuple):
    """What of a report is no event, by reason: `raw` holds the `lines` lines or objects, one under another, without secrets."""

    reason: RefusalReason
    raw: bytes
    lines: int = 1


class Split(NamedTuple):
    """A report taken apart: its events in order, and at most one refusal for each reason."""

    events: list[RawEvent]
    refused: list[Refusal]


def count_events(body: bytes) -> int:
    """How many events of `body` will be accepted. Raises InvalidBody (a broken array fails the whole body)."""
    body = _trimmed(body)
    if body.startswith(b"["):
        return _count_array(body)
    if body.find(b"\n") < 0:
        return int(_is_event(body))
    return sum(map(_is_event, body.split(b"\n")))


def split_report(body: bytes) -> Split:
    """The events of `body` in order, and what is refused with its reason. Raises InvalidBody."""
    body = _trimmed(body)
    if _PLAIN_TYPE.match(body) and body.find(b"\n") < 0:  # the usual single post
        return Split([RawEvent("line", body)], [])
    is_array = body.startswith(b"[")
    if not is_array and all(map(_PLAIN_TYPE.match, lines := list(map(bytes.strip, body.split(b"\n"))))):
        return Split([RawEvent("line", raw) for raw in lines], [])
    events: list[RawEvent] = []
    refused: dict[RefusalReason, list[bytes]] = {}
    for read in _read_array(body) if is_array else _read_lines(body):
        if isinstance(read, RawEvent):
            events.append(read)
        else:
            reason, raw = read
            refused.setdefault(reason, []).append(raw)
    return Split(events, [_refusal(reason, pieces) for reason, pieces in refused.items()])


def _refusal(reason: RefusalReason, pieces: list[bytes]) -> Refusal:
    # One refusal for each reason: a megabyte of bad lines must not become half a million of them.
    return Refusal(reason, redact_bytes(b"\n".join(pieces)), len(pieces))


def _trimmed(body: bytes) -> bytes:
    if body.find(b"\0") >= 0:  # sooner answered than `in`, which first asks whether the bytes are a number
        body = body.replace(b"\0", b"")
    return body.strip().removeprefix(_BYTE_ORDER_MARK).strip()


def _count_array(body: bytes) -> int:
    try:
        typed = _TYPED_ARRAY.decode(body)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return len(split_report(body).events)
    if openings(body) - len(typed) > DEPTH_MAX:
        return len(split_report(body).events)
    return len([True for event in typed if event.type.strip(BLANK)])


def _is_event(line: bytes) -> bool:
    """Whether a line of a body will be accepted."""
    if _PLAIN_TYPE.match(line):
        return True
    line = line.strip()
    if line.startswith(b"{"):
        return _object_is_event(line)
    return bool(form_type(line))


def _object_is_event(line: bytes) -> bool:
    if openings(line) <= DEPTH_MAX:
        try:
            return bool(_TYPED.decode(line).type.strip(BLANK))
        except (msgspec.MsgspecError, ValueError):
            pass
    parsed = parse_object(line)
    return isinstance(parsed, dict) and bool(type_of(parsed))


def _read_array(body: bytes) -> Iterator[RawEvent | tuple[RefusalReason, bytes]]:
    elements = array_elements(body)
    # Brackets of all together bound the depth of each: then none has to be counted alone.
    is_shallow = openings(body) - len(elements) <= DEPTH_MAX
    for number, raw in enumerate(elements):
        read = _read_object(raw, is_shallow=is_shallow)
        if not isinstance(read, RawEvent) and read[0] is not RefusalReason.NO_TYPE:
            raise InvalidBody(f"element {number} cannot be read: {read[0].sentence}")
        yield read


def _read_lines(body: bytes) -> Iterator[RawEvent | tuple[RefusalReason, bytes]]:
    for line in body.split(b"\n"):
        raw = line.strip()
        if raw.startswith(b"{"):
            yield _read_object(raw)
        elif _PLAIN_TYPE.match(raw) or form_type(raw):
            yield RawEvent("line", raw)
        elif raw:
            yield RefusalReason.NO_TYPE, raw


def _read_object(raw: bytes, *, is_shallow: bool = False) -> RawEvent | tuple[RefusalReason, bytes]:
    parsed = parse_object(raw, is_shallow=is_shallow)
    if not isinstance(parsed, dict):
        return parsed, raw
    if not type_of(parsed):
        return RefusalReason.NO_TYPE, raw
    return RawEvent("object", raw, parsed)


def form_type(line: bytes) -> str:
    """The type of a form line, decoded and tidied: the first key that reads `type`, even if percent-encoded."""
    found = _TYPE.search(line)
    if found and b"%" not in line[: found.start()]:
        return decode_form(found[1]).strip(BLANK)
    if b"%" not in line:
        return ""
    for part in line.split(b"&"):
        key, _, value = part.partition(b"=")
        if key == b"type" or (b"%" in key and decode_form(key) == "type"):
            return decode_form(value).strip(BLANK)
    return ""
