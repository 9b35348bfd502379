"""Open-loop load: a fixed number of requests a second, whatever the answers do. `python -m bench.open_loop '{...}'`.

Latency counts from the moment at which a request was due, as with wrk2: a server that stalls is charged for
every request that should have been sent meanwhile. Raw sockets and epoll, no client library: a request costs about
15 us, so that 10,000 a second leave the server its share of a small machine. A process of its own.
"""

from __future__ import annotations

import json
import math
import select
import socket
import sys
import time
from collections import deque
from pathlib import Path
from typing import Any, Final, NamedTuple
from urllib.parse import urlsplit

import msgspec

from bench.payload import MARKER
from web.listening import waited_s

# 9 digits from the first request on, so that the length of a body never changes; below 2020 it is a game time.
START_MIN: Final = 100_000_000
GIVE_UP_S: Final = 30.0
_HEAD: Final = (
    "POST /api/v1/ingest/events HTTP/1.1\r\nHost: {host}\r\nX-Server-Token: {token}\r\n"
    "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {length}\r\n\r\n"
)


class Load(msgspec.Struct, frozen=True, kw_only=True):
    """What to send. `bodies`: a file of bench.payload; `start`: first number put for the marker."""

    url: str
    token: str
    bodies: str
    rate_per_s: float
    seconds: float
    connections: int = 64
    start: int = START_MIN


class Template(NamedTuple):
    """A request in pieces; a number that never repeats goes between them."""

    pieces: list[bytes]

    def filled(self, number: int) -> bytes:
        """The request with its number."""
        return (b"%d.000" % number).join(self.pieces)


class Connection:
    """One keep-alive connection with at most one request on its way."""

    def __init__(self, address: tuple[str, int]) -> None:
        self.socket = socket.create_connection(address)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.socket.setblocking(False)
        self._unsent = b""
        self._answer = b""
        self.due_at = self.sent_at = 0.0
        self.lay_s = 0.0

    def send(self, request: bytes, due_at: float, now: float) -> bool:
        """Begin a request; False while the kernel has not taken all of it."""
        self.due_at, self.sent_at, self._unsent = due_at, now, request
        return self.flush()

    def flush(self) -> bool:
        """Send what is left; whether nothing is."""
        try:
            sent = self.socket.send(self._unsent)
        except BlockingIOError:
            sent = 0
        self._unsent = self._unsent[sent:]
        return not self._unsent

    def receive(self) -> bytes | None:
        """The whole answer once it is there. Raises ConnectionError when the server has gone.

        `lay_s` is how long it lay at this machine before we came to it: our own fault, not the server's.
        """
        self.lay_s = waited_s(self.socket)
        part = self.socket.recv(65_536)
        if not part:
            raise ConnectionError("closed by the server")
        self._answer += part
        head, separator, body = self._answer.partition(b"\r\n\r\n")
        if not separator or len(body) < _content_length(head):
            return None
        answer, self._answer = self._answer, b""
        return answer


def _content_length(head: bytes) -> int:
    lower = head.lower()
    at = lower.find(b"content-length:")
    return int(lower[at + 15 :].split(b"\r\n", 1)[0]) if at >= 0 else 0


