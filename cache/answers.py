"""Answers remembered for a few seconds: what many people ask at once is asked of the database once.

An answer is fresh for the lifetime of its kind. For as long again it is stale: still served at once, while one
refresh runs behind it. So nobody waits for an answer that is asked for often, and none is older than twice its lifetime.

Single flight: requests of one process for an answer that is being produced wait for that one production; other
processes see in Redis that somebody has the turn, and wait for his answer a bounded time. Redis away changes nothing
but the work: the same answers, produced each time (still one flight per process). Errors are never remembered.
"""

from __future__ import annotations

import asyncio
import hashlib
import re
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from typing import Final, Literal, NamedTuple, TypeVar

from cache import metrics
from cache.connection import RedisConnection, connect
from cache.errors import RedisUnavailable
from cache.lifetimes import LIFETIMES_S, kept_s
from cache.settings import RedisSettings
from cache.tasks import end_tasks

Source = Literal["hit", "stale", "miss", "bypass"]
"""Where an answer came from: Redis, fresh; Redis, being refreshed; produced and stored; produced, Redis away."""

Value = TypeVar("Value")
Produce = Callable[[], Awaitable[bytes]]

PREFIX: Final = "statline:v2"
"""In front of every key. The version changes when the bytes of an answer change their meaning."""

KEY_CHARACTERS_MAX: Final = 120
ANSWER_BYTES_MAX: Final = 8 * 1024 * 1024
"""Larger answers are not stored: one of them would push out thousands of small ones."""

TURN_S: Final = 10
"""How long a process may be the only one to produce an answer; longer than a query may take, so that it is not joined."""
WAIT_S: Final = 2.0
"""How long the others wait for its answer before they produce their own: it may have died."""
LOOK_EVERY_S: Final = 0.01

_PLAIN_KEY: Final = re.compile(r"[A-Za-z0-9_.:/@=&,-]*\Z")
# In front of the body: when it was produced, Unix ms. Digits, because an operator's URL may ask redis-py for text.
_STAMP_BYTES: Final = 13


class Remembered(NamedTuple):
    """An answer's bytes, where they came from, and how long ago they were produced."""

    body: bytes
    source: Source
    age_s: float = 0.0


