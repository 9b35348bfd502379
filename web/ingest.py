"""Where game servers post their events (spec/openmohaa.md 2.1-2.3)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Final

import msgspec
from aiohttp import hdrs, web
from multidict import istr

from ingest.door import Accepted
from ingest.receipts import Receipt
from schema.refusals import sentence_of
from web.bodies import BODIES, no_early_continue, read_body
from web.errors import HttpError, bad_request, not_found
from web.request_ids import REQUEST_ID
from web.responses import Acknowledgement, json_response
from web.tokens import authenticated_server
from web.world import WORLD

IDEMPOTENCY_KEY_CHARACTERS_MAX: Final = 255

_IDEMPOTENCY_KEY: Final = istr("Idempotency-Key")
_MATCH_END: Final = b'"type":"match_end"}]'


async def ingest_events(request: web.Request) -> web.StreamResponse:
    """Store a report and say so: 202 `{"processed":N,"status":"accepted"}` means it is on disk.

    The key is checked before the body is read. The header Statline-Receipt names the report's place.
    """
    accepted = await _accepted(request)
    return Acknowledgement(accepted.processed, accepted.receipt, request[REQUEST_ID])


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
        return await world.door.accept(server_id, body, idempotency_key)
    finally:
        bodies.give(taken)


async def ingest_receipt(request: web.Request) -> web.StreamResponse:
    """What became of a report, by the Statline-Receipt of its 202. A server sees its own reports only."""
    world = request.app[WORLD]
    server_id = await authenticated_server(request, world.keys)
    # In a thread: it reads files, up to a few milliseconds of them.
    found = await asyncio.to_thread(world.receipts.find, request.match_info["receipt"], server_id)
    if found is None:
        raise not_found("No such receipt: never given, of another server, or no longer kept")
    return json_response(_as_answer(found), headers={hdrs.CACHE_CONTROL: "no-store"})


def _as_answer(receipt: Receipt) -> dict[str, object]:
    refused = [
        {"reason": part.reason, "lines": part.lines, "text": sentence_of(part.reason)}
        for part in receipt.refused
    ]
    return {**msgspec.structs.asdict(receipt), "refused": refused}


def ingest_routes() -> list[web.RouteDef]:
    """The routes of this module."""
    return [
        web.get("/api/v1/ingest/receipts/{receipt}", ingest_receipt),
        *_reports(),
    ]


def _reports() -> list[web.RouteDef]:
    return [
        web.post(path, handler, expect_handler=no_early_continue)
        for path, handler in (
            ("/api/v1/ingest/events", ingest_events),
            ("/api/v1/ingest/match-result", ingest_match_result),
        )
    ]


def _idempotency_key(request: web.Request) -> str:
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
