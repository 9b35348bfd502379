"""The short way of a report answers as the long way does, and leaves the connection to aiohttp where it cannot."""

from __future__ import annotations

import asyncio
import random
import re
from collections.abc import Awaitable, Callable

import pytest

import web.connections
from ingest.settings import IngestSettings
from postgres import servers
from tests.web.conftest import Serve, Served
from web.connections import Connection
from web.lane import Lane
from web.turns import BEGUN_A_TURN, Turns

Eventually = Callable[..., Awaitable[object]]

REPORT = b"type=player_kill&player_name=Ann"
# A slash at the end is the long way to the same endpoint.
SHORT, LONG = b"/api/v1/ingest/events", b"/api/v1/ingest/events/"


def request(path: bytes, token: str, body: bytes = REPORT, more: bytes = b"") -> bytes:
    head = b"POST %s HTTP/1.1\r\nHost: x\r\nX-Server-Token: %s\r\nX-Request-Id: r-1\r\n%sContent-Length: %d\r\n\r\n"
    return head % (path, token.encode(), more, len(body)) + body


class Caller:
    """One keep-alive connection."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self.writer = reader, writer

    @classmethod
    async def of(cls, served: Served) -> Caller:
        return cls(*await asyncio.open_connection("127.0.0.1", served.port))

    async def ask(self, sent: bytes) -> tuple[str, dict[str, str], bytes]:
        self.writer.write(sent)
        return await self.answer()

    async def answer(self) -> tuple[str, dict[str, str], bytes]:
        status, *lines = (await self._reader.readuntil(b"\r\n\r\n")).decode().strip().split("\r\n")
        headers = {name.lower(): value for name, value in (line.split(": ", 1) for line in lines)}
        return status, headers, await self._reader.readexactly(int(headers["content-length"]))


@pytest.fixture
def taken(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """The bodies that took the short way."""
    bodies: list[bytes] = []
    report_of = Lane.report_of

    def noted(*arguments: object) -> object:
        report = report_of(*arguments)  # type: ignore[arg-type]
        if report is not None:
            bodies.append(report.body)
        return report

    monkeypatch.setattr(Lane, "report_of", noted)
    return bodies


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """What the server's connections read."""
    found: list[bytes] = []
    data_received = Connection.data_received

    def noted(connection: Connection, data: bytes) -> None:
        found.append(data)
        data_received(connection, data)

    monkeypatch.setattr(Connection, "data_received", noted)
    return found


# The long way's path is a character longer, and a problem repeats it.
DIFFERENT = ("date", "statline-receipt", "content-length")


def told(answer: tuple[str, dict[str, str], bytes], path: bytes) -> object:
    """An answer without what differs from request to request."""
    status, headers, body = answer
    headers = {name: "" if name in DIFFERENT else value for name, value in headers.items()}
    return status, headers, re.sub(re.escape(path) + rb'"', b'PATH"', body)


HELD = IngestSettings(spool_events_max=1000, shed_above=0.5, hold_s=10, linger_s=0.01)
SETTINGS = {
    "stored": IngestSettings(),
    "full": IngestSettings(spool_events_max=1000, shed_above=0.1, hold_s=0, linger_s=60),
}


@pytest.mark.parametrize(
    ("settings", "body"),
    [("stored", REPORT), ("stored", b""), ("stored", b"no event"), ("stored", b"[{"), ("full", REPORT)],
)
async def test_both_ways_answer_alike(serve: Serve, taken: list[bytes], settings: str, body: bytes) -> None:
    async with serve(ingest=SETTINGS[settings]) as served:
        if settings == "full":
            await served.post(b"\n".join([REPORT] * 500), path=LONG.decode())
        caller = await Caller.of(served)

        short = told(await caller.ask(request(SHORT, served.token, body)), SHORT)
        long = told(await caller.ask(request(LONG, served.token, body)), LONG)

        assert short == long
        assert taken == [body]
        caller.writer.close()


@pytest.mark.parametrize(
    "more",
    [
        b"Origin: http://example.org\r\n",
        b"Idempotency-Key: k\r\n",
        b"Expect: 100-continue\r\n",
        b"Content-Encoding: identity\r\n",
    ],
)
async def test_whatever_is_unusual_goes_the_long_way(serve: Serve, taken: list[bytes], more: bytes) -> None:
    async with serve() as served:
        caller = await Caller.of(served)
        sent = request(SHORT, served.token, more=more + b"Connection: close\r\n")
        caller.writer.write(sent)
        await caller._reader.read()

        assert taken == []
        caller.writer.close()


