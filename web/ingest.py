"""Where game servers post their events (spec/openmohaa.md 2.1-2.3)."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Any, Final

import msgspec
from aiohttp import hdrs, web
from multidict import istr

from ingest.door import Accepted
from ingest.receipts import Receipt
from schema.answers.ingest import AcceptedReport, MatchResult, ProcessedResult, RefusedEvents, ReportReceipt
from schema.refusals import sentence_of
from web.bodies import BODIES, no_early_continue, read_body
from web.connections import Connection
from web.endpoints import Body, Endpoints
from web.errors import HttpError, bad_request, not_found
from web.parameters import header, part
from web.request_ids import REQUEST_ID
from web.responses import Acknowledgement, json_response
from web.tokens import authenticated_server
from web.world import WORLD

IDEMPOTENCY_KEY_CHARACTERS_MAX: Final = 255

IDEMPOTENCY_KEY: Final = header(
    "Idempotency-Key",
    f"A name of the report, at most {IDEMPOTENCY_KEY_CHARACTERS_MAX} printable ASCII characters: "
    "a report that comes again under it is counted once",
)
RECEIPT: Final = part("receipt", "The header Statline-Receipt of the 202")

_IDEMPOTENCY_KEY: Final = istr(IDEMPOTENCY_KEY.name)
_MATCH_END: Final = b'"type":"match_end"}]'

_REPORT: Final = Body(
    "Events as lines `key=value&key=value`, one event a line; as an array of JSON objects; as JSON objects, one a "
    "line; or a mixture of lines. The content type is ignored.",
    {"application/x-www-form-urlencoded": str, "application/json": list[dict[str, Any]], "text/plain": str},
)
_RESULT: Final = Body("A JSON object with a `match_id`", {"application/json": MatchResult})
_REFUSED: Final = {
    400: "The body is no report, or a header cannot be used",
    408: "The body took too long",
    413: "The body is too large, as sent or expanded",
    415: "A compression other than gzip, deflate and zstd",
    429: "Too much at once, or this server sends more than it may; nothing was accepted",
    503: "The disk refuses, or the token cannot be judged now; nothing was accepted",
}

endpoints = Endpoints("ingest")


@endpoints.post(
    "/api/v1/ingest/events",
    answers={202: AcceptedReport}, parameters=[IDEMPOTENCY_KEY], body=_REPORT, caller="server", errors=_REFUSED,
    expect_handler=no_early_continue,
)  # fmt: skip
async def ingest_events(request: web.Request) -> web.StreamResponse:
    """Store a report and say so: 202 `{"processed":N,"status":"accepted"}` means it is on disk.

    The key is checked before the body is read. The header Statline-Receipt names the report's place.
    """
    accepted = await _accepted(request)
    return Acknowledgement(accepted.processed, accepted.receipt, request[REQUEST_ID])


@endpoints.post(
    "/api/v1/ingest/match-result",
    answers=ProcessedResult, parameters=[IDEMPOTENCY_KEY], body=_RESULT, caller="server", errors=_REFUSED,
    expect_handler=no_early_continue,
)  # fmt: skip
async def ingest_match_result(request: web.Request) -> web.StreamResponse:
    """Store a match's result as its `match_end` event: 200 `{"status":"processed"}` means it is on disk."""
    accepted = await _accepted(request, _as_match_end)
    return json_response({"status": "processed"}, headers={"Statline-Receipt": accepted.receipt})


async def _accepted(request: web.Request, report_of: Callable[[bytes], bytes] | None = None) -> Accepted:
    """The way of every report: its key, its body, the door."""
    world, bodies = request.app[WORLD], request.app[BODIES]
    server_id = await authenticated_server(request, world.keys)
    idempotency_key = _idempotency_key(request)
    taken = bodies.take(request)
    try:
        body = await read_body(request, world.settings)
        if report_of is not None:
            body = report_of(body)
        return await world.door.accept(server_id, body, idempotency_key, _arrived_s(request))
    finally:
        bodies.give(taken)


@endpoints.get(
    "/api/v1/ingest/receipts/{receipt}",
    answers=ReportReceipt, parameters=[RECEIPT], caller="server",
    errors={404: "Never given, of another server, or no longer kept", 503: "The token cannot be judged now"},
)  # fmt: skip
async def ingest_receipt(request: web.Request) -> web.StreamResponse:
    """What became of a report, by the Statline-Receipt of its 202. A server sees its own reports only."""
    world = request.app[WORLD]
    server_id = await authenticated_server(request, world.keys)
    # In a thread: it reads files, up to a few milliseconds of them.
    found = await asyncio.to_thread(world.receipts.find, RECEIPT.of(request), server_id)
    if found is None:
        raise not_found("No such receipt: never given, of another server, or no longer kept")
    return json_response(_as_answer(found), headers={hdrs.CACHE_CONTROL: "no-store"})


def _as_answer(receipt: Receipt) -> ReportReceipt:
    refused = [
        RefusedEvents(reason=one.reason, lines=one.lines, text=sentence_of(one.reason))
        for one in receipt.refused
    ]
    return ReportReceipt(**{**msgspec.structs.asdict(receipt), "refused": refused})


def _arrived_s(request: web.Request) -> float:
    """When a request that has been read came to this machine, as far as that matters, time.monotonic()."""
    connection = request.protocol
    return time.monotonic() - (connection.waited_s() if isinstance(connection, Connection) else 0.0)


def _idempotency_key(request: web.Request) -> str:
    # Not through `IDEMPOTENCY_KEY.of`: each report would pay for the look-up of its declaration.
    key = request.headers.get(_IDEMPOTENCY_KEY)
    if key is None:
        return ""
    if len(key) > IDEMPOTENCY_KEY_CHARACTERS_MAX or not (key.isascii() and key.isprintable()):
        text = (
            f"Idempotency-Key must have at most {IDEMPOTENCY_KEY_CHARACTERS_MAX} printable ASCII characters"
        )
        raise HttpError(400, text, reason="idempotency_key")
    return key


def _as_match_end(body: bytes) -> bytes:
    """The result as a report of one event. Its own bytes are kept: re-encoding would change numbers."""
    try:
        result = msgspec.json.decode(body)
    except (msgspec.DecodeError, RecursionError):
        raise bad_request("Invalid JSON") from None
    if not isinstance(result, dict) or not result.get("match_id"):
        raise bad_request("A match result is a JSON object with a match_id")
    # Within an array, because a line break in the object would end a line event; the last `type` wins.
    return b"[" + body.strip()[:-1] + b"," + _MATCH_END
