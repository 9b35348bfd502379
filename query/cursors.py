"""Cursors: where a page of a list ended, as an opaque text that leads to the next one, whatever came in between.

A cursor carries the sort key of the last entry and a mark of the list it belongs to. It is no secret and grants nothing:
whoever makes one up gets a page of the same public list.
"""

from __future__ import annotations

import binascii
import hashlib
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Final

import msgspec

CURSOR_MAX: Final = 1000
"""Longest cursor that is read, in characters."""

Keys = tuple[int | str, ...]


class InvalidCursor(ValueError):
    """The text is no cursor, or one of another list."""


def cursor(of: str, keys: Keys) -> str:
    """The cursor of an entry with these sort keys in the list `of` (any text that names list and filters)."""
    return urlsafe_b64encode(msgspec.json.encode([_mark(of), *keys])).decode().rstrip("=")


def keys_of(text: str, of: str, kinds: tuple[type, ...]) -> Keys:
    """The sort keys in a cursor of the list `of`, of these types. Raises InvalidCursor."""
    if len(text) > CURSOR_MAX:
        raise InvalidCursor("cursor is too long")
    try:
        read = msgspec.json.decode(urlsafe_b64decode(text + "=" * (-len(text) % 4)), type=list[int | str])
    except (binascii.Error, ValueError) as error:
        raise InvalidCursor("cursor is none of ours") from error
    mark, *keys = read or [""]
    if mark != _mark(of) or tuple(map(type, keys)) != kinds:
        raise InvalidCursor("cursor belongs to another list or other filters")
    return tuple(keys)


def _mark(of: str) -> str:
    return hashlib.sha256(of.encode("utf-8", "surrogatepass")).hexdigest()[:12]
