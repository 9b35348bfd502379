"""ClickHouse's HTTP interface (https://clickhouse.com/docs/interfaces/http) on top of chdb.

A request waits for one of `engine_queries_max` places, runs in a worker thread and is answered as it is made. What it needs
of ClickHouse's behaviour is tested with clickhouse-connect and curl in tests/clickhouse/test_engine_*.py.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import secrets
import string
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from functools import partial
from typing import Any, Final, TypeVar

from aiohttp import web

from clickhouse.engine.access import check_login, client_of, is_owner, login_of, refuse_strange_hosts
from clickhouse.engine.analysts import Analyst
from clickhouse.engine.answers import content_type, fault_answer, in_band, summary
from clickhouse.engine.client_settings import as_analyst
from clickhouse.engine.codecs import FRAMED, Packer, Unpacker, chosen_encoding, packer, unframed
from clickhouse.engine.credentials import Address
from clickhouse.engine.doorkeeper import AnalystPlaces, Doorkeeper
from clickhouse.engine.faults import EngineFault
from clickhouse.engine.guard import Guard
from clickhouse.engine.results import Running
from clickhouse.engine.sessions import Connections
from clickhouse.engine.statement import Request, read_request
from clickhouse.settings import ClickHouseSettings

DISPLAY_NAME: Final = "statline-engine"
BUFFER_BYTES_MAX: Final = 16 << 20
"""How much of an answer `wait_end_of_query=1` holds back; what is longer is streamed, an error then comes in band."""
WRITE_TIME_MAX_S: Final = 60.0
"""How long a client may leave an answer unread before its statement is stopped."""
WAITING_MAX: Final = 64
QUERY_BODY_BYTES_MAX: Final = 1 << 20
"""Largest request of an analyst: he sends statements, no data."""
KILL_INTERVAL_S: Final = 0.2
_TAG_LETTERS: Final = string.ascii_lowercase

_T = TypeVar("_T")
log = logging.getLogger("clickhouse.engine")


class EngineServer:
    """The HTTP interface of one engine."""

    def __init__(
        self, connections: Connections, address: Address, settings: ClickHouseSettings, doorkeeper: Doorkeeper
    ) -> None:
        self._connections = connections
        self._address = address
        self._settings = settings
        self._places = asyncio.Semaphore(settings.engine_queries_max)
        self._waiting = 0
        self._threads = ThreadPoolExecutor(settings.engine_queries_max, thread_name_prefix="statement")
        self._running: dict[Running, asyncio.Task[Any]] = {}
        self._idle = asyncio.Event()
        self._idle.set()
        self._stopping = False
        self._ending: set[asyncio.Task[None]] = set()
        self._timezone = connections.ask("SELECT timezone()").strip()
        names = connections.ask("SELECT lower(name) FROM system.table_functions").split()
        self._guard = Guard(frozenset(names))
        self._doorkeeper = doorkeeper
        self._analyst_places = AnalystPlaces(settings.analysts_queries_max, settings.engine_queue_time_max_s)

    def app(self) -> web.Application:
        """The aiohttp application: `/`, `/ping`, `/replicas_status`."""
        app = web.Application(
            middlewares=[refuse_strange_hosts], client_max_size=self._settings.engine_body_bytes_max
        )
        app.router.add_route("GET", "/ping", _ok)
        app.router.add_route("GET", "/replicas_status", _ok)
        app.router.add_route("GET", "/", self._answer)
        app.router.add_route("POST", "/", self._answer)
        return app

    def analysts_app(self) -> web.Application:
        """The application of the analysts' door: the same protocol, other people, other rights."""
        app = web.Application(client_max_size=QUERY_BODY_BYTES_MAX)
        app.router.add_route("GET", "/ping", _ok)
        app.router.add_route("GET", "/", self._answer_analyst)
        app.router.add_route("POST", "/", self._answer_analyst)
        return app

    async def stop(self) -> None:
        """Stop the reads, and let the writes end for `engine_stop_time_max_s`; whether they did says `all_ended`."""
        self._stopping = True
        for running, handler in self._running.items():
            if running.is_read:
                handler.cancel()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(self._settings.engine_stop_time_max_s):
                await self._idle.wait()
        self._threads.shutdown(wait=False, cancel_futures=True)

    @property
    def all_ended(self) -> bool:
        """Whether no statement runs."""
        return not self._running

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        return await self._told(request, partial(self._execute, request))

    async def _answer_analyst(self, request: web.Request) -> web.StreamResponse:
        return await self._told(request, partial(self._execute_for_analyst, request, request.remote or ""))

    async def _told(
        self, request: web.Request, execute: Callable[[dict[str, str]], Awaitable[web.StreamResponse]]
    ) -> web.StreamResponse:
        query_id = request.query.get("query_id") or str(uuid.uuid4())
        head = {
            "X-ClickHouse-Server-Display-Name": DISPLAY_NAME,
            "X-ClickHouse-Query-Id": query_id,
            "X-ClickHouse-Timezone": self._timezone,
        }
        try:
            return await execute(head)
        except EngineFault as fault:
            return fault_answer(fault, head, is_framed=request.query.get("compress", "0") in ("1", "true"))

    async def _execute(self, request: web.Request, head: dict[str, str]) -> web.StreamResponse:
        if request.method == "GET" and not request.query_string:
            return web.Response(text="Ok.\n", headers=head)
        if not _login_is_in_form(request) and not is_owner(self._address, request):
            # The web role asks for an analyst (POST /api/v1/sql) with his own login: his rights, not ours.
            return await self._execute_for_analyst(request, client_of(request), head)
        form = await _form(request) if request.content_type == "multipart/form-data" else {}
        parameters = {**request.query, **form}
        check_login(self._address, request, parameters)
        body = b"" if form else await self._body(request, parameters, self._settings.engine_body_bytes_max)
        wanted = read_request(request.method, parameters, request.headers, body)
        del body
        running = Running(self._connections, wanted)
        async with self._in_place(running, _nothing):
            return await self._send(
                request, running, head, _encoding(request, wanted), wait_for_end=wanted.wait_for_end
            )

    async def _execute_for_analyst(
        self, request: web.Request, client: str, head: dict[str, str]
    ) -> web.StreamResponse:
        if request.method == "GET" and not request.query_string:
            return web.Response(text="Ok.\n", headers=head)
        # Before the body is read: strangers may not send us megabytes.
        early = None if _login_is_in_form(request) else await self._admitted(request, request.query, client)
        form = await _form(request) if request.content_type == "multipart/form-data" else {}
        parameters = {**request.query, **form}
        analyst = early or await self._admitted(request, parameters, client)
        body = b"" if form else await self._body(request, parameters, QUERY_BODY_BYTES_MAX)
        asked = read_request(request.method, parameters, request.headers, body)
        settings = self._settings
        wanted = as_analyst(asked, analyst, settings.database, settings.engine_threads_max)
        running = Running(self._connections, wanted, self._guard)
        leave = await self._analyst_places.take(analyst)
        async with self._in_place(running, leave):
            return await self._send(
                request, running, head, _encoding(request, wanted), wait_for_end=wanted.wait_for_end
            )

    async def _admitted(self, request: web.Request, parameters: Mapping[str, str], client: str) -> Analyst:
        user, password = login_of(request, parameters)
        return await self._doorkeeper.admit(user, password, client)

    async def _send(
        self,
        request: web.Request,
        running: Running,
        head: dict[str, str],
        encoding: str,
        *,
        wait_for_end: bool,
    ) -> web.StreamResponse:
        pieces = [await self._in_thread(running.begin)]
        held = len(pieces[0])
        while not running.ended and wait_for_end and held < BUFFER_BYTES_MAX:
            pieces.append(await self._in_thread(running.more))
            held += len(pieces[-1])
        head |= {"X-ClickHouse-Summary": summary(running.counts)}
        if running.has_result:
            head |= {"X-ClickHouse-Format": running.format, "Content-Type": content_type(running.format)}
        body = b"".join(pieces)
        pieces.clear()
        packing = packer(encoding if body else "")
        if encoding and encoding != FRAMED and body:
            head |= {"Content-Encoding": encoding, "Vary": "Accept-Encoding"}
        if running.ended:
            packed = await asyncio.to_thread(packing.pack, body) if encoding else body
            return web.Response(body=packed + packing.finish(), headers=head)
        return await self._stream(request, running, head, packing, body)

    async def _stream(
        self, request: web.Request, running: Running, head: dict[str, str], packing: Packer, piece: bytes
    ) -> web.StreamResponse:
        tag = "".join(secrets.choice(_TAG_LETTERS) for _ in range(16))
        response = web.StreamResponse(headers={**head, "X-ClickHouse-Exception-Tag": tag})
        await response.prepare(request)
        try:
            while True:
                packed = await self._in_thread(partial(packing.pack, piece))
                async with asyncio.timeout(WRITE_TIME_MAX_S):
                    await response.write(packed)
                if running.ended:
                    break
                piece = await self._in_thread(running.more)
            await response.write_eof(packing.finish())
        except EngineFault as fault:
            await response.write(packing.pack(in_band(fault, tag)) + packing.finish())
            # No last chunk: a client that does not know the tag sees at least that the answer is not whole.
            _hang_up(request)
        except TimeoutError:
            log.warning("a client did not read its answer for %.0f s", WRITE_TIME_MAX_S)
            _hang_up(request)
        return response

    @asynccontextmanager
    async def _in_place(self, running: Running, leave: Callable[[], None]) -> AsyncIterator[None]:
        """Wait for a place and hold it until the statement has ended, which may be after its request; then `leave`."""
        try:
            handler = await self._placed()
        except BaseException:
            leave()
            raise
        self._running[running] = handler
        self._idle.clear()
        try:
            yield
        finally:
            task = asyncio.create_task(self._end(running, leave))
            self._ending.add(task)
            task.add_done_callback(self._ending.discard)

    async def _placed(self) -> asyncio.Task[Any]:
        """Wait for a place; whose it is now."""
        if self._places.locked() and self._waiting >= WAITING_MAX:
            raise _too_many()
        self._waiting += 1
        try:
            async with asyncio.timeout(self._settings.engine_queue_time_max_s):
                await self._places.acquire()
        except TimeoutError:
            raise _too_many() from None
        finally:
            self._waiting -= 1
        handler = asyncio.current_task()
        if self._stopping or handler is None:
            self._places.release()
            raise EngineFault(236, "ABORTED", "The engine is stopping")
        return handler

    async def _end(self, running: Running, leave: Callable[[], None]) -> None:
        """Give the place back when the statement has ended. A read that nobody waits for is killed, a write ends."""
        loop = asyncio.get_running_loop()
        try:
            while not running.ended and not await loop.run_in_executor(None, running.try_close):
                if running.is_read:
                    await loop.run_in_executor(None, running.kill)
                await asyncio.sleep(KILL_INTERVAL_S)
        finally:
            del self._running[running]
            self._places.release()
            leave()
            if not self._running:
                self._idle.set()

    async def _in_thread(self, call: Callable[[], _T]) -> _T:
        return await asyncio.get_running_loop().run_in_executor(self._threads, call)

    async def _body(self, request: web.Request, parameters: Mapping[str, str], bytes_max: int) -> bytes:
        unpacker = Unpacker(request.headers.get("Content-Encoding", ""), bytes_max)
        async for piece in request.content.iter_any():
            unpacker.feed(piece)
        body = unpacker.result()
        return unframed(body, bytes_max) if parameters.get("decompress", "0") == "1" else body


