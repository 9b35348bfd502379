"""ClickHouse's HTTP interface (https://clickhouse.com/docs/interfaces/http) on top of chdb.

A request waits for one of `engine_queries_max` places, runs in a worker thread and is answered as it is made. What it needs
of ClickHouse's behaviour is tested with clickhouse-connect and curl in tests/clickhouse/test_engine_*.py.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import contextlib
import hmac
import json
import logging
import secrets
import string
import uuid
from collections.abc import AsyncIterator, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from functools import partial
from typing import Any, Final, TypeVar

from aiohttp import web
from aiohttp.typedefs import Handler

from clickhouse.engine.codecs import Packer, Unpacker, chosen_encoding, packer, unframed
from clickhouse.engine.credentials import Address
from clickhouse.engine.faults import EngineFault
from clickhouse.engine.results import Counts, Running
from clickhouse.engine.sessions import Connections
from clickhouse.engine.statement import read_request
from clickhouse.settings import ClickHouseSettings

DISPLAY_NAME: Final = "statline-engine"
BUFFER_BYTES_MAX: Final = 16 << 20
"""How much of an answer `wait_end_of_query=1` holds back; what is longer is streamed, an error then comes in band."""
WRITE_TIME_MAX_S: Final = 60.0
"""How long a client may leave an answer unread before its statement is stopped."""
WAITING_MAX: Final = 64
KILL_INTERVAL_S: Final = 0.2
_TAG_LETTERS: Final = string.ascii_lowercase
_HOSTS: Final = frozenset({"127.0.0.1", "localhost", "[::1]"})
_CONTENT_TYPES: Final = {"json": "application/json; charset=UTF-8", "csv": "text/csv; charset=UTF-8"}
_BINARY: Final = ("native", "rowbinary", "arrow", "parquet", "orc", "avro", "msgpack", "protobuf", "bson")

_T = TypeVar("_T")
log = logging.getLogger("clickhouse.engine")


class EngineServer:
    """The HTTP interface of one engine."""

    def __init__(self, connections: Connections, address: Address, settings: ClickHouseSettings) -> None:
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

    def app(self) -> web.Application:
        """The aiohttp application: `/`, `/ping`, `/replicas_status`."""
        app = web.Application(
            middlewares=[_refuse_strange_hosts], client_max_size=self._settings.engine_body_bytes_max
        )
        app.router.add_route("GET", "/ping", _ok)
        app.router.add_route("GET", "/replicas_status", _ok)
        app.router.add_route("GET", "/", self._answer)
        app.router.add_route("POST", "/", self._answer)
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
        query_id = request.query.get("query_id") or str(uuid.uuid4())
        head = {
            "X-ClickHouse-Server-Display-Name": DISPLAY_NAME,
            "X-ClickHouse-Query-Id": query_id,
            "X-ClickHouse-Timezone": self._timezone,
        }
        try:
            return await self._execute(request, head)
        except EngineFault as fault:
            return _fault_answer(fault, head)

    async def _execute(self, request: web.Request, head: dict[str, str]) -> web.StreamResponse:
        if request.method == "GET" and not request.query_string:
            return web.Response(text="Ok.\n", headers=head)
        form = await _form(request) if request.content_type == "multipart/form-data" else {}
        parameters = {**request.query, **form}
        self._check_login(request, parameters)
        if parameters.get("compress", "0") == "1":
            raise EngineFault(
                48, "NOT_IMPLEMENTED", "compress=1 is not supported, use enable_http_compression=1"
            )
        body = b"" if form else await self._body(request, parameters)
        wanted = read_request(request.method, parameters, request.headers, body)
        del body
        encoding = (
            chosen_encoding(request.headers.get("Accept-Encoding", "")) if wanted.compress_answer else ""
        )
        async with self._in_place(Running(self._connections, wanted)) as running:
            return await self._send(request, running, head, encoding, wait_for_end=wanted.wait_for_end)

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
        head |= {"X-ClickHouse-Summary": _summary(running.counts)}
        if running.has_result:
            head |= {"X-ClickHouse-Format": running.format, "Content-Type": _content_type(running.format)}
        body = b"".join(pieces)
        pieces.clear()
        packing = packer(encoding if body else "")
        if encoding and body:
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
            await response.write(packing.pack(_in_band(fault, tag)) + packing.finish())
            # No last chunk: a client that does not know the tag sees at least that the answer is not whole.
            _hang_up(request)
        except TimeoutError:
            log.warning("a client did not read its answer for %.0f s", WRITE_TIME_MAX_S)
            _hang_up(request)
        return response

    @asynccontextmanager
    async def _in_place(self, running: Running) -> AsyncIterator[Running]:
        """Wait for a place and hold it until the statement has ended, which may be after its request."""
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
        self._running[running] = handler
        self._idle.clear()
        try:
            yield running
        finally:
            task = asyncio.create_task(self._end(running))
            self._ending.add(task)
            task.add_done_callback(self._ending.discard)

    async def _end(self, running: Running) -> None:
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
            if not self._running:
                self._idle.set()

    async def _in_thread(self, call: Callable[[], _T]) -> _T:
        return await asyncio.get_running_loop().run_in_executor(self._threads, call)

    async def _body(self, request: web.Request, parameters: Mapping[str, str]) -> bytes:
        bytes_max = self._settings.engine_body_bytes_max
        unpacker = Unpacker(request.headers.get("Content-Encoding", ""), bytes_max)
        async for piece in request.content.iter_any():
            unpacker.feed(piece)
        body = unpacker.result()
        return unframed(body, bytes_max) if parameters.get("decompress", "0") == "1" else body

    def _check_login(self, request: web.Request, parameters: Mapping[str, str]) -> None:
        user, password = _login(request, parameters)
        known = self._address
        # Both are compared always, so that the time taken tells nothing of which one was wrong.
        same_user = hmac.compare_digest(user.encode(), known.user.encode())
        same_password = hmac.compare_digest(password.encode(), known.password.encode())
        if not (same_user and same_password):
            text = (
                f"{user}: Authentication failed: password is incorrect, or there is no user with such name."
            )
            raise EngineFault(516, "AUTHENTICATION_FAILED", text)


def _login(request: web.Request, parameters: Mapping[str, str]) -> tuple[str, str]:
    """Headers of ClickHouse first, then Basic, then the URL: the order of ClickHouse."""
    if "X-ClickHouse-User" in request.headers:
        return request.headers["X-ClickHouse-User"], request.headers.get("X-ClickHouse-Key", "")
    scheme, _, encoded = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "basic":
        try:
            user, _, password = base64.b64decode(encoded, validate=True).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            return "", ""
        return user, password
    return parameters.get("user", "default"), parameters.get("password", "")


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


@web.middleware
async def _refuse_strange_hosts(request: web.Request, handler: Handler) -> web.StreamResponse:
    """A page in a browser may reach loopback under its own name (DNS rebinding): only loopback's names are answered."""
    host = request.headers.get("Host", "")
    name = host if host.endswith("]") else host.rsplit(":", 1)[0]
    if name.lower() not in _HOSTS:
        return web.Response(status=403, text="This engine answers to 127.0.0.1 and localhost only\n")
    return await handler(request)


