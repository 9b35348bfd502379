from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field

import aiohttp
import pytest
from aiohttp import web

from statline.demo.fleet import DemoOptions
from statline.demo.run import Pace, Run
from statline.demo.sender import GIVE_UP_S, PATH, Progress, Sender, SendingFailed, new_session, retry_after_s


@dataclass
class Waits:
    """Stands in for sleeping: notes how long, and returns at once."""

    seconds: list[float] = field(default_factory=list)

    async def __call__(self, seconds: float) -> None:
        self.seconds.append(seconds)
        await asyncio.sleep(0)


@dataclass
class Server:
    """A real HTTP server on loopback that answers from a script, then takes everything."""

    script: list[tuple[int, dict[str, str]]] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)
    tokens: set[str] = field(default_factory=set)
    url: str = ""
    takes: int | None = None
    """Events it says it took; None = all of the body."""

    async def ingest(self, request: web.Request) -> web.Response:
        body = await request.read()
        self.bodies.append(body)
        self.tokens.add(request.headers["X-Server-Token"])
        if self.script:
            status, headers = self.script.pop(0)
            return web.json_response({"error": "busy"}, status=status, headers=headers)
        events = body.count(b'"timestamp"') if body.startswith(b"[") else 1
        processed = events if self.takes is None else self.takes
        return web.json_response({"status": "accepted", "processed": processed}, status=202)


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    answering = Server()
    app = web.Application()
    app.router.add_post(PATH, answering.ingest)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    answering.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield answering
    await runner.cleanup()


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with new_session() as opened:
        yield opened


SenderOf = Callable[[Server, Waits, Progress], Sender]


@pytest.fixture
def sender_of(session: aiohttp.ClientSession) -> SenderOf:
    return lambda server, waits, progress: Sender(session, server.url, "token", progress, waits)


async def test_429_and_503_are_retried_with_the_same_body_after_retry_after(
    server: Server, sender_of: SenderOf
) -> None:
    server.script = [(429, {"Retry-After": "2"}), (503, {"Retry-After": "7"})]
    waits, progress = Waits(), Progress()
    assert await sender_of(server, waits, progress).send(b"type=jump", "text/plain") == 1
    assert waits.seconds == [2.0, 7.0]
    assert server.bodies == [b"type=jump"] * 3
    assert (progress.requests, progress.retries, progress.waited_s) == (1, 2, 9.0)


async def test_without_retry_after_it_waits_longer_each_time(server: Server, sender_of: SenderOf) -> None:
    server.script = [(503, {})] * 7
    waits = Waits()
    await sender_of(server, waits, Progress()).send(b"type=jump", "text/plain")
    assert waits.seconds == [0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 8.0]


async def test_a_refused_token_is_not_retried(server: Server, sender_of: SenderOf) -> None:
    server.script = [(401, {})]
    with pytest.raises(SendingFailed, match="answered 401"):
        await sender_of(server, Waits(), Progress()).send(b"type=jump", "text/plain")
    assert len(server.bodies) == 1


async def test_it_gives_up_before_duplicates_would_be_forgotten(server: Server, sender_of: SenderOf) -> None:
    server.script = [(429, {"Retry-After": "60"})] * 20
    waits = Waits()
    with pytest.raises(SendingFailed, match="gave up after 300 s"):
        await sender_of(server, waits, Progress()).send(b"type=jump", "text/plain")
    assert sum(waits.seconds) <= GIVE_UP_S < 600


async def test_nobody_listening_is_said_at_once(session: aiohttp.ClientSession, unused_tcp_port: int) -> None:
    sender = Sender(session, f"http://127.0.0.1:{unused_tcp_port}", "token", Progress(), Waits())
    with pytest.raises(SendingFailed, match="is `statline serve` running"):
        await sender.send(b"type=jump", "text/plain")


async def test_a_run_sends_every_server_and_counts_what_was_taken(server: Server) -> None:
    server.script = [(429, {"Retry-After": "1"})]
    run = Run(DemoOptions(seed=2, servers=3, legacy_servers=1, players=6, match_s=60.0))
    waits = Waits()
    await run.send(server.url, ["one", "two", "three"], Pace(float("inf"), lambda: 0.0), waits)
    assert server.tokens == {"one", "two", "three"}
    assert run.mismatches == []
    assert len(run.counted) == 3
    assert run.progress.events == sum(counted.lines for counted in run.counted)
    assert run.progress.requests == len(server.bodies) - 1


async def test_events_that_the_server_did_not_take_are_reported(server: Server) -> None:
    server.takes = 0
    run = Run(DemoOptions(seed=2, players=2, match_s=30.0))
    await run.send(server.url, ["one"], Pace(float("inf"), lambda: 0.0))
    assert "processed 0" in run.mismatches[0]


async def test_pace_waits_for_game_time_divided_by_speed() -> None:
    waits, now_s = Waits(), [100.0]
    pace = Pace(60.0, lambda: now_s[0], waits)
    await pace.until(120.0)
    now_s[0] = 103.0
    await pace.until(120.0)
    assert waits.seconds == [2.0]


@pytest.mark.parametrize(
    ("header", "seconds"), [("3", 3.0), ("", 0.0), ("soon", 0.0), ("100000", 60.0), ("-4", 0.0)]
)
def test_retry_after_is_read_with_bounds(header: str, seconds: float) -> None:
    assert retry_after_s(header) == seconds