async def _form(request: web.Request) -> dict[str, str]:
    """The text fields of a form; external tables come as files."""
    fields: dict[str, str] = {}
    size = 0
    async for part in await request.multipart():
        name = getattr(part, "name", None)
        if name is None or getattr(part, "filename", None):
            raise EngineFault(48, "NOT_IMPLEMENTED", "External tables are not supported")
        data = await part.read(decode=True)  # type: ignore[union-attr]
        size += len(data)
        if size > 16 << 20:
            raise EngineFault(307, "TOO_MANY_BYTES", "The form is over 16 MiB")
        fields[name] = data.decode("utf-8", "surrogateescape")
    return fields


def _encoding(request: web.Request, wanted: Request) -> str:
    if wanted.frame_answer:
        return FRAMED
    return chosen_encoding(request.headers.get("Accept-Encoding", "")) if wanted.compress_answer else ""


def _login_is_in_form(request: web.Request) -> bool:
    is_form = request.content_type == "multipart/form-data"
    return is_form and "X-ClickHouse-User" not in request.headers and "Authorization" not in request.headers


def _nothing() -> None:
    """Nobody but the engine counts its own statements."""


async def _ok(_: web.Request) -> web.Response:
    return web.Response(text="Ok.\n")


def _hang_up(request: web.Request) -> None:
    if request.transport is not None:
        request.transport.close()


def _too_many() -> EngineFault:
    return EngineFault(202, "TOO_MANY_SIMULTANEOUS_QUERIES", "Too many simultaneous queries")
