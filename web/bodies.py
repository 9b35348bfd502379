"""Reading a request body within its bounds of size and time."""

from __future__ import annotations

import asyncio
from typing import Final

from aiohttp import HttpVersion11, StreamReader, hdrs, web

from web.encodings import BodyTooLarge, CorruptBody, UnknownEncoding, expand
from web.errors import HttpError
from web.settings import WebSettings

_CONTINUE: Final = b"HTTP/1.1 100 Continue\r\n\r\n"


async def read_body(request: web.Request, settings: WebSettings) -> bytes:
    """The body, expanded if it is compressed: at most `body_bytes_max` before and after.

    Raises HttpError 413 (too large, as soon as that is known), 408 (slower than `read_timeout_s`),
    400 (damaged compression) or 415 (unknown compression).
    """
    encoding = request.headers.get(hdrs.CONTENT_ENCODING)
    length = request.content_length
    if length is not None and length > settings.body_bytes_max:
        raise _too_large(close=True)
    content = request.content
    if content.is_eof():
        # The usual report arrived together with its headers: nothing to wait for, so no timer either.
        body = content.read_nowait()
        if len(body) > settings.body_bytes_max:
            raise _too_large(close=False)
    else:
        await _invite(request)
        body = await _read_slowly(content, settings)
    return body if encoding is None else _expanded(encoding, body, settings.body_bytes_max)


class BodyBudget:
    """The memory that bodies may take together, from before they are read until they are stored."""

    def __init__(self, settings: WebSettings) -> None:
        # Room for one at least: a bound below a single body would refuse that body for ever.
        self._bytes_max = max(settings.bodies_bytes_max, settings.body_bytes_max)
        self._body_bytes_max = settings.body_bytes_max
        self._held_bytes = 0

    def take(self, request: web.Request) -> int:
        """Reserve for the body of `request` what it may need; give it back with `give`. Raises HttpError 429."""
        length = request.content_length
        needed = self._body_bytes_max
        if length is not None and length < needed and hdrs.CONTENT_ENCODING not in request.headers:
            needed = length
        return self.take_bytes(needed)

    def take_bytes(self, needed: int) -> int:
        """Reserve so many bytes; give them back with `give`. Raises HttpError 429."""
        if self._held_bytes + needed > self._bytes_max:
            raise HttpError(429, "Too many reports at once", reason="bodies", retry_after_s=1, close=True)
        self._held_bytes += needed
        return needed

    def give(self, taken: int) -> None:
        """Give back what `take` returned."""
        self._held_bytes -= taken


BODIES: Final = web.AppKey("BODIES", BodyBudget)


async def no_early_continue(request: web.Request) -> None:
    """Expect handler of routes that use `read_body`: 100 Continue is sent there, after key and length were checked."""
    if request.headers[hdrs.EXPECT].lower() != "100-continue":
        raise web.HTTPExpectationFailed(text="Unknown Expect")


async def _invite(request: web.Request) -> None:
    if hdrs.EXPECT in request.headers and request.version >= HttpVersion11 and request.transport is not None:
        request.transport.write(_CONTINUE)


async def _read_slowly(content: StreamReader, settings: WebSettings) -> bytes:
    chunks: list[bytes] = []
    room = settings.body_bytes_max
    try:
        async with asyncio.timeout(settings.read_timeout_s):
            while chunk := await content.readany():
                room -= len(chunk)
                if room < 0:
                    raise _too_large(close=True)
                chunks.append(chunk)
    except TimeoutError:
        raise HttpError(408, "Request body took too long", reason="too_slow", close=True) from None
    return b"".join(chunks)


def _expanded(encoding: str, body: bytes, bytes_max: int) -> bytes:
    try:
        return expand(encoding, body, bytes_max)
    except BodyTooLarge:
        raise _too_large(close=False) from None
    except CorruptBody:
        raise HttpError(400, "Corrupt compressed body", reason="corrupt_compression") from None
    except UnknownEncoding:
        text = "Content-Encoding must be gzip, deflate or zstd"
        error = HttpError(415, text, reason="unknown_compression")
        error.headers[hdrs.ACCEPT_ENCODING] = "gzip, deflate, zstd"
        raise error from None


def _too_large(*, close: bool) -> HttpError:
    return HttpError(413, "Request body too large", reason="body_too_large", close=close)
