"""How answers leave: JSON bytes, errors, and the 202 as one prepared block."""

from __future__ import annotations

import functools
import time
from collections.abc import Mapping
from email.utils import formatdate
from http import HTTPStatus
from types import MappingProxyType
from typing import Final

import msgspec
from aiohttp import HttpVersion11, hdrs, web
from aiohttp.abc import AbstractStreamWriter
from aiohttp.web import BaseRequest

from web.errors import HttpError
from web.request_ids import HEADER as REQUEST_ID_HEADER

SECURITY_HEADERS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "Referrer-Policy": "same-origin",
        "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
        "Server": "statline",
    }
)
"""On every answer that does not set its own: JSON is no page, whatever a browser thinks of it."""

COMPRESS_ABOVE_BYTES: Final = 1024
"""Below that gzip costs more than the network saves: one packet holds it anyway."""

_ENCODER: Final = msgspec.json.Encoder(decimal_format="number")


def encode(value: object) -> bytes:
    """JSON bytes of an answer: dicts, lists, msgspec structs, dataclasses, times as RFC 3339; NaN is null."""
    return _ENCODER.encode(value)


def json_response(
    value: object, *, status: int = 200, headers: Mapping[str, str] | None = None
) -> web.Response:
    """A JSON answer; see `encode`."""
    return json_bytes_response(encode(value), status=status, headers=headers)


def json_bytes_response(
    body: bytes, *, status: int = 200, headers: Mapping[str, str] | None = None
) -> web.Response:
    """An answer whose body is JSON already."""
    return web.Response(body=body, status=status, headers=headers, content_type="application/json")


PROBLEM: Final = "application/problem+json"


class Problem(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An error as RFC 9457 says it, and as the original did: `error` is what `detail` is."""

    type: str
    """`urn:statline:problem:` and the reason, or about:blank where the status says it all."""
    title: str
    status: int
    detail: str
    error: str
    instance: str = ""
    """The path that was asked for."""
    request_id: str = ""
    """With a 5xx: the name of the request in our log."""


def error_response(error: HttpError, request_id: str = "", path: str = "") -> web.Response:
    """The problem as JSON; a 5xx names the request too, so that a report can be matched with the log."""
    is_ours = error.status >= 500
    problem = Problem(
        type="about:blank" if error.is_plain else f"urn:statline:problem:{error.reason}",
        title=_title(error.status),
        status=error.status,
        detail=error.text,
        error=error.text,
        instance=path,
        request_id=request_id if is_ours else "",
    )
    headers = {hdrs.CACHE_CONTROL: "no-store", **error.headers}
    response = web.Response(body=encode(problem), status=error.status, headers=headers, content_type=PROBLEM)
    if error.retry_after_s is not None:
        response.headers["Retry-After"] = str(error.retry_after_s)
    if error.close:
        response.force_close()
    return response


def _title(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Error"


def compress_if_wanted(request: web.Request, response: web.Response, body_bytes: int) -> bool:
    """Gzip a larger body for a client that accepts it; whether it will be."""
    wanted = compression_wanted(request, response, body_bytes)
    if wanted:
        response.enable_compression(web.ContentCoding.gzip)
    return wanted


def compression_wanted(request: web.Request, response: web.Response, body_bytes: int) -> bool:
    """Whether a body is worth compressing for this client; caches are told either way."""
    if body_bytes <= COMPRESS_ABOVE_BYTES:
        return False
    response.headers["Vary"] = ", ".join(filter(None, (response.headers.get("Vary"), "Accept-Encoding")))
    return accepts_coding(request.headers.get("Accept-Encoding", ""), "gzip")


def accepts_coding(header: str, wanted: str) -> bool:
    """Whether an Accept-Encoding allows a content coding."""
    for part in header.lower().split(","):
        coding, _, quality = part.replace(" ", "").partition(";q=")
        if coding in {wanted, "*"}:
            return quality not in {"0", "0.0", "0.00", "0.000"}
    return False


class Acknowledgement(web.Response):
    """The 202 of a stored report, sent as one block of bytes.

    aiohttp builds a header map, fills in Date, Server and lengths and serializes it for each answer: 10 us of
    the 34 us a report costs (measurements.md 8, point 6). The block says the same. Where more is to be said
    (further headers, the end of the connection, HTTP/1.0) the answer takes aiohttp's way.
    """

    def __init__(self, processed: int, receipt: str, request_id: str) -> None:
        super().__init__(status=202)
        self._processed, self._receipt, self._request_id = processed, receipt, request_id
        self._sent = False

    async def prepare(self, request: BaseRequest) -> AbstractStreamWriter | None:
        """Send the block, or hand over to aiohttp."""
        transport = request.transport
        plain = not self.headers and request.keep_alive and request.version == HttpVersion11
        if plain and transport is not None:
            transport.write(self._block())
            self._sent = True
            # A client that sends and never reads would fill our memory with its answers.
            await request.writer.drain()
            return None
        self.content_type = "application/json"
        self.headers["Statline-Receipt"] = self._receipt
        self.headers[REQUEST_ID_HEADER] = self._request_id
        self.body = _accepted_body(self._processed)
        return await super().prepare(request)

    async def write_eof(self, data: bytes = b"") -> None:
        """Nothing is left to send after the block."""
        if not self._sent:
            await super().write_eof(data)

    @property
    def keep_alive(self) -> bool | None:
        """Whether the connection stays; aiohttp asks after sending."""
        return True if self._sent else super().keep_alive

    def _block(self) -> bytes:
        return accepted_block(self._processed, self._receipt, self._request_id)


def accepted_block(processed: int, receipt: str, request_id: str) -> bytes:
    """The 202 of a stored report as it goes over the wire, on a connection that stays."""
    body = _accepted_body(processed)
    head = _ACCEPTED_HEAD % (_date(int(time.time())), receipt, request_id, len(body))
    return head.encode("ascii") + body


def _accepted_body(processed: int) -> bytes:
    return b'{"processed":%d,"status":"accepted"}' % processed


def response_parts(response: web.Response, unix_s: int) -> tuple[bytes, bytes]:
    """A response as it goes over the wire, on a connection that stays: its head without the line of the request's id,
    and its body.
    """
    assert isinstance(response.body, bytes)
    headers = {
        **SECURITY_HEADERS, **response.headers,
        hdrs.DATE: _date(unix_s), hdrs.CONTENT_LENGTH: str(len(response.body)),
    }  # fmt: skip
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return f"HTTP/1.1 {response.status} {_title(response.status)}\r\n{lines}".encode(), response.body


_ACCEPTED_HEAD: Final = (
    "HTTP/1.1 202 Accepted\r\nContent-Type: application/json\r\nServer: statline\r\nDate: %s\r\n"
    "X-Content-Type-Options: nosniff\r\nStatline-Receipt: %s\r\nX-Request-Id: %s\r\nContent-Length: %d\r\n\r\n"
)


@functools.lru_cache(maxsize=1)
def _date(unix_s: int) -> str:
    return formatdate(unix_s, usegmt=True)
