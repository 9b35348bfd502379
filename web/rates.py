"""How often one address or one key may ask: windows counted in Redis, so that all web processes agree.

A process takes its share of a window in pieces, one call to Redis for many requests; most requests cost a look-up and a
subtraction. With Redis away each process counts for itself. What answers say of it follows
draft-ietf-httpapi-ratelimit-headers-11 (`RateLimit`, `RateLimit-Policy`).
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from aiohttp import web

from cache.answers import AnswerCache
from cache.errors import RedisUnavailable
from ingest.keys import ServerKeys
from web.addresses import bucket_of, client_address, is_within, networks
from web.errors import HttpError
from web.settings import WebSettings
from web.tokens import token_of

WINDOW_S: Final = 10
BUCKETS_MAX: Final = 20_000
"""Addresses a process remembers in a window; those beyond share buckets."""
SHARED_BUCKETS: Final = 256
PIECES: Final = 20
"""A piece is this part of what is left, so that the last requests of a window are shared out one by one."""


@dataclass(slots=True)
class Bucket:
    """What one address or key may still ask in this window, as far as this process knows."""

    piece: int = 0
    """Requests taken from the window and not made yet."""
    taken: int = 0
    """Requests that all processes took from it."""
    is_empty: bool = False


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a request may go on, and what its answer says about the limit."""

    allowed: bool
    policy: str
    limit: int
    left: int
    reset_s: int

    def headers(self) -> dict[str, str]:
        """`RateLimit` and `RateLimit-Policy`."""
        return {
            "RateLimit-Policy": f'"{self.policy}";q={self.limit};w={WINDOW_S}',
            "RateLimit": f'"{self.policy}";r={self.left};t={self.reset_s}',
        }

    def error(self) -> HttpError:
        """The 429 for a request that may not."""
        return HttpError(429, "Too many requests", reason="rate_limited", retry_after_s=self.reset_s)


class ReadRates:
    """The windows of one process."""

    def __init__(
        self,
        settings: WebSettings,
        cache: AnswerCache,
        keys: ServerKeys,
        *,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._settings = settings
        self._cache = cache
        self._keys = keys
        self._clock = clock
        self._proxies = networks(settings.trusted_proxies)
        self._unlimited = networks(settings.unlimited_networks)
        self._window = -1
        self._buckets: dict[str, Bucket] = {}

    @property
    def remembered(self) -> int:
        """Buckets of this window that this process holds."""
        return len(self._buckets)

    async def judge(self, request: web.Request) -> Verdict | None:
        """Count one request; None where nothing limits it. A key that is good has a bucket of its own."""
        token = token_of(request)
        server_id = self._keys.authenticate(token) if token else None
        if server_id is not None:
            return await self.take("key", server_id, self._settings.reads_per_key)
        address = client_address(request, self._proxies)
        if address is None or is_within(address, self._unlimited):
            return None
        return await self.take("address", bucket_of(address), self._settings.reads_per_address)

    async def take(self, policy: str, who: str, limit: int) -> Verdict | None:
        """Count one request of `who` against a limit (0: none)."""
        if limit == 0:
            return None
        now = self._clock()
        window = int(now // WINDOW_S)
        name = f"{policy}:{who}"
        bucket = self._bucket(name, window)
        if bucket.piece == 0 and not bucket.is_empty:
            await self._refill(bucket, f"{window}:{name}", limit)
        allowed = bucket.piece > 0
        bucket.piece -= allowed
        left = max(0, limit - bucket.taken) + bucket.piece
        return Verdict(allowed, policy, limit, left, WINDOW_S - int(now % WINDOW_S))

    def _bucket(self, name: str, window: int) -> Bucket:
        if window != self._window:
            self._window, self._buckets = window, {}
        if name not in self._buckets and len(self._buckets) >= BUCKETS_MAX:
            name = f"shared:{hash(name) % SHARED_BUCKETS}"
        return self._buckets.setdefault(name, Bucket())

    async def _refill(self, bucket: Bucket, key: str, limit: int) -> None:
        wanted = max(1, (limit - bucket.taken) // PIECES)
        try:
            bucket.taken = await self._cache.count(key, wanted, 2 * WINDOW_S)
        except RedisUnavailable:
            bucket.taken += wanted
        granted = max(0, min(wanted, limit - (bucket.taken - wanted)))
        bucket.piece += granted
        bucket.is_empty = granted == 0


RATES: Final = web.AppKey("RATES", ReadRates)
"""The windows of this process: `app[RATES]`."""

VERDICT: Final = web.RequestKey("VERDICT", Verdict)
"""What they said of a request: `request[VERDICT]`."""
