from __future__ import annotations

import asyncio
import socket
import sys
from collections.abc import Awaitable, Callable

import pytest

from web.listening import Listener, listening, waited_s

Eventually = Callable[..., Awaitable[object]]


class Seen(asyncio.Protocol):
    """Keeps what came, and the connections in the order in which they were taken."""

    taken: list[socket.socket]

    def __init__(self, connection: socket.socket) -> None:
        self.taken.append(connection)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        transport.write(b"hello")
        transport.close()


@pytest.fixture
def seen() -> type[Seen]:
    return type("SeenHere", (Seen,), {"taken": []})


async def test_all_who_wait_are_taken_in_one_turn_of_the_loop(seen: type[Seen]) -> None:
    source = listening("127.0.0.1", 0)
    callers = [socket.create_connection(source.getsockname()) for _ in range(50)]
    listener = Listener(source, seen)

    for _ in range(4):  # the poll, the tasks of the connections, and one to spare for each
        await asyncio.sleep(0)

    assert len(seen.taken) == 50
    await listener.close()
    for caller in callers:
        assert caller.recv(5) == b"hello"
        caller.close()


async def test_who_was_taken_is_served_and_nobody_else_once_it_closes(seen: type[Seen]) -> None:
    source = listening("127.0.0.1", 0)
    address = source.getsockname()
    listener = Listener(source, seen)
    await listener.close()

    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(address)
    assert seen.taken == []


async def test_without_open_files_it_rests_and_goes_on(
    seen: type[Seen], eventually: Eventually, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("web.listening._REST_S", 0.01)
    source = listening("127.0.0.1", 0)
    full = [True]

    class Full(socket.socket):
        def accept(self) -> tuple[socket.socket, object]:
            if full[0]:
                raise OSError(24, "Too many open files")
            return super().accept()

    listener = Listener(Full(fileno=source.detach()), seen)
    reader, writer = await asyncio.open_connection(*listener.address)
    assert seen.taken == []
    full[0] = False

    assert await reader.read() == b"hello"
    writer.close()
    await listener.close()


def test_a_taken_port_is_an_error() -> None:
    with listening("127.0.0.1", 0) as first, pytest.raises(OSError, match="in use"):
        listening("127.0.0.1", first.getsockname()[1])


def test_a_connection_tells_how_long_its_bytes_have_waited() -> None:
    with listening("127.0.0.1", 0) as source, socket.create_connection(source.getsockname()) as caller:
        caller.send(b"x")
        taken, _ = source.accept()
        with taken:
            while sys.platform == "linux" and waited_s(taken) < 0.05:
                pass
            assert taken.recv(1) == b"x"
        assert waited_s(taken) == 0.0  # closed


def test_what_is_no_tcp_connection_tells_nothing() -> None:
    one, other = socket.socketpair()
    with one, other:
        assert waited_s(one) == 0.0
