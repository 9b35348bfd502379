from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from aiohttp import web

from tests.web.conftest import Serve, Served
from web.app import create_app
from web.endpoints import Endpoints
from web.responses import Acknowledgement
from web.server import FILES_RESERVED, open_files, open_server

Eventually = Callable[..., Awaitable[object]]


@pytest.mark.parametrize(
    "request_bytes",
    [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"GET /?server_token=slk_secret HTTP/9.x\r\n\r\n",
        b"GET /health HTTP/1.1\r\nHost: x\r\nBad Header: x\r\n\r\n",
        b"GET /health HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\nabc",
        b"GET /" + b"x" * 10_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\nX-Long: " + b"x" * 10_000 + b"\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\n" + b"X-Many: 1\r\n" * 5000 + b"\r\n",
    ],
)
async def test_what_is_no_http_gets_400_in_our_form_and_is_not_repeated(
    served: Served, request_bytes: bytes, capfd: pytest.CaptureFixture[str]
) -> None:
    answer = await served.raw(request_bytes)

    assert answer.startswith(b"HTTP/1.0 400 ")
    assert b"aiohttp" not in answer
    assert answer.endswith(b'"error":"Malformed HTTP request"}')
    printed = capfd.readouterr()
    assert "slk_secret" not in printed.out + printed.err
    assert (await served.get("/health")).status == 200


async def test_pipelined_requests_are_answered_in_their_order(served: Served) -> None:
    one = b"POST /api/v1/ingest/events HTTP/1.1\r\nHost: x\r\nX-Server-Token: %s\r\nX-Request-Id: r%d\r\n%s"
    token = served.token.encode()
    length = b"Content-Length: 16\r\n\r\ntype=match_start"
    requests = [one % (token, number, length) for number in range(100)]
    requests.append(one % (token, 100, b"Connection: close\r\n" + length))

    answer = await served.raw(b"".join(requests))

    ids = [line.partition(b": ")[2] for line in answer.split(b"\r\n") if line.startswith(b"X-Request-Id")]
    assert ids == [b"r%d" % number for number in range(101)]
    assert len(served.stored()) == 101


async def test_a_client_that_never_reads_does_not_fill_our_memory(serve: Serve) -> None:
    endpoints = Endpoints("test")
    handled = 0

    @endpoints.get("/large", answers=None)
    async def large(_: web.Request) -> web.Response:
        nonlocal handled
        handled += 1
        return Acknowledgement(1, "r" * 30_000, "id")

    async with serve(endpoints) as served:
        _, writer = await asyncio.open_connection("127.0.0.1", served.port, limit=1024)
        writer.transport.pause_reading()  # type: ignore[attr-defined] # every stream's transport can
        writer.write(b"GET /large HTTP/1.1\r\nHost: x\r\n\r\n" * 3000)
        # Each of these gives the server more turns than 3000 answers need.
        for _ in range(1000):
            assert (await served.get("/health")).status == 200

        # The kernel's buffers hold a few megabytes, ours hardly more than one answer.
        assert 0 < handled < 1000
        writer.transport.abort()


async def test_a_connection_above_the_limit_is_told_so_and_a_free_place_is_used(
    serve: Serve, eventually: Eventually
) -> None:
    async with serve(connections_max=2) as served:
        first = await asyncio.open_connection("127.0.0.1", served.port)
        second = await asyncio.open_connection("127.0.0.1", served.port)
        request = b"GET /health HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"

        refused = await served.raw(b"")
        assert refused.startswith(b"HTTP/1.1 503 ")
        assert b"Retry-After: 1\r\n" in refused
        head, _, body = refused.partition(b"\r\n\r\n")
        assert b"Content-Length: %d" % len(body) in head

        first[1].close()
        await first[1].wait_closed()

        async def is_served() -> bool:
            return (await served.raw(request)).startswith(b"HTTP/1.1 200 ")

        assert await eventually(is_served)
        second[1].close()


@pytest.mark.parametrize(
    ("connections", "soft", "hard", "expected"),
    [
        (4096, 1024, 1_048_576, (4096 + FILES_RESERVED, 4096)),
        (4096, 1024, -1, (4096 + FILES_RESERVED, 4096)),
        (4096, -1, -1, (-1, 4096)),
        (100, 1024, 4096, (1024, 100)),
        (4096, 1024, 2048, (2048, 2048 - FILES_RESERVED)),
        (4096, 64, 64, (64, 1)),
    ],
)
def test_connections_leave_open_files_for_the_spool_and_the_stores(
    connections: int, soft: int, hard: int, expected: tuple[int, int]
) -> None:
    assert open_files(connections, soft, hard) == expected


async def test_a_connection_that_says_nothing_is_closed(serve: Serve) -> None:
    async with serve(idle_timeout_s=0.1) as served:
        assert await served.raw(b"") == b""
        assert await served.raw(b"GET /health HT") == b""


async def test_http_1_0_and_a_closing_client_get_a_closing_answer(served: Served) -> None:
    head = b"POST /api/v1/ingest/events HTTP/1.%d\r\nHost: x\r\nX-Server-Token: %s\r\n%sContent-Length: 6\r\n\r\ntype=x"
    for request in (
        head % (0, served.token.encode(), b""),
        head % (1, served.token.encode(), b"Connection: close\r\n"),
    ):
        answer = await served.raw(request)
        assert b" 202 Accepted\r\n" in answer
        assert b"Statline-Receipt: " in answer
        assert answer.endswith(b'{"processed":1,"status":"accepted"}')


async def test_stopping_lets_a_running_request_finish_and_takes_no_new_ones(serve: Serve) -> None:
    endpoints = Endpoints("test")
    entered, go_on = asyncio.Event(), asyncio.Event()

    @endpoints.get("/slow", answers=None)
    async def slow(_: web.Request) -> web.Response:
        entered.set()
        await go_on.wait()
        return web.Response(text="done")

    async with serve() as served:
        app = create_app(served.world, [endpoints])
        leave = asyncio.Event()
        ports: asyncio.Queue[int] = asyncio.Queue()

        async def run() -> None:
            async with open_server(app, served.world.settings, "127.0.0.1", 0) as port:
                ports.put_nowait(port)
                await leave.wait()

        running = asyncio.create_task(run())
        port = await ports.get()
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"GET /slow HTTP/1.1\r\nHost: x\r\n\r\n")
        await entered.wait()

        leave.set()
        await asyncio.sleep(0)
        with pytest.raises(ConnectionRefusedError):
            await asyncio.open_connection("127.0.0.1", port)
        go_on.set()

        assert (await reader.read()).endswith(b"done")
        await running
        writer.close()
