"""An answer from the cache or from the database, as the HTTP response of a GET."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Final

from aiohttp import hdrs, web

from cache.lifetimes import LIFETIMES_S
from web.endpoints import endpoint_of
from web.responses import compress_if_wanted, encode, json_bytes_response
from web.world import WORLD

CACHE_HEADER: Final = "X-Cache"
"""hit: from Redis; miss: produced now and kept; bypass: produced now, Redis away."""


async def answer(
    request: web.Request, produce: Callable[[], Awaitable[object]], *, kind: str = "", variant: str = ""
) -> web.Response:
    """The JSON of what `produce` returns, from the cache while it is fresh.

    The endpoint's declaration says the lifetime (`cache`, of which `kind` picks one) and which requests share an
    answer: those with equal values of all declared parameters and an equal `variant`, which holds whatever else
    changes the answer, such as the day on which a period begins. `produce` is called at most once at a time per
    answer in this process; what it raises (`web.errors.not_found`, ClickHouseUnavailable -> 503) is answered and
    not kept.
    """
    endpoint = endpoint_of(request)
    kind = kind or endpoint.cache[0]
    key = endpoint.cache_key(request)

    async def produced() -> bytes:
        return encode(await produce())

    body, source = await request.app[WORLD].cache.get_or_produce(
        kind, f"{key}//{variant}" if variant else key, produced
    )
    headers = {CACHE_HEADER: source, hdrs.CACHE_CONTROL: f"public, max-age={LIFETIMES_S[kind]}"}
    response = json_bytes_response(body, headers=headers)
    compress_if_wanted(request, response, len(body))
    return response