async def test_a_wrong_token_is_judged_on_the_long_way(served: Served, taken: list[bytes]) -> None:
    caller = await Caller.of(served)

    status, _, _ = await caller.ask(request(SHORT, "slk_wrong"))

    assert status == "HTTP/1.1 401 Unauthorized"
    assert taken == []
    assert (await caller.ask(request(SHORT, served.token)))[0] == "HTTP/1.1 202 Accepted"
    assert taken == [REPORT]
    caller.writer.close()


async def test_a_body_in_pieces_goes_the_long_way_and_the_next_report_the_short_one(
    served: Served, taken: list[bytes], reads: list[bytes], eventually: Eventually
) -> None:
    caller = await Caller.of(served)
    sent = request(SHORT, served.token)
    caller.writer.write(sent[:-5])
    await eventually(lambda: reads)
    assert (await caller.ask(sent[-5:]))[0] == "HTTP/1.1 202 Accepted"
    assert taken == []
    assert (await caller.ask(sent))[0] == "HTTP/1.1 202 Accepted"
    assert taken == [REPORT]
    assert [record.body for record in served.stored()] == [REPORT, REPORT]
    caller.writer.close()


async def test_what_comes_behind_a_report_on_its_way_is_answered_after_it(
    serve: Serve, taken: list[bytes], reads: list[bytes], eventually: Eventually
) -> None:
    async with serve(ingest=HELD) as served:
        await served.post(b"\n".join([REPORT] * 900), path=LONG.decode())
        caller = await Caller.of(served)
        reads.clear()
        caller.writer.write(request(SHORT, served.token))
        await eventually(lambda: taken)
        caller.writer.write(b"GET /health HTTP/1.1\r\nHost: x\r\n\r\n")
        caller.writer.write(request(SHORT, served.token, b"type=late"))
        await eventually(lambda: b"late" in b"".join(reads))
        await stored_by_a_writer(served, eventually)

        assert (await caller.answer())[0] == "HTTP/1.1 202 Accepted"
        assert (await caller.answer())[0] == "HTTP/1.1 200 OK"
        assert (await caller.answer())[0] == "HTTP/1.1 202 Accepted"
        caller.writer.close()


async def test_a_server_that_stops_answers_the_report_it_has_begun(
    serve: Serve, taken: list[bytes], eventually: Eventually
) -> None:
    stopped = asyncio.Event()

    async def run(running: asyncio.Future[Served]) -> None:
        async with serve(ingest=HELD) as served:
            running.set_result(served)
            await stopped.wait()

    running: asyncio.Future[Served] = asyncio.get_running_loop().create_future()
    server = asyncio.create_task(run(running))
    served = await running
    await served.post(b"\n".join([REPORT] * 900), path=LONG.decode())
    caller = await Caller.of(served)
    caller.writer.write(request(SHORT, served.token))
    await eventually(lambda: taken)
    stopped.set()
    # It takes nobody new before it waits for who is inside.
    await eventually(lambda: is_refused(served.port))
    await stored_by_a_writer(served, eventually)

    assert (await caller.answer())[0] == "HTTP/1.1 202 Accepted"
    await server
    caller.writer.close()


async def test_a_sender_that_goes_before_its_answer_leaves_its_report_stored(
    serve: Serve, taken: list[bytes], eventually: Eventually
) -> None:
    async with serve(ingest=HELD) as served:
        await served.post(b"\n".join([REPORT] * 900), path=LONG.decode())
        caller = await Caller.of(served)
        caller.writer.write(request(SHORT, served.token))
        await eventually(lambda: taken)
        caller.writer.transport.abort()
        await stored_by_a_writer(served, eventually)

        await eventually(lambda: [record.body for record in served.stored()] == [REPORT])
        assert (await served.get("/health")).status == 200


async def test_an_idle_connection_is_closed_after_a_report_too(serve: Serve, taken: list[bytes]) -> None:
    async with serve(idle_timeout_s=0.2) as served:
        assert b" 202 Accepted" in await served.raw(request(SHORT, served.token))
        assert taken == [REPORT]


