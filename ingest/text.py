"""Bytes of game servers as text: UTF-8 where it is UTF-8, Windows-1252 where it is not. Nothing here can fail."""

from __future__ import annotations

import codecs
import re
from typing import Final
from urllib.parse import unquote_to_bytes

BLANK: Final = (
    "\0\t\n\x0b\x0c\r\x1c\x1d\x1e\x1f \x85\xa0\u1680"
    "\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000"
)
"""White space as str.strip() knows it, and NUL: a type of nothing else is empty."""

# The five bytes that Windows-1252 leaves undefined become the control character of the same number, as browsers do.
_WINDOWS_1252: Final = "".join(bytes((byte,)).decode("cp1252", "ignore") or chr(byte) for byte in range(256))

_VALID_SEQUENCE: Final = (
    rb"[\xc2-\xdf][\x80-\xbf]|\xe0[\xa0-\xbf][\x80-\xbf]|[\xe1-\xec\xee\xef][\x80-\xbf]{2}|\xed[\x80-\x9f][\x80-\xbf]"
    rb"|\xf0[\x90-\xbf][\x80-\xbf]{2}|[\xf1-\xf3][\x80-\xbf]{3}|\xf4[\x80-\x8f][\x80-\xbf]{2}"
)
_INVALID_RUN: Final = re.compile(rb"(?:(?!" + _VALID_SEQUENCE + rb")[\x80-\xff])+")


def decode_text(data: bytes) -> str:
    """The whole of `data` as UTF-8, else the whole of it as Windows-1252 (spec/openmohaa.md 2.1)."""
    try:
        return data.decode()
    except UnicodeDecodeError:
        return _from_windows_1252(data)


def repair_utf8(data: bytes) -> str:
    """UTF-8 with each invalid byte read as Windows-1252; valid text around it stays."""
    return data.decode("utf-8", "statline_windows_1252")


def decode_form(data: bytes) -> str:
    """One key or value of a form line: `+` is a space, valid %XX a byte, invalid sequences stay; NUL is dropped."""
    if b"+" in data:
        data = data.replace(b"+", b" ")
    if b"%" in data:
        data = unquote_to_bytes(data).replace(b"\0", b"")
    return decode_text(data)


def without_surrogates(text: str) -> str:
    """`text` with lone surrogates (from JSON escapes) replaced, so that it can be encoded."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text


def _from_windows_1252(data: bytes) -> str:
    return codecs.charmap_decode(data, "strict", _WINDOWS_1252)[0]


def _repair(error: UnicodeError) -> tuple[str | bytes, int]:
    """Codec error handler: take the whole run of invalid bytes at once, so that garbage costs one call, not many."""
    assert isinstance(error, UnicodeDecodeError)
    run = _INVALID_RUN.match(error.object, error.start)
    end = run.end() if run else error.end
    return _from_windows_1252(error.object[error.start : end]), end


codecs.register_error("statline_windows_1252", _repair)
