"""The short way of the usual report: a whole one, in one piece, of a known server, that asks for nothing special.

For every request aiohttp makes a request object, matches a route, walks the middleware and wakes two tasks: half of what a
single-event post costs the loop. A usual report needs none of it. Whatever is unusual goes the long way
(`web.ingest.ingest_events`); both lead to the same door and answer alike (tests/web/test_lane.py compares them).

A game server sends the same head with every report of the same length, to the byte. One that aiohttp has read once says the same
again, so it is remembered and not read again: reading was a fifth of what the rest of a report costs.
"""

from __future__ import annotations

import functools
import time
from typing import Final, NamedTuple

from aiohttp import HttpVersion11, StreamReader, hdrs
from aiohttp.http import RawRequestMessage
from multidict import istr

from ingest.door import Door
from ingest.keys import Key, ServerKeys
from web.bodies import BodyBudget
from web.cors import allow_origin
from web.edge import RequestLog, problem_of
from web.errors import HttpError
from web.metrics import REFUSED, count_request
from web.request_ids import HEADER, usable_id
from web.responses import accepted_block, error_response, response_parts
from web.settings import WebSettings
from web.tokens import token_in
from web.turns import Turns

PATH: Final = "/api/v1/ingest/events"
HEAD_ENDS: Final = b"\r\n\r\n"

# Any of these asks for more than the short way can do.
_SPECIAL: Final = tuple(
    istr(name)
    for name in (hdrs.CONTENT_ENCODING, hdrs.EXPECT, hdrs.ORIGIN, hdrs.TRANSFER_ENCODING, "Idempotency-Key")
)
_REQUEST_ID: Final = istr(HEADER)

# A server sends some hundred lengths; more than this are learned anew.
_HEADS_MAX: Final = 4096
_HEAD_BYTES_MAX: Final = 1024

# As short as a report that is refused for the crowd deserves.
_CROWDED: Final = HttpError(429, "Too many events", reason="overloaded", retry_after_s=1)


class Report(NamedTuple):
    """A report that may take the short way."""

    server_id: str
    body: bytes
    request_id: str
    read_s: float
    """When it was read from its connection, time.monotonic()."""


class _Head(NamedTuple):
    """What a head says that needs nothing special."""

    body_bytes: int
    key: Key


class Lane:
    """The short way of one web process."""

    def __init__(self, door: Door, keys: ServerKeys, bodies: BodyBudget, settings: WebSettings) -> None:
        self._door, self._keys, self._bodies, self._settings = door, keys, bodies, settings
        self._log = RequestLog(settings)
        self._heads: dict[bytes, _Head] = {}
        self.turns = Turns()

    def known_report(self, data: bytes) -> Report | None:
        """The report that these bytes are, if they are a head that was read before and its whole body. Only where a request begins."""
        begin = data.find(HEAD_ENDS, 0, _HEAD_BYTES_MAX) + len(HEAD_ENDS)
        head = self._heads.get(data[:begin])
        if head is None or len(data) - begin != head.body_bytes or not self._keys.is_good(head.key):
            return None
        return Report(head.key.server_id, data[begin:], usable_id(None), time.monotonic())

    def report_of(self, message: RawRequestMessage, payload: StreamReader, data: bytes) -> Report | None:
        """The report of a request, None if it must go the long way. `data`: what it was read from, if nothing else was in it."""
        if (
            message.path != PATH
            or message.method != hdrs.METH_POST
            or message.version != HttpVersion11
            or message.should_close
            or not payload.is_eof()
        ):
            return None
        headers = message.headers
        if any(name in headers for name in _SPECIAL):
            return None
        key = self._keys.key_of(token_in(headers))
        if key is None or payload.total_bytes > self._settings.body_bytes_max:
            return None
        if data and _REQUEST_ID not in headers:
            self._learn(data[: len(data) - payload.total_bytes], _Head(payload.total_bytes, key))
        # From here on it is ours: the long way would find no body.
        return Report(
            key.server_id, payload.read_nowait(), usable_id(headers.get(_REQUEST_ID)), time.monotonic()
        )

    def _learn(self, head: bytes, said: _Head) -> None:
        if len(head) > _HEAD_BYTES_MAX:
            return
        if len(self._heads) >= _HEADS_MAX:
            self._heads.clear()
        self._heads[head] = said

    def is_pressed(self) -> bool:
        """Whether it matters how long a report has waited before it was read."""
        return self.turns.is_behind() or self._door.is_short()

    def turned_away(self, report: Report, waited_s: float) -> bytes | None:
        """The answer to a report that is refused at a glance, for the cost of looking at it; None: let it in."""
        if not (self.turns.is_behind() and self._door.turns_away(report.server_id, report.body, waited_s)):
            return None
        REFUSED.labels(PATH, _CROWDED.reason).inc()
        self._count(report, _CROWDED.status)
        return _named(_crowded_parts(int(time.time()), self._settings.cors_origins), report)

    async def answer(self, report: Report, arrived_s: float) -> bytes:
        """Store a report and say so, or why not: the whole answer, to be sent as it is. Raises nothing.

        `arrived_s`: when it came to this machine, time.monotonic().
        """
        taken = 0
        try:
            taken = self._bodies.take_bytes(len(report.body))
            accepted = await self._door.accept(report.server_id, report.body, "", arrived_s)
        except Exception as error:  # noqa: BLE001 - the HTTP edge, as in `web.edge`
            return self._problem(report, problem_of(error, PATH, request_id=report.request_id))
        finally:
            self._bodies.give(taken)
        self._count(report, 202)
        return accepted_block(accepted.processed, accepted.receipt, report.request_id)

    def _problem(self, report: Report, error: HttpError) -> bytes:
        self._count(report, error.status)
        parts = _problem_parts(error, report.request_id, int(time.time()), self._settings.cors_origins)
        return _named(parts, report)

    def _count(self, report: Report, status: int) -> None:
        duration_s = time.monotonic() - report.read_s
        count_request(PATH, hdrs.METH_POST, status, duration_s)
        self._log.note(hdrs.METH_POST, PATH, status, duration_s, report.request_id)


def _named(parts: tuple[bytes, bytes], report: Report) -> bytes:
    head, body = parts
    return b"%s%s: %s\r\n\r\n%s" % (head, HEADER.encode(), report.request_id.encode(), body)


@functools.lru_cache(maxsize=1)
def _crowded_parts(unix_s: int, cors_origins: tuple[str, ...]) -> tuple[bytes, bytes]:
    return _problem_parts(_CROWDED, "", unix_s, cors_origins)


def _problem_parts(
    error: HttpError, request_id: str, unix_s: int, cors_origins: tuple[str, ...]
) -> tuple[bytes, bytes]:
    response = error_response(error, request_id, PATH)
    allow_origin(None, response, cors_origins)
    return response_parts(response, unix_s)
