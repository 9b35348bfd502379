"""Compressed bodies, expanded step by step and never beyond a bound: a bomb costs what a full body costs."""

from __future__ import annotations

import sys
import zlib
from collections.abc import Callable
from typing import Final, Protocol

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

MEMBERS_MAX: Final = 64
"""Compressed streams one body may consist of. A megabyte of empty ones would keep the loop busy for a second."""

# A frame names its window, and the decoder allocates it: RFC 8878 asks for 8 MiB, which levels up to 19 stay within.
_ZSTD_WINDOW_LOG_MAX: Final = 23
_GZIP: Final = 31
_ZLIB_METHOD_DEFLATE: Final = 8


class UnknownEncoding(Exception):
    """Not a compression that statline reads."""


class CorruptBody(Exception):
    """The compressed bytes are damaged or end too early."""


class BodyTooLarge(Exception):
    """The body holds more than the bound once expanded."""


class _Expander(Protocol):
    """One compressed stream being read; what zlib and zstd have in common."""

    @property
    def eof(self) -> bool: ...
    @property
    def unused_data(self) -> bytes: ...
    def decompress(self, data: bytes, max_length: int) -> bytes: ...


def expand(encoding: str, body: bytes, bytes_max: int) -> bytes:
    """The body behind a Content-Encoding (gzip, deflate, zstd or identity; one, not a list).

    Raises UnknownEncoding, CorruptBody, or BodyTooLarge as soon as more than `bytes_max` would come out.
    """
    name = encoding.strip().lower()
    if name in {"", "identity"}:
        return body
    if name not in _EXPANDERS:
        raise UnknownEncoding(name)
    try:
        return _expand(_EXPANDERS[name], body, bytes_max)
    except (zlib.error, zstd.ZstdError) as error:
        raise CorruptBody(name) from error


def _expand(start: Callable[[bytes], _Expander], body: bytes, bytes_max: int) -> bytes:
    """All streams of the body one after another: gzip and zstd allow several."""
    parts: list[bytes] = []
    room = bytes_max
    for _ in range(MEMBERS_MAX):
        stream = start(body)
        # One byte more than there is room for shows that there is too much; no more than that is ever expanded.
        part = stream.decompress(body, room + 1)
        if len(part) > room:
            raise BodyTooLarge
        if not stream.eof:
            raise CorruptBody("ends too early")
        parts.append(part)
        room -= len(part)
        body = stream.unused_data
        if not body:
            return b"".join(parts)
    raise CorruptBody("too many streams in one body")


def _gzip(_: bytes) -> _Expander:
    return zlib.decompressobj(_GZIP)


def _deflate(body: bytes) -> _Expander:
    """RFC 9110 means zlib's format; some senders leave its two bytes of header out."""
    wrapped = (
        len(body) > 1 and body[0] & 0x0F == _ZLIB_METHOD_DEFLATE and int.from_bytes(body[:2], "big") % 31 == 0
    )
    return zlib.decompressobj(zlib.MAX_WBITS if wrapped else -zlib.MAX_WBITS)


def _zstd(_: bytes) -> _Expander:
    return zstd.ZstdDecompressor(options={zstd.DecompressionParameter.window_log_max: _ZSTD_WINDOW_LOG_MAX})


_EXPANDERS: Final[dict[str, Callable[[bytes], _Expander]]] = {
    "gzip": _gzip, "x-gzip": _gzip, "deflate": _deflate, "zstd": _zstd,
}  # fmt: skip
