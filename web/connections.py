"""Connections: each counts itself, answers what is no HTTP in our own words, and knows how long its bytes have waited."""

from __future__ import annotations

import asyncio
import functools
import socket
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

import structlog
from aiohttp import StreamReader, web
from aiohttp.http import RawRequestMessage
from aiohttp.web import BaseRequest

from web import metrics
from web.errors import HttpError
from web.lane import HEAD_ENDS
from web.listening import waited_s
from web.responses import SECURITY_HEADERS, error_response

if TYPE_CHECKING:
    from web.lane import Lane, Report

IN_LANE_S_MAX: Final = 60.0
"""No report takes longer from being read to its answer: the hold is 10 s at most. Until then its connection is not idle."""

_FULL_BODY: Final = (
    b'{"type":"urn:statline:problem:connections","title":"Service Unavailable","status":503,'
    b'"detail":"Too many connections","error":"Too many connections"}'
)
_FULL: Final = (
    b"HTTP/1.1 503 Service Unavailable\r\nContent-Type: application/problem+json\r\nContent-Length: %d\r\n"
    b"Retry-After: 1\r\nConnection: close\r\n\r\n%s"
) % (len(_FULL_BODY), _FULL_BODY)

_log = structlog.get_logger("web")


class Connection(web.RequestHandler):
    """One connection; counts itself and answers what is no HTTP request in our form."""

    __slots__ = ("_doorman", "_in_lane", "_is_between", "_is_new", "_lane", "_socket")

    def __init__(
        self, doorman: Doorman, connection: socket.socket, server: web.Server, lane: Lane, **options: Any
    ) -> None:
        super().__init__(server, loop=asyncio.get_running_loop(), **options)
        self._doorman, self._lane, self._socket = doorman, lane, connection
        self._in_lane: asyncio.Task[None] | None = None
        self._is_new = True
        # Whether all that came so far were whole requests, one at a time: then the next byte begins one.
        self._is_between = True

    def waited_s(self) -> float:
        """How long ago the last bytes of this connection arrived at this machine, seconds; 0 where nobody has to wait.

        Those few who waited while a web role was away or kept from running are served, not refused as too late.
        """
        # Asked of the kernel only where it matters: 2 us.
        return waited_s(self._socket) if self._lane.is_pressed() else 0.0

    def data_received(self, data: bytes) -> None:
        """Parse what came; a usual report that comes alone takes the short way, everything else aiohttp's."""
        # Empty is aiohttp's own question whether its parser holds something back.
        if data and not (self._has_begun() and self._lane.turns.takes_one()):
            self._put_off(data)
        else:
            self._receive(data)

    def _has_begun(self) -> bool:
        """Whether aiohttp's task has. It does a turn after the first bytes can be read, and would not know what became of them."""
        if self._is_new and self._waiter is not None:
            self._is_new = False
        return not self._is_new

    def _put_off(self, data: bytes) -> None:
        assert self.transport is not None
        self.transport.pause_reading()  # one piece waits here, the others with the kernel
        self._lane.turns.put_off(functools.partial(self._receive_late, data))

    def _receive_late(self, data: bytes) -> None:
        if self.transport is None or self.transport.is_closing():
            return
        if not self._has_begun():
            self._lane.turns.put_off(functools.partial(self._receive_late, data))
            return
        if not (self._reading_paused or self._buffer_paused):
            self.transport.resume_reading()
        self._receive(data)

    def _receive(self, data: bytes) -> None:
        waiter = self._waiter
        if waiter is None or waiter.done():
            self._parse(data)
            return
        if self._is_between and self._in_lane is None and self._is_open():
            report = self._lane.known_report(data)
            if report is not None:
                self._let_in(report)
                return
        # aiohttp's own task sleeps on this until there is a request; first we look whether it is one for us. Hidden to the
        # end, since reading a body may resume the parser, which comes here again.
        self._waiter = None
        self._parse(data)
        if len(self._messages) == 1 and self._in_lane is None:
            self._take(self._messages[0], data if self._is_between else b"")
        self._waiter = waiter
        if self._messages and self._in_lane is None:
            self._wake()

    def _is_open(self) -> bool:
        """Whether a request that comes now would be answered."""
        return not (self._paused or self._force_close or self._close)

    def _parse(self, data: bytes) -> None:
        before = len(self._messages)
        super().data_received(data)
        if not data:
            return  # aiohttp's own question whether its parser holds something back: of a whole request it does not
        self._is_between = (
            self._is_between and len(self._messages) == before + 1 and _is_all(data, *self._messages[-1])
        )

    def _take(self, request: tuple[Any, Any], data: bytes) -> None:
        """Take the one request that is there through the lane, or leave it where it is."""
        message, payload = request
        if self._paused or not isinstance(message, RawRequestMessage):
            return
        report = self._lane.report_of(message, payload, data)
        if report is None:
            return
        self._messages.popleft()
        if self._parser is not None:
            self._parser.message_consumed()
        self._let_in(report)

    def _let_in(self, report: Report) -> None:
        waited_s = self.waited_s()
        if (refusal := self._lane.turned_away(report, waited_s)) is not None:
            self._say(refusal)
            return
        # As aiohttp does while a handler runs: who stops the server waits for it, and idle it is not.
        self._request_in_progress = True
        self._next_keepalive_close_time = self._loop.time() + self._keepalive_timeout + IN_LANE_S_MAX
        self._in_lane = self._loop.create_task(self._through(report, report.read_s - waited_s))

    async def _through(self, report: Report, arrived_s: float) -> None:
        answer = await self._lane.answer(report, arrived_s)
        self._in_lane = None
        self._say(answer)
        self._request_in_progress = False
        if self._handler_waiter is not None and not self._handler_waiter.done():
            self._handler_waiter.set_result(None)
        if self._messages:
            self._wake()

    def _say(self, answer: bytes) -> None:
        if self.transport is not None:
            self.transport.write(answer)
            self._next_keepalive_close_time = self._loop.time() + self._keepalive_timeout

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._doorman.entered()
        super().connection_made(transport)

    def connection_lost(self, exc: BaseException | None) -> None:
        self._doorman.left()
        super().connection_lost(exc)

    def handle_error(
        self,
        request: BaseRequest,  # noqa: ARG002 - the signature is aiohttp's
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,  # noqa: ARG002 - it repeats the sender's bytes
    ) -> web.StreamResponse:
        """The answer to bytes that aiohttp cannot read, or to an error outside the application.

        aiohttp's own would repeat the bytes to the sender and write them, tokens included, to the log.
        """
        if status < 500:
            metrics.MALFORMED.inc()
            return _last_words(status, "Malformed HTTP request")
        _log.error("connection failed", status=status, exc_info=exc)
        return _last_words(status, "Internal server error")


