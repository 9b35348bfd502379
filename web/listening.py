"""Listening: every connection that waits is taken in one turn of the loop, and says how long its bytes have waited."""

from __future__ import annotations

import asyncio
import socket
import sys
from collections.abc import Callable
from typing import Final

import structlog

BACKLOG: Final = 4096
"""Connections the kernel holds for us between two turns of the loop, or while a web role is restarted. One beyond them has to
call again after seconds, doubling, although its caller thinks that it is through (measured: 18 s)."""

TAKEN_A_TURN: Final = 256
"""So that the other web processes of the node, which take from the same socket, get theirs."""

_REST_S: Final = 1.0
# struct tcp_info (linux/tcp.h): 8 bytes, then 32-bit numbers; the twelfth is tcpi_last_data_recv, milliseconds.
_LAST_DATA: Final = slice(52, 56)
_TELLS: Final = sys.platform == "linux"

_log = structlog.get_logger("web")


def listening(host: str, port: int) -> socket.socket:
    """A socket that listens on host and port (0: any). Raises OSError when that cannot be had."""
    family, kind, protocol, _, place = socket.getaddrinfo(
        host or None, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
    )[0]
    listener = socket.socket(family, kind, protocol)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(place)
        listener.listen(BACKLOG)
    except OSError:
        listener.close()
        raise
    return listener


def waited_s(connection: socket.socket) -> float:
    """How long ago the last bytes of a connection arrived at this machine, seconds; 0 where the system does not tell."""
    if not _TELLS:
        return 0.0
    try:
        info = connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, _LAST_DATA.stop)
    except OSError:  # gone meanwhile, or no TCP
        return 0.0
    return int.from_bytes(info[_LAST_DATA], sys.byteorder) / 1000


class Listener:
    """Hands connections to protocols. Made with a listening socket, which it closes in the end.

    Not the loop's own server: libuv takes one connection a turn, and where a turn of a busy loop takes a tenth of a
    second the hundredth waits ten (measured: 42 s until a quiet server's connection was seen).
    """

    def __init__(
        self, listener: socket.socket, protocol: Callable[[socket.socket], asyncio.Protocol]
    ) -> None:
        self._listener, self._protocol = listener, protocol
        self._loop = asyncio.get_running_loop()
        self._opening: set[asyncio.Task[None]] = set()
        self._resting: asyncio.TimerHandle | None = None
        self.address: tuple[str, int] = listener.getsockname()[:2]
        listener.setblocking(False)
        self._listen()

    async def close(self) -> None:
        """Take nobody new; those taken have their protocols when this returns."""
        if self._resting is not None:
            self._resting.cancel()
        self._loop.remove_reader(self._listener)
        self._listener.close()
        if self._opening:
            await asyncio.wait(self._opening)

    def _listen(self) -> None:
        self._resting = None
        self._loop.add_reader(self._listener, self._take)

    def _take(self) -> None:
        for _ in range(TAKEN_A_TURN):
            try:
                connection, _address = self._listener.accept()
            except (BlockingIOError, ConnectionAbortedError):
                return
            except OSError as error:  # no open file or memory is left: the next moment may have one
                _log.error("connection not taken", reason=str(error))
                self._loop.remove_reader(self._listener)
                self._resting = self._loop.call_later(_REST_S, self._listen)
                return
            task = self._loop.create_task(self._open(connection))
            self._opening.add(task)
            task.add_done_callback(self._opening.discard)

    async def _open(self, connection: socket.socket) -> None:
        try:
            connection.setblocking(False)
            await self._loop.connect_accepted_socket(lambda: self._protocol(connection), connection)
        except OSError:
            connection.close()