async def _ok(_: web.Request) -> web.Response:
    return web.Response(text="Ok.\n")


def _hang_up(request: web.Request) -> None:
    if request.transport is not None:
        request.transport.close()


def _too_many() -> EngineFault:
    return EngineFault(202, "TOO_MANY_SIMULTANEOUS_QUERIES", "Too many simultaneous queries")


def _fault_answer(fault: EngineFault, head: Mapping[str, str]) -> web.Response:
    headers = {**head, "X-ClickHouse-Exception-Code": str(fault.code)}
    if fault.status == 503:
        headers["Retry-After"] = "1"
    return web.Response(status=fault.status, text=fault.text, headers=headers)


def _in_band(fault: EngineFault, tag: str) -> bytes:
    """An error after the answer began, in the form ClickHouse has since 25.11."""
    message = fault.text.encode()
    return b"\r\n__exception__\r\n%b\r\n%b%d %b\r\n__exception__\r\n" % (
        tag.encode(),
        message,
        len(message),
        tag.encode(),
    )


def _summary(counts: Counts) -> str:
    return json.dumps(
        {
            "read_rows": str(counts.read_rows),
            "read_bytes": str(counts.read_bytes),
            "written_rows": str(counts.written_rows),
            "written_bytes": str(counts.written_bytes),
            "total_rows_to_read": "0",
            "result_rows": str(counts.result_rows),
            "result_bytes": str(counts.result_bytes),
            "elapsed_ns": str(int(counts.elapsed_s * 1e9)),
        }
    )


def _content_type(name: str) -> str:
    lowered = name.lower()
    if lowered.startswith(_BINARY):
        return "application/octet-stream"
    if lowered.startswith(("tabseparated", "tsv", "tskv")):
        return "text/tab-separated-values; charset=UTF-8"
    found = (kind for prefix, kind in _CONTENT_TYPES.items() if lowered.startswith(prefix))
    return next(found, "text/plain; charset=UTF-8")