class TooMany(asyncio.Protocol):
    """A connection above the limit: told so and cut, before it costs anything."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        metrics.CONNECTIONS_REFUSED.inc()
        assert isinstance(transport, asyncio.WriteTransport)
        transport.write(_FULL)
        transport.close()


class Doorman:
    """Makes the protocol of each new connection and counts the open ones."""

    def __init__(
        self, server: web.Server, lane: Lane, connections_max: int, options: Mapping[str, Any]
    ) -> None:
        self._server, self._lane, self._options = server, lane, options
        self._connections_max = connections_max
        self._connections = 0

    def __call__(self, connection: socket.socket) -> asyncio.Protocol:
        if self._connections >= self._connections_max:
            return TooMany()
        return Connection(self, connection, self._server, self._lane, **self._options)

    def entered(self) -> None:
        """A connection is open."""
        self._connections += 1
        metrics.CONNECTIONS.set(self._connections)

    def left(self) -> None:
        """A connection is gone."""
        self._connections -= 1
        metrics.CONNECTIONS.set(self._connections)


def _is_all(data: bytes, message: object, payload: StreamReader) -> bool:
    """Whether the request that was read from these bytes is all that is in them."""
    if (
        not isinstance(message, RawRequestMessage)
        or message.chunked
        or message.upgrade
        or not payload.is_eof()
    ):
        return False
    return data.find(HEAD_ENDS) + len(HEAD_ENDS) + payload.total_bytes == len(data)


def _last_words(status: int, text: str) -> web.StreamResponse:
    response = error_response(HttpError(status, text, close=True))
    response.headers.update(SECURITY_HEADERS)
    return response
