"""Event streams (server-sent events): a match, a server, or everything, as it happens."""

from __future__ import annotations

import asyncio
import socket
from contextlib import AbstractAsyncContextManager
from typing import Final

from aiohttp import hdrs, web
from aiohttp.abc import AbstractStreamWriter
from aiohttp.web import BaseRequest

from live import metrics
from live.hub import Hub, Reader, TooManyReaders, Topic
from live.settings import LiveSettings
from schema.match_ids import match_uuid_of_path
from web.endpoints import EVENT_STREAM, Endpoints
from web.errors import HttpError, not_found
from web.live.matches import MATCH, REDIS_AWAY
from web.live.servers import SERVER
from web.parameters import header, text
from web.stats.parameters import API
from web.world import WORLD, World

LAST_EVENT_ID: Final = header(
    "Last-Event-ID", "Id of the last message read: what came after it is sent first"
)
LAST_EVENT_ID_QUERY: Final = text("last_event_id", "As the header, for who cannot set one", most=40)
ONE_SERVER: Final = text("server", "Only what happens on the server with this id")

SEND_BUFFER_BYTES: Final = 32 * 1024
"""What the kernel holds for one reader: by itself it would let megabytes pile up for a slow one."""

_ERRORS: Final = {**REDIS_AWAY, 503: "Redis is away, or as many streams are open as may be"}

endpoints = Endpoints("live")


@endpoints.get(
    f"{API}/live/matches/{{id}}/events",
    answers=None,
    media=EVENT_STREAM,
    parameters=[MATCH, LAST_EVENT_ID, LAST_EVENT_ID_QUERY],
    errors=_ERRORS,
)
async def get_match_events(request: web.Request) -> web.StreamResponse:
    """One match as it is played: `board` (everything), then `update` (what changed) and `end`."""
    return await _stream(request, Topic("match", str(match_uuid_of_path(MATCH.of(request)))))


@endpoints.get(
    f"{API}/live/servers/{{id}}/events",
    answers=None,
    media=EVENT_STREAM,
    parameters=[SERVER, LAST_EVENT_ID, LAST_EVENT_ID_QUERY],
    errors={404: "No such server is registered", **_ERRORS},
)
async def get_server_events(request: web.Request) -> web.StreamResponse:
    """What is played on one server, match after match: `board`, `update` and `end`."""
    server_id = SERVER.of(request)
    if server_id not in request.app[WORLD].keys.server_names():
        raise not_found("Server not found")
    return await _stream(request, Topic("server", server_id))


@endpoints.get(
    f"{API}/live/feed",
    answers=None,
    media=EVENT_STREAM,
    parameters=[ONE_SERVER, LAST_EVENT_ID, LAST_EVENT_ID_QUERY],
    errors=_ERRORS,
)
async def get_live_feed(request: web.Request) -> web.StreamResponse:
    """What happens on all servers: `start`, `kills` and `end` of matches."""
    return await _stream(request, Topic("feed", ONE_SERVER.of(request)))


class EventStream(web.StreamResponse):
    """A response that goes on until the reader leaves, is dropped, or the server stops.

    It is sent by aiohttp after the handler and the edge are done with it: its hours are no slow request.
    """

    def __init__(
        self,
        reading: AbstractAsyncContextManager[Reader],
        reader: Reader,
        settings: LiveSettings,
        *,
        is_head: bool,
    ) -> None:
        super().__init__(headers={hdrs.CACHE_CONTROL: "no-store", "X-Accel-Buffering": "no"})
        self.content_type = EVENT_STREAM
        self._reading, self._reader, self._settings = reading, reader, settings
        self._is_head = is_head

    async def prepare(self, request: BaseRequest) -> AbstractStreamWriter | None:
        """Send the headers; the connection ends with the stream."""
        self.force_close()
        transport = request.transport
        if transport is not None:
            _bound_kernel_buffer(transport)
            self._reader.cut = transport.abort
        return await super().prepare(request)

    async def write_eof(self, data: bytes = b"") -> None:
        """The stream itself."""
        try:
            if not self._is_head:
                await self._send_all()
            await super().write_eof(data)
        except TimeoutError:
            metrics.READERS_DROPPED.labels("timeout").inc()
            self._reader.end("timeout")
        finally:
            if self._reader.cut is not None and self._reader.ended not in {"", "closing"}:
                self._reader.cut()
            await self._reading.__aexit__(None, None, None)

    async def _send_all(self) -> None:
        await self._send(b"retry: %d\n\n" % round(self._settings.retry_s * 1000))
        while not self._reader.ended:
            data = await self._reader.next(self._settings.heartbeat_s)
            if not self._reader.ended:
                await self._send(data or b": still here\n\n")
                metrics.MESSAGES.inc()

    async def _send(self, data: bytes) -> None:
        assert self._payload_writer is not None
        self._reader.is_sending = True
        async with asyncio.timeout(self._settings.write_timeout_s):
            await self.write(data)
            # aiohttp waits only above 64 KiB of its own; whoever takes nothing has to be noticed.
            await self._payload_writer.drain()
        self._reader.is_sending = False


async def _stream(request: web.Request, topic: Topic) -> web.StreamResponse:
    world: World = request.app[WORLD]
    last_id = LAST_EVENT_ID.of(request) or LAST_EVENT_ID_QUERY.of(request)
    reading = world.hub.reading(topic, last_id)
    try:
        reader = await reading.__aenter__()
    except TooManyReaders:
        raise HttpError(503, "Too many open streams", reason="too_many_streams", retry_after_s=5) from None
    return EventStream(reading, reader, world.live.settings, is_head=request.method == hdrs.METH_HEAD)


def _bound_kernel_buffer(transport: asyncio.Transport) -> None:
    connection = transport.get_extra_info("socket")
    if connection is not None:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER_BYTES)


async def close_streams(app: web.Application) -> None:
    """End every open stream: a server that stops does not wait for them."""
    hub: Hub = app[WORLD].hub
    hub.close()
