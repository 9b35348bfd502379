"""Listening: the application on a port, with a bound on connections and our own words for what is no HTTP."""

from __future__ import annotations

import asyncio
import resource
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Final

import structlog
from aiohttp import web
from aiohttp.web import BaseRequest

from web import metrics
from web.app import connection_options
from web.errors import HttpError
from web.responses import SECURITY_HEADERS, error_response
from web.settings import WebSettings

BACKLOG: Final = 1024
"""Connections the kernel holds for us between two turns of the loop."""

FILES_RESERVED: Final = 128
"""Open files that are no connections of clients: the spool, the stores, the logs."""

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

    __slots__ = ("_doorman",)

    def __init__(self, doorman: Doorman, server: web.Server, **options: Any) -> None:
        super().__init__(server, loop=asyncio.get_running_loop(), **options)
        self._doorman = doorman

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

    def __init__(self, server: web.Server, settings: WebSettings) -> None:
        self._server = server
        self._options = connection_options(settings)
        self._connections_max = make_room(settings.connections_max)
        self._connections = 0

    def __call__(self) -> asyncio.Protocol:
        if self._connections >= self._connections_max:
            return TooMany()
        return Connection(self, self._server, **self._options)

    def entered(self) -> None:
        """A connection is open."""
        self._connections += 1
        metrics.CONNECTIONS.set(self._connections)

    def left(self) -> None:
        """A connection is gone."""
        self._connections -= 1
        metrics.CONNECTIONS.set(self._connections)


def make_room(connections: int) -> int:
    """Raise this process's limit of open files for so many connections; returns how many it allows.

    Every connection is an open file: at the usual limit of 1024 strangers could take the spool's files away.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted, allowed = open_files(connections, soft, hard)
    if wanted != soft:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
    if allowed < connections:
        _log.warning(
            "fewer connections than set, for the limit of open files", allowed=allowed, open_files=hard
        )
    return allowed


def open_files(connections: int, soft: int, hard: int) -> tuple[int, int]:
    """The soft limit to set for so many connections, and how many of them it allows."""
    unlimited = resource.RLIM_INFINITY
    needed = connections + FILES_RESERVED
    if soft == unlimited or soft >= needed:
        return soft, connections
    raised = needed if hard == unlimited else max(soft, min(needed, hard))
    return raised, max(1, min(connections, raised - FILES_RESERVED))


def _last_words(status: int, text: str) -> web.StreamResponse:
    response = error_response(HttpError(status, text, close=True))
    response.headers.update(SECURITY_HEADERS)
    return response


@asynccontextmanager
async def open_server(
    app: web.Application,
    settings: WebSettings,
    host: str,
    port: int,
    *,
    reuse_port: bool = False,
    listener: socket.socket | None = None,
) -> AsyncIterator[int]:
    """Serve the application on host and port while inside; yields the port (useful when `port` is 0).

    A `listener` that already listens is used instead: the supervisor keeps one open, so that connections made
    while a web role is restarted wait for the next one and no report is refused.

    Leaving stops accepting, lets running requests finish within `stop_timeout_s` and closes every connection.
    Raises OSError when the address is taken.
    """
    runner = web.AppRunner(app, shutdown_timeout=settings.stop_timeout_s)
    await runner.setup()
    try:
        assert runner.server is not None
        doorman = Doorman(runner.server, settings)
        loop = asyncio.get_running_loop()
        if listener is None:
            server = await loop.create_server(doorman, host, port, backlog=BACKLOG, reuse_port=reuse_port)
        else:
            server = await loop.create_server(doorman, sock=listener, backlog=BACKLOG)
        try:
            yield server.sockets[0].getsockname()[1]
        finally:
            # First nobody new; then `cleanup` waits for who is inside.
            server.close()
    finally:
        await runner.cleanup()
