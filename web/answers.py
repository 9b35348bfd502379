"""An answer from the cache or from the database, as the HTTP response of a GET."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Awaitable, Callable, Mapping
from typing import Final

from aiohttp import hdrs, web

from cache.answers import Remembered
from cache.lifetimes import LIFETIMES_S, kept_s
from web.compressed import Compressed
from web.endpoints import Endpoint, endpoint_of
from web.forms import CSV, LIST_FORMS, list_form
from web.responses import compression_wanted, encode, json_bytes_response
from web.tables import WRITERS, Table
from web.world import WORLD

CACHE_HEADER: Final = "X-Cache"
"""hit: from Redis; stale: from Redis while it is refreshed; miss: produced now and kept; bypass: produced, Redis away."""

CACHE_STATUS: Final = "Cache-Status"
"""The same as RFC 9211 says it."""

_GZIP: Final = "-gzip"
_COMPRESSED: Final = Compressed()
_PLACES: Final = frozenset(("offset", "page", "around", "cursor"))
"""Parameters that say where a page of a list begins: a cursor stands for them all."""


async def answer(
    request: web.Request, produce: Callable[[], Awaitable[object]], *, kind: str = "", variant: str = ""
) -> web.Response:
    """What `produce` returns as JSON (a list as CSV or Parquet if asked for), from the cache while it is fresh; 304 when the client has it.

    The endpoint's declaration says the lifetime (`cache`, of which `kind` picks one) and which requests share an
    answer: those with equal values of all declared parameters and an equal `variant`, which holds whatever else
    changes the answer, such as the day on which a period begins. `produce` is called at most once at a time per
    answer in this process; what it raises (`web.errors.not_found`, ClickHouseUnavailable -> 503) is answered and
    not kept.
    """
    endpoint = endpoint_of(request)
    kind = kind or endpoint.cache[0]
    key = endpoint.cache_key(request)
    # Before anything is asked: a form that nobody knows is a 400.
    form = list_form(request) if endpoint.table is not None else "json"

    async def produced() -> bytes:
        return encode(await produce())

    found = await request.app[WORLD].cache.get_or_produce(
        kind, f"{key}//{variant}" if variant else key, produced
    )
    return await _response(request, found, form, _headers(kind, found))


async def _response(
    request: web.Request, found: Remembered, form: str, headers: dict[str, str]
) -> web.Response:
    endpoint = endpoint_of(request)
    tag = hashlib.blake2b(found.body, digest_size=12).hexdigest()
    if form != "json":
        tag += f"-{form}"
    if endpoint.table is not None:
        headers[hdrs.VARY] = hdrs.ACCEPT
    if _has_it(request, tag):
        # A 304 repeats the validator of what the client would get, and what that depends on.
        unchanged = web.Response(status=304, headers=headers)
        is_smaller = compression_wanted(request, unchanged, len(found.body))
        unchanged.headers[hdrs.ETAG] = f'"{tag}{_GZIP if is_smaller else ""}"'
        return unchanged
    if endpoint.table is None or form == "json":
        response = json_bytes_response(found.body, headers=headers)
    else:
        response = await _table_response(request, endpoint, endpoint.table, found.body, form, headers)
    is_smaller = compression_wanted(request, response, len(found.body))
    if is_smaller and isinstance(response.body, bytes):
        response.body = await _COMPRESSED.of(tag, response.body)
        response.headers[hdrs.CONTENT_ENCODING] = "gzip"
    # A strong validator names bytes, and the compressed ones are others.
    response.headers[hdrs.ETAG] = f'"{tag}{_GZIP if is_smaller else ""}"'
    return response


async def _table_response(
    request: web.Request, endpoint: Endpoint, table: Table, body: bytes, form: str, headers: Mapping[str, str]
) -> web.Response:
    """The answer's list in this form; Link names the page behind it where there is one."""
    media = LIST_FORMS[form]

    def made() -> tuple[bytes, str]:
        rows, cursor = table.read(body)
        return WRITERS[media](table, rows), cursor

    written, cursor = await asyncio.to_thread(made)
    response = web.Response(body=written, headers=headers, content_type=media)
    response.headers[hdrs.CONTENT_DISPOSITION] = f'inline; filename="{endpoint.name}.{form}"'
    if media == CSV:
        response.charset = "utf-8"
    if cursor:
        query = {name: value for name, value in request.query.items() if name not in _PLACES}
        following = request.rel_url.with_query({**query, "cursor": cursor})
        response.headers[hdrs.LINK] = f'<{following}>; rel="next"'
    return response


def _has_it(request: web.Request, digest: str) -> bool:
    return any(
        tag.value == "*" or tag.value.removesuffix(_GZIP) == digest for tag in request.if_none_match or ()
    )


def _headers(kind: str, found: Remembered) -> dict[str, str]:
    lifetime_s, age_s = LIFETIMES_S[kind], int(found.age_s)
    statuses = {"miss": "fwd=miss; stored", "bypass": "fwd=bypass"}
    status = statuses.get(found.source, f"hit; ttl={lifetime_s - age_s}")
    return {
        CACHE_HEADER: found.source,
        CACHE_STATUS: f"statline; {status}",
        hdrs.CACHE_CONTROL: f"public, max-age={lifetime_s}, stale-while-revalidate={kept_s(kind) - lifetime_s}",
        hdrs.AGE: str(age_s),
    }
