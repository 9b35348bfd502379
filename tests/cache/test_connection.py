from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Self

import pytest
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from cache.connection import PAUSE_S, RedisConnection, connect
from cache.errors import RedisUnavailable
from cache.settings import RedisSettings


class SilentRedis:
    """A port that takes connections, counts them and never answers: a Redis that hangs."""

    def __init__(self) -> None:
        self.connections = 0
        self.port = 0
        self._open: list[asyncio.StreamWriter] = []

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._silent, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        for writer in self._open:
            writer.close()

    async def _silent(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self._open.append(writer)
        with contextlib.suppress(ConnectionError):
            while await reader.read(1024):
                pass


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
async def connection(redis: str) -> AsyncIterator[RedisConnection]:
    async with connect(redis, RedisSettings()) as connection:
        yield connection


async def test_what_was_set_is_got(connection: RedisConnection) -> None:
    await connection.set("a", b"\x00\xff", 10)

    assert await connection.get("a") == b"\x00\xff"
    assert await connection.get("b") is None
    assert await connection.ping()


async def test_a_hanging_redis_is_asked_once_and_then_left_alone() -> None:
    async with SilentRedis() as silent:
        settings = RedisSettings(connect_timeout_s=0.05, command_timeout_s=0.05)
        async with connect(f"redis://127.0.0.1:{silent.port}/0", settings) as connection:
            for _ in range(50):
                with pytest.raises(RedisUnavailable):
                    await connection.get("a")

            assert silent.connections == 1


async def test_after_the_pause_one_call_tries_while_the_others_go_on_without() -> None:
    async with SilentRedis() as silent:
        clock = Clock()
        redis: Redis = Redis(port=silent.port, socket_timeout=0.05, retry=Retry(NoBackoff(), 0))
        connection = RedisConnection(redis, 0.1, clock=clock)
        with pytest.raises(RedisUnavailable):
            await connection.get("a")

        clock.now += PAUSE_S
        calls = [connection.get("a") for _ in range(20)]
        results = await asyncio.gather(*calls, return_exceptions=True)

        assert all(isinstance(result, RedisUnavailable) for result in results)
        assert silent.connections == 2
        await redis.aclose()


async def test_a_redis_that_is_not_there_is_no_ping_and_no_exception() -> None:
    async with connect("redis://127.0.0.1:1/0", RedisSettings()) as connection:
        assert not await connection.ping()


async def test_a_good_ping_ends_the_pause(redis: str) -> None:
    clock = Clock()
    client: Redis = Redis.from_url(redis)
    connection = RedisConnection(client, 1.0, clock=clock)
    connection._failed()
    with pytest.raises(RedisUnavailable):
        await connection.get("a")

    assert await connection.ping()
    assert await connection.get("a") is None
    await client.aclose()
