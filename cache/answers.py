"""Answers remembered for a few seconds: what many people ask at once is asked of the database once.

Single flight per process: requests for the same key that arrive while it is being produced wait for that one
production. Redis away changes nothing but the work: the same answers, produced each time (still one flight).
"""

from __future__ import annotations

import asyncio
import hashlib
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Final, Literal

from cache import metrics
from cache.connection import RedisConnection, connect
from cache.errors import RedisUnavailable
from cache.lifetimes import LIFETIMES_S
from cache.settings import RedisSettings

Source = Literal["hit", "miss", "bypass"]
"""Where an answer came from: Redis; produced and stored; produced because Redis is away."""

PREFIX: Final = "statline:v1"
"""In front of every key. The version changes when the bytes of an answer change their meaning."""

KEY_CHARACTERS_MAX: Final = 120
ANSWER_BYTES_MAX: Final = 8 * 1024 * 1024
"""Larger answers are not stored: one of them would push out thousands of small ones."""

_PLAIN_KEY: Final = re.compile(r"[A-Za-z0-9_.:/@=&,-]*\Z")


class AnswerCache:
    """Bytes of answers by kind and key, with one production at a time for each."""

    def __init__(self, redis: RedisConnection) -> None:
        self._redis = redis
        self._flights: dict[str, asyncio.Task[tuple[bytes, Source]]] = {}

    async def get_or_produce(
        self, kind: str, key: str, produce: Callable[[], Awaitable[bytes]]
    ) -> tuple[bytes, Source]:
        """The answer's bytes and where they came from.

        `kind` is a name of LIFETIMES_S (else KeyError); `key` says which answer of that kind. What `produce`
        raises reaches everyone who waits for it and is not remembered. A waiter that is cancelled leaves; the
        production goes on for the others, and for the cache.
        """
        lifetime_s = LIFETIMES_S[kind]
        name = redis_key(kind, key)
        flight = self._flights.get(name)
        if flight is None:
            flight = asyncio.create_task(self._fetch(kind, name, lifetime_s, produce))
            self._flights[name] = flight
            flight.add_done_callback(lambda done: self._landed(name, done))
        else:
            metrics.ANSWERS.labels(kind, "shared").inc()
        # Without the shield one impatient client would cancel the answer of all.
        return await asyncio.shield(flight)

    async def ping(self) -> bool:
        """Whether Redis answers."""
        return await self._redis.ping()

    async def _fetch(
        self, kind: str, name: str, lifetime_s: int, produce: Callable[[], Awaitable[bytes]]
    ) -> tuple[bytes, Source]:
        source: Source = "miss"
        try:
            found = await self._redis.get(name)
        except RedisUnavailable:
            found, source = None, "bypass"
        if found is not None:
            metrics.ANSWERS.labels(kind, "hit").inc()
            return found, "hit"
        body = await self._produced(kind, produce)
        if source == "miss" and not await self._stored(name, body, lifetime_s):
            source = "bypass"
        metrics.ANSWERS.labels(kind, source).inc()
        return body, source

    async def _produced(self, kind: str, produce: Callable[[], Awaitable[bytes]]) -> bytes:
        try:
            with metrics.PRODUCE_SECONDS.labels(kind).time():
                return await produce()
        except Exception:
            metrics.PRODUCE_ERRORS.labels(kind).inc()
            raise

    async def _stored(self, name: str, body: bytes, lifetime_s: int) -> bool:
        if len(body) > ANSWER_BYTES_MAX:
            return False
        try:
            await self._redis.set(name, body, lifetime_s)
        except RedisUnavailable:
            return False
        return True

    def _landed(self, name: str, flight: asyncio.Task[tuple[bytes, Source]]) -> None:
        del self._flights[name]
        if not flight.cancelled():
            # Retrieved here, because every waiter may have left: asyncio would call the error unhandled.
            flight.exception()


@asynccontextmanager
async def open_answers(url: str, settings: RedisSettings) -> AsyncIterator[AnswerCache]:
    """The cache on the Redis at `url`; it works from the first moment, whether Redis is there or not."""
    async with connect(url, settings) as redis:
        yield AnswerCache(redis)


def redis_key(kind: str, key: str) -> str:
    """The key in Redis: readable when `key` is short and plain, else its SHA-256.

    The hash is marked with `#`, which no plain key contains, so that nobody can ask for a text that
    is the hash of another key.
    """
    if len(key) <= KEY_CHARACTERS_MAX and _PLAIN_KEY.match(key):
        return f"{PREFIX}:{kind}:{key}"
    digest = hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()
    return f"{PREFIX}:{kind}:#{digest}"