async def test_a_report_that_is_too_late_is_turned_away_at_a_glance(
    serve: Serve, taken: list[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    async with serve() as served:
        await served.post(path=LONG.decode())
        monkeypatch.setattr(Connection, "waited_s", lambda _: 60.0)
        monkeypatch.setattr(Turns, "is_behind", lambda _: True)
        caller = await Caller.of(served)

        status, headers, body = await caller.ask(request(SHORT, served.token))

        assert (status, headers["retry-after"]) == ("HTTP/1.1 429 Too Many Requests", "1")
        assert headers["x-request-id"] == "r-1"
        assert b'"error":"Too many events"' in body
        assert len(served.stored()) == 1
        assert taken == [REPORT]
        monkeypatch.undo()
        assert (await caller.ask(request(SHORT, served.token)))[0] == "HTTP/1.1 202 Accepted"
        caller.writer.close()


@pytest.mark.parametrize("path", [SHORT, LONG])
async def test_bytes_that_come_before_aiohttps_task_has_begun_find_it_ready(
    served: Served, taken: list[bytes], monkeypatch: pytest.MonkeyPatch, path: bytes
) -> None:
    connection_made = Connection.connection_made

    def made(connection: Connection, transport: asyncio.BaseTransport) -> None:
        connection_made(connection, transport)
        connection.data_received(request(path, served.token))  # as uvloop does, where they are there already

    monkeypatch.setattr(Connection, "connection_made", made)
    caller = await Caller.of(served)

    assert (await caller.answer())[0] == "HTTP/1.1 202 Accepted"
    assert taken == ([REPORT] if path == SHORT else [])
    assert [record.body for record in served.stored()] == [REPORT]
    caller.writer.close()


@pytest.mark.parametrize("path", [SHORT, LONG])
async def test_who_waited_while_nobody_ran_is_served(
    served: Served, monkeypatch: pytest.MonkeyPatch, path: bytes
) -> None:
    monkeypatch.setattr(web.connections, "waited_s", lambda _: 60.0)
    caller = await Caller.of(served)

    assert (await caller.ask(request(path, served.token)))[0] == "HTTP/1.1 202 Accepted"
    caller.writer.close()


@pytest.mark.parametrize("path", [SHORT, LONG])
async def test_the_time_of_a_report_counts_from_its_arrival(
    serve: Serve, monkeypatch: pytest.MonkeyPatch, path: bytes
) -> None:
    async with serve() as served:
        caller = await Caller.of(served)
        monkeypatch.setattr(web.connections, "waited_s", lambda _: 60.0)
        monkeypatch.setattr(Lane, "is_pressed", lambda _: True)

        status, headers, _ = await caller.ask(request(path, served.token))

        assert (status, headers["retry-after"]) == ("HTTP/1.1 429 Too Many Requests", "1")
        assert served.stored() == []
        caller.writer.close()


async def test_reports_of_many_connections_in_one_turn_are_all_answered(
    served: Served, taken: list[bytes]
) -> None:
    callers = [await Caller.of(served) for _ in range(BEGUN_A_TURN + 40)]
    for caller in callers:
        caller.writer.write(request(SHORT, served.token))

    answers = [await caller.answer() for caller in callers]

    assert {status for status, *_ in answers} == {"HTTP/1.1 202 Accepted"}
    assert len(taken) == len(served.stored()) == len(callers)
    for caller in callers:
        caller.writer.close()


@pytest.mark.parametrize("seed", range(3))
async def test_put_off_for_turns_pieces_of_any_size_are_the_same_requests(
    served: Served, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    chance = random.Random(seed)
    takes_one = Turns.takes_one
    monkeypatch.setattr(Turns, "takes_one", lambda turns: chance.random() < 0.5 and takes_one(turns))
    bodies = [b"type=kill&n=%d" % number for number in range(60)]
    sent = b"".join(request(chance.choice([SHORT, LONG]), served.token, body) for body in bodies)
    caller = await Caller.of(served)
    while sent:
        size = chance.choice([1, 7, 150, 1000])
        caller.writer.write(sent[:size])
        await caller.writer.drain()
        await asyncio.sleep(0)
        sent = sent[size:]

    answers = [await caller.answer() for _ in bodies]

    assert {status for status, *_ in answers} == {"HTTP/1.1 202 Accepted"}
    assert [record.body for record in served.stored()] == bodies
    caller.writer.close()


@pytest.fixture
def known(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """The bodies whose heads had been read before."""
    bodies: list[bytes] = []
    known_report = Lane.known_report

    def noted(lane: Lane, data: bytes) -> object:
        report = known_report(lane, data)
        if report is not None:
            bodies.append(report.body)
        return report

    monkeypatch.setattr(Lane, "known_report", noted)
    return bodies


def plain(token: str, body: bytes, path: bytes = SHORT) -> bytes:
    """As a game server sends it: the head is the same for every body of a length."""
    head = b"POST %s HTTP/1.1\r\nHost: x\r\nX-Server-Token: %s\r\nContent-Length: %d\r\n\r\n"
    return head % (path, token.encode(), len(body)) + body


async def test_a_head_is_read_once(served: Served, taken: list[bytes], known: list[bytes]) -> None:
    callers = [await Caller.of(served) for _ in range(2)]
    sent = [b"type=kill&n=1", b"type=kill&n=2", b"type=kill&n=10", b"type=kill&n=3", b"type=kill&n=11"]
    answers = [await callers[number % 2].ask(plain(served.token, body)) for number, body in enumerate(sent)]
    long = await callers[0].ask(plain(served.token, sent[0], LONG))

    assert (taken, known) == ([sent[0], sent[2]], [sent[1], sent[3], sent[4]])
    assert [record.body for record in served.stored()] == [*sent, sent[0]]
    ids = {headers.pop("x-request-id") for _, headers, _ in [*answers, long]}
    assert len(ids) == 6
    assert {str(told(answer, SHORT)) for answer in answers} == {str(told(long, LONG))}
    for caller in callers:
        caller.writer.close()


async def test_a_known_head_with_a_key_that_was_revoked_is_refused(
    served: Served, known: list[bytes]
) -> None:
    caller = await Caller.of(served)
    for _ in range(2):
        assert (await caller.ask(plain(served.token, REPORT)))[0] == "HTTP/1.1 202 Accepted"
    await servers.revoke(served.world.postgres, "test")
    await served.world.keys.refresh()

    assert (await caller.ask(plain(served.token, REPORT)))[0] == "HTTP/1.1 401 Unauthorized"
    assert known == [REPORT]
    caller.writer.close()


async def test_what_asks_for_more_is_never_known(served: Served, known: list[bytes]) -> None:
    caller = await Caller.of(served)
    for more in (
        b"Idempotency-Key: k\r\n",
        b"Origin: http://example.org\r\n",
        b"Content-Encoding: identity\r\n",
    ):
        sent = request(SHORT, served.token, more=more)
        for _ in range(2):
            assert (await caller.ask(sent))[0] == "HTTP/1.1 202 Accepted"
    for _ in range(2):
        answer = await caller.ask(request(SHORT, served.token))
        assert answer[1]["x-request-id"] == "r-1"
    assert known == []
    caller.writer.close()


def of_kind(kind: str, token: str, body: bytes) -> tuple[bytes, bytes]:
    """A report's body (empty: it is none) and its request."""
    match kind:
        case "long":
            return body, plain(token, body, LONG)
        case "health":
            return b"", b"GET /health HTTP/1.1\r\nHost: x\r\n\r\n"
        case "chunked":
            head = b"POST %s HTTP/1.1\r\nHost: x\r\nX-Server-Token: %s\r\nTransfer-Encoding: chunked\r\n\r\n"
            return b"type=a", head % (SHORT, token.encode()) + b"6\r\ntype=a\r\n0\r\n\r\n"
        case "tricky":
            body = b"type=chat&text=\r\n\r\n" + plain("slk_x", b"type=never")
    return body, plain(token, body)


@pytest.mark.parametrize("seed", range(8))
async def test_pieces_of_any_size_are_the_same_requests(
    served: Served, known: list[bytes], reads: list[bytes], eventually: Eventually, seed: int
) -> None:
    """Requests of every way one behind the other, cut anywhere, after their heads were learned."""
    noise = random.Random(seed)
    bodies = [b"type=kill&n=%d" % number for number in range(10)]
    teacher = await Caller.of(served)
    for body in bodies[:2]:
        await teacher.ask(plain(served.token, body))
    assert known == [bodies[1]]

    kinds = [noise.choice(("known", "long", "health", "chunked", "tricky")) for _ in range(20)]
    stream, expected = b"", []
    for kind in kinds:
        body, sent = of_kind(kind, served.token, noise.choice(bodies))
        stream += sent
        expected += [body] if body else []
    caller = await Caller.of(served)
    reads.clear()
    while stream:
        size = noise.choice((1, 20, 193, 400, len(plain(served.token, bodies[0]))))
        caller.writer.write(stream[:size])
        if noise.random() < 0.7:  # else TCP may join it with the next
            before = sum(map(len, reads))
            await eventually(lambda before=before: sum(map(len, reads)) > before)
        stream = stream[size:]

    statuses = [(await caller.answer())[0].split()[1] for _ in kinds]
    assert statuses == ["200" if kind == "health" else "202" for kind in kinds]
    assert [record.body for record in served.stored()][2:] == expected
    caller.writer.close()
    teacher.writer.close()


async def stored_by_a_writer(served: Served, eventually: Eventually) -> None:
    """What a writer does when it has stored what fills the spool."""
    await eventually(lambda: list(served.spool.glob("*.seg")))
    for segment in served.spool.glob("*.seg"):
        segment.unlink()


async def is_refused(port: int) -> bool:
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
    except ConnectionRefusedError:
        return True
    writer.close()
    return False
