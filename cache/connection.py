"""The connection to Redis: short time limits and a circuit breaker, so that a dead Redis costs nothing.

After a failed call Redis is left alone for `PAUSE_S`; then one call tries again while the others still go
on without it. A Redis that hangs therefore delays one request per pause by the command's time limit, not all.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Final, TypeVar

from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from cache import metrics
from cache.errors import RedisUnavailable
from cache.settings import RedisSettings

Value = TypeVar("Value")

PAUSE_S: Final = 1.0
"""How long a Redis that failed is left alone: short, because a restart takes no longer."""

_MEASURES: Final = {
    call: (metrics.REDIS_SECONDS.labels(call), metrics.REDIS_ERRORS.labels(call))
    for call in ("get", "set", "turn", "forget", "take", "ping", "live")
}


class RedisConnection:
    """Get and set of small values. Every call ends within `call_timeout_s`, or at once while Redis is away."""

    def __init__(
        self, redis: Redis, call_timeout_s: float, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._redis = redis
        self._call_timeout_s = call_timeout_s
        self._clock = clock
        self._failing = False
        self._try_again_at = 0.0
        metrics.REDIS_UP.set(1)

    async def get(self, key: str) -> bytes | None:
        """The value, None when there is none. Raises RedisUnavailable."""
        return _bytes(await self._unless_failing("get", lambda: self._redis.get(key)))

    async def set(self, key: str, value: bytes, lifetime_s: int) -> None:
        """Keep a value for `lifetime_s` seconds. Raises RedisUnavailable."""
        await self._unless_failing("set", lambda: self._redis.set(key, value, ex=lifetime_s))

    async def ask(self, name: str, call: Callable[[Redis], Awaitable[Value]]) -> Value:
        """What `call` makes of the client: a script, a pipeline. `name` is its label in the metrics.

        Raises RedisUnavailable, also when Redis refuses (a script that is wrong).
        """
        return await self._unless_failing(name, lambda: call(self._redis))

    async def take_turn(self, turn: str, key: str, turn_s: int) -> tuple[bool, bytes | None]:
        """Whether the turn is ours now, for `turn_s` seconds at most, and the value of `key`. Raises RedisUnavailable."""

        async def ask() -> tuple[bool, bytes | None]:
            async with self._redis.pipeline(transaction=False) as pipeline:
                pipeline.set(turn, b"1", nx=True, ex=turn_s)
                pipeline.get(key)
                is_ours, value = await pipeline.execute()
            return bool(is_ours), _bytes(value)

        return await self._unless_failing("turn", ask)

    async def forget(self, key: str) -> None:
        """Drop a value. Raises RedisUnavailable."""
        await self._unless_failing("forget", lambda: self._redis.delete(key))

    async def take(self, key: str, number: int, lifetime_s: int) -> int:
        """Add to a counter that ends `lifetime_s` after its last use; returns its sum. Raises RedisUnavailable."""

        async def ask() -> int:
            async with self._redis.pipeline(transaction=False) as pipeline:
                pipeline.incrby(key, number)
                pipeline.expire(key, lifetime_s)
                total, _ = await pipeline.execute()
            return int(total)

        return await self._unless_failing("take", ask)

    async def ping(self) -> bool:
        """Whether Redis answers. Asked even while it is left alone; a good answer ends the pause."""
        try:
            await self._measured("ping", self._redis.ping)
        except RedisUnavailable:
            return False
        return True

    async def _unless_failing(self, name: str, call: Callable[[], Awaitable[Value]]) -> Value:
        if self._failing:
            now = self._clock()
            if now < self._try_again_at:
                raise RedisUnavailable("left alone after a failure")
            # This call is the trial; until it has ended the others still go on without Redis.
            self._try_again_at = now + PAUSE_S
        return await self._measured(name, call)

    async def _measured(self, name: str, call: Callable[[], Awaitable[Value]]) -> Value:
        seconds, errors = _MEASURES[name]
        try:
            # The pool's own limits are per step; this one covers waiting for a connection, connecting and asking.
            async with asyncio.timeout(self._call_timeout_s):
                with seconds.time():
                    value = await call()
        except (RedisError, OSError, TimeoutError) as error:
            errors.inc()
            self._failed()
            raise RedisUnavailable(f"{name}: {type(error).__name__}") from error
        self._answered()
        return value

    def _failed(self) -> None:
        self._failing = True
        self._try_again_at = self._clock() + PAUSE_S
        metrics.REDIS_UP.set(0)

    def _answered(self) -> None:
        if self._failing:
            self._failing = False
            metrics.REDIS_UP.set(1)


def _bytes(value: bytes | str | None) -> bytes | None:
    # Text only where the operator's URL asks redis-py to decode.
    return value.encode() if isinstance(value, str) else value


@asynccontextmanager
async def connect(url: str, settings: RedisSettings) -> AsyncIterator[RedisConnection]:
    """A connection to `url` (redis://, rediss:// or unix://), closed on leaving.

    Nothing is asked yet: a Redis that is away now may come later.
    """
    pool = BlockingConnectionPool.from_url(
        url,
        max_connections=settings.connections_max,
        timeout=settings.command_timeout_s,
        socket_timeout=settings.command_timeout_s,
        socket_connect_timeout=settings.connect_timeout_s,
        # redis-py would retry three times with waits; the answer without the cache is quicker.
        retry=Retry(NoBackoff(), 0),
    )
    redis: Redis = Redis.from_pool(pool)
    try:
        yield RedisConnection(redis, settings.connect_timeout_s + settings.command_timeout_s)
    finally:
        await redis.aclose()
