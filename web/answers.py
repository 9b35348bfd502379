"""An answer from the cache or from the database, as the HTTP response of a GET."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Final

from aiohttp import hdrs, web

from cache.lifetimes import LIFETIMES_S
from web.responses import compress_if_wanted, encode, json_bytes_response
from web.world import WORLD

CACHE_HEADER: Final = "X-Cache"
"""hit: from Redis; miss: produced now and kept; bypass: produced now, Redis away."""


async def answer(
    request: web.Request, kind: str, key: str, produce: Callable[[], Awaitable[object]]
) -> web.Response:
    """The JSON of what `produce` returns, from the cache while it is fresh.

    `kind` names the lifetime (cache.lifetimes); `key` must tell apart every answer of that kind, so it holds
    every parameter that changes it. `produce` is called at most once at a time per key in this process; what it
    raises (`web.errors.not_found`, ClickHouseUnavailable -> 503) is answered and not kept.
    """

    async def produced() -> bytes:
        return encode(await produce())

    body, source = await request.app[WORLD].cache.get_or_produce(kind, key, produced)
    headers = {CACHE_HEADER: source, hdrs.CACHE_CONTROL: f"public, max-age={LIFETIMES_S[kind]}"}
    response = json_bytes_response(body, headers=headers)
    compress_if_wanted(request, response, len(body))
    return response