class AnswerCache:
    """Bytes of answers by kind and key, with one production at a time for each."""

    def __init__(self, redis: RedisConnection, *, clock: Callable[[], float] = time.time) -> None:
        self._redis = redis
        self._clock = clock
        self._flights: dict[str, asyncio.Task[Remembered]] = {}
        self._refreshes: dict[str, asyncio.Task[None]] = {}

    async def get_or_produce(self, kind: str, key: str, produce: Produce) -> Remembered:
        """The answer.

        `kind` is a name of LIFETIMES_S (else KeyError); `key` says which answer of that kind. What `produce`
        raises reaches everyone who waits for it and is not remembered. A waiter that is cancelled leaves; the
        production goes on for the others, and for the cache.
        """
        lifetime_s = LIFETIMES_S[kind]
        name = redis_key(kind, key)
        flight = self._flights.get(name)
        if flight is None:
            flight = self._flights[name] = asyncio.create_task(self._look(kind, name, lifetime_s, produce))
            flight.add_done_callback(lambda done: _landed(self._flights, name, done))
        else:
            metrics.ANSWERS.labels(kind, "shared").inc()
        # Without the shield one impatient client would cancel the answer of all.
        return await asyncio.shield(flight)

    async def count(self, key: str, number: int, lifetime_s: int) -> int:
        """Add to a counter that all processes share; returns its sum. Raises RedisUnavailable."""
        return await self._redis.take(f"{PREFIX}:count:{key}", number, lifetime_s)

    async def ping(self) -> bool:
        """Whether Redis answers."""
        return await self._redis.ping()

    async def close(self) -> None:
        """Stop what runs behind stale answers; nobody waits for it."""
        await end_tasks(*self._refreshes.values())

    def _refresh(self, kind: str, name: str, produce: Produce) -> None:
        if name not in self._refreshes:
            refresh = self._refreshes[name] = asyncio.create_task(self._refreshed(kind, name, produce))
            refresh.add_done_callback(lambda done: _landed(self._refreshes, name, done))

    async def _refreshed(self, kind: str, name: str, produce: Produce) -> None:
        """Produce the answer again, unless another process is at it or has just done it."""
        is_ours, held = await self._turn(name)
        async with self._given_back(name, is_ours):
            if is_ours and (held is None or held.age_s >= LIFETIMES_S[kind]):
                await self._stored(kind, name, await self._produced(kind, produce))

    async def _look(self, kind: str, name: str, lifetime_s: int, produce: Produce) -> Remembered:
        with suppress(RedisUnavailable):
            held = self._opened(await self._redis.get(name))
            if held is not None and held.age_s < lifetime_s:
                return self._counted(kind, held)
            if held is not None:
                self._refresh(kind, name, produce)
                return self._counted(kind, held._replace(source="stale"))
        return await self._fetch(kind, name, produce)

    async def _fetch(self, kind: str, name: str, produce: Produce) -> Remembered:
        try:
            is_ours, held = await self._turn_or_answer(kind, name)
        except RedisUnavailable:
            return self._counted(kind, Remembered(await self._produced(kind, produce), "bypass"))
        async with self._given_back(name, is_ours):
            if held is not None:
                return self._counted(kind, held)
            body = await self._produced(kind, produce)
            is_stored = await self._stored(kind, name, body)
        return self._counted(kind, Remembered(body, "miss" if is_stored else "bypass"))

    async def _turn_or_answer(self, kind: str, name: str) -> tuple[bool, Remembered | None]:
        """Whether the turn is ours, and the fresh answer if another process produced it; neither: theirs takes too long."""
        give_up_at = time.monotonic() + WAIT_S
        while True:
            is_ours, held = await self._turn(name)
            if held is not None and held.age_s < LIFETIMES_S[kind]:
                return is_ours, held
            if is_ours or time.monotonic() >= give_up_at:
                return is_ours, None
            await asyncio.sleep(LOOK_EVERY_S)

    async def _turn(self, name: str) -> tuple[bool, Remembered | None]:
        is_ours, value = await self._redis.take_turn(_turn_name(name), name, TURN_S)
        return is_ours, self._opened(value)

    @asynccontextmanager
    async def _given_back(self, name: str, is_ours: bool) -> AsyncIterator[None]:
        """Give the turn back on leaving, if it is ours."""
        try:
            yield
        finally:
            if is_ours:
                # Else it ends by itself.
                with suppress(RedisUnavailable):
                    await self._redis.forget(_turn_name(name))

    async def _produced(self, kind: str, produce: Produce) -> bytes:
        try:
            with metrics.PRODUCE_SECONDS.labels(kind).time():
                return await produce()
        except Exception:
            metrics.PRODUCE_ERRORS.labels(kind).inc()
            raise

    async def _stored(self, kind: str, name: str, body: bytes) -> bool:
        if len(body) > ANSWER_BYTES_MAX:
            return False
        stamp = b"%0*d" % (_STAMP_BYTES, int(self._clock() * 1000))
        try:
            await self._redis.set(name, stamp + body, kept_s(kind))
        except RedisUnavailable:
            return False
        return True

    def _opened(self, value: bytes | None) -> Remembered | None:
        if value is None or not value[:_STAMP_BYTES].isdigit():
            return None
        age_s = self._clock() - int(value[:_STAMP_BYTES]) / 1000
        # The clock of another node may be ahead of ours.
        return Remembered(value[_STAMP_BYTES:], "hit", max(0.0, age_s))

    def _counted(self, kind: str, found: Remembered) -> Remembered:
        metrics.ANSWERS.labels(kind, found.source).inc()
        return found


@asynccontextmanager
async def open_answers(url: str, settings: RedisSettings) -> AsyncIterator[AnswerCache]:
    """The cache on the Redis at `url`; it works from the first moment, whether Redis is there or not."""
    async with connect(url, settings) as redis:
        cache = AnswerCache(redis)
        try:
            yield cache
        finally:
            await cache.close()


def redis_key(kind: str, key: str) -> str:
    """The key in Redis: readable when `key` is short and plain, else its SHA-256.

    The hash is marked with `#`, which no plain key contains, so that nobody can ask for a text that
    is the hash of another key.
    """
    if len(key) <= KEY_CHARACTERS_MAX and _PLAIN_KEY.match(key):
        return f"{PREFIX}:{kind}:{key}"
    digest = hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()
    return f"{PREFIX}:{kind}:#{digest}"


def _turn_name(name: str) -> str:
    # No plain key holds a `#` at its end: it is none of the answers.
    return f"{name}#turn"


def _landed(flights: dict[str, asyncio.Task[Value]], name: str, flight: asyncio.Task[Value]) -> None:
    del flights[name]
    if not flight.cancelled():
        # Retrieved here, because every waiter may have left: asyncio would call the error unhandled.
        flight.exception()
