"""Typed answers through the cache: what a page shows is asked of the database once in its lifetime, as the API's answers."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeVar

import msgspec
from aiohttp import web

from web.responses import encode
from web.world import WORLD

Answer = TypeVar("Answer")


async def cached(
    request: web.Request, kind: str, key: str, of: type[Answer], produce: Callable[[], Awaitable[Answer]]
) -> Answer:
    """What `produce` returns, of type `of`, from the cache while it is fresh.

    `kind` names the lifetime (cache.lifetimes), `key` tells apart every answer of that kind. What `produce` raises
    is raised and not kept.
    """

    async def produced() -> bytes:
        return encode(await produce())

    found = await request.app[WORLD].cache.get_or_produce(kind, f"page/{key}", produced)
    return msgspec.json.decode(found.body, type=of)