class Generator:
    """Sends a load and keeps the figures."""

    def __init__(self, load: Load) -> None:
        self._load = load
        self._templates = _templates(load)
        parts = urlsplit(load.url)
        self._address = (parts.hostname or "127.0.0.1", parts.port or 80)
        self._epoll = select.epoll()
        self._open: dict[int, Connection] = {}
        self._idle: deque[Connection] = deque()
        self._due: deque[tuple[int, float]] = deque()
        self._latency_s: list[float] = []
        self._answer_s: dict[int, list[float]] = {}
        self._server_s: list[float] = []
        self._lay_max_s = 0.0
        self._without_retry_after = 0
        self._broken = 0

    def run(self) -> dict[str, Any]:
        """Send for `seconds`, wait for the last answers, give the figures."""
        load = self._load
        total = int(load.rate_per_s * load.seconds)
        began_at = time.perf_counter()
        scheduled = 0
        while True:
            now = time.perf_counter()
            while scheduled < total and (due_at := began_at + scheduled / load.rate_per_s) <= now:
                self._due.append((scheduled, due_at))
                scheduled += 1
            self._send_due()
            on_their_way = len(self._open) - len(self._idle)
            if scheduled == total and not self._due and not on_their_way:
                break
            if now > began_at + load.seconds + GIVE_UP_S:
                break
            next_due = began_at + scheduled / load.rate_per_s if scheduled < total else now + 0.1
            self._look(max(0.0, next_due - now))
        return self._figures(time.perf_counter() - began_at, total)

    def _send_due(self) -> None:
        while self._due:
            if self._idle:
                connection = self._idle.pop()
            elif len(self._open) < self._load.connections:
                connection = self._connect()
            else:
                return
            number, due_at = self._due.popleft()
            request = self._templates[number % len(self._templates)].filled(self._load.start + number)
            if not connection.send(request, due_at, time.perf_counter()):
                self._epoll.modify(connection.socket, select.EPOLLIN | select.EPOLLOUT)

    def _connect(self) -> Connection:
        connection = Connection(self._address)
        self._open[connection.socket.fileno()] = connection
        self._epoll.register(connection.socket, select.EPOLLIN)
        return connection

    def _look(self, wait_s: float) -> None:
        for fd, events in self._epoll.poll(wait_s):
            connection = self._open[fd]
            try:
                if events & select.EPOLLOUT and connection.flush():
                    self._epoll.modify(fd, select.EPOLLIN)
                answer = connection.receive() if events & ~select.EPOLLOUT else None
            except ConnectionError:
                self._close(connection)
                continue
            if answer is not None:
                self._note(connection, answer)
                self._idle.append(connection)

    def _close(self, connection: Connection) -> None:
        """Give up a connection that the server closed; one that had nothing on its way is not broken, the server closes those in time."""
        fd = connection.socket.fileno()
        self._epoll.unregister(fd)
        self._open.pop(fd).socket.close()
        if connection in self._idle:
            self._idle.remove(connection)
        else:
            self._broken += 1

    def _note(self, connection: Connection, answer: bytes) -> None:
        now = time.perf_counter()
        status = int(answer[9:12])
        self._answer_s.setdefault(status, []).append(now - connection.sent_at)
        self._lay_max_s = max(self._lay_max_s, connection.lay_s)
        if status == 202:
            self._server_s.append(now - connection.sent_at - connection.lay_s)
            self._latency_s.append(now - connection.due_at)
        elif status in (429, 503) and b"\r\nretry-after:" not in answer.lower():
            self._without_retry_after += 1

    def _figures(self, took_s: float, total: int) -> dict[str, Any]:
        answered = {str(status): len(seconds) for status, seconds in sorted(self._answer_s.items())}
        accepted = self._answer_s.get(202, [])
        return {
            "scheduled": total,
            "took_s": took_s,
            "answered": answered,
            "broken_connections": self._broken,
            "unanswered": total - sum(answered.values()),
            "without_retry_after": self._without_retry_after,
            "connections": len(self._open),
            **{f"{name}_ms": value for name, value in percentiles_ms(self._latency_s).items()},
            # From the sending of the request until we saw its answer, and until the answer had arrived: the server's part.
            "accepted_p99_from_sent_ms": percentiles_ms(accepted)["p99"],
            "accepted_max_from_sent_ms": percentiles_ms(accepted)["max"],
            "accepted_p99_of_server_ms": percentiles_ms(self._server_s)["p99"],
            "accepted_max_of_server_ms": percentiles_ms(self._server_s)["max"],
            "generator_max_ms": self._lay_max_s * 1e3,
        }


def percentiles_ms(seconds: list[float]) -> dict[str, float]:
    """p50, p99, p99.9 and max in milliseconds; NaN of nothing."""
    if not seconds:
        return dict.fromkeys(("p50", "p99", "p99.9", "max"), math.nan)
    ordered = sorted(seconds)
    at = {"p50": 0.5, "p99": 0.99, "p99.9": 0.999, "max": 1.0}
    return {
        name: ordered[min(len(ordered) - 1, int(share * len(ordered)))] * 1e3 for name, share in at.items()
    }


def _templates(load: Load) -> list[Template]:
    host = urlsplit(load.url).netloc
    marker, templates = MARKER.encode(), []
    for line in Path(load.bodies).read_bytes().splitlines():
        body = line.replace(b"\\n", b"\n")
        length = len(body) + body.count(marker) * (len(f"{START_MIN}.000") - len(marker))
        head = _HEAD.format(host=host, token=load.token, length=length).encode()
        templates.append(Template((head + body).split(marker)))
    return templates


if __name__ == "__main__":
    print(json.dumps(Generator(msgspec.json.decode(sys.argv[1], type=Load)).run()))
