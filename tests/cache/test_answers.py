from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest
from redis.asyncio import Redis

from cache.answers import ANSWER_BYTES_MAX, AnswerCache, open_answers, redis_key
from cache.embedded import EmbeddedValkey
from cache.settings import RedisSettings

NOWHERE = "redis://127.0.0.1:1/0"


class Kitchen:
    """Produces answers and counts them; a closed door makes a production wait."""

    def __init__(self) -> None:
        self.produced = 0
        self.door = asyncio.Event()
        self.door.set()
        self.started = asyncio.Event()

    async def cook(self) -> bytes:
        self.produced += 1
        number = self.produced
        self.started.set()
        await self.door.wait()
        return b'{"number":%d}' % number


@pytest.fixture
async def answers(redis: str) -> AsyncIterator[AnswerCache]:
    async with open_answers(redis, RedisSettings()) as cache:
        yield cache


async def test_the_second_asker_gets_the_first_answer_from_the_cache(answers: AnswerCache) -> None:
    kitchen = Kitchen()

    first = await answers.get_or_produce("player", "ann", kitchen.cook)
    second = await answers.get_or_produce("player", "ann", kitchen.cook)

    assert first == (b'{"number":1}', "miss")
    assert second == (b'{"number":1}', "hit")


async def test_another_key_and_another_kind_are_other_answers(answers: AnswerCache) -> None:
    kitchen = Kitchen()

    for kind, key in (("player", "ann"), ("player", "bob"), ("match", "ann")):
        await answers.get_or_produce(kind, key, kitchen.cook)

    assert kitchen.produced == 3


async def test_an_answer_is_shared_with_other_processes(answers: AnswerCache, redis: str) -> None:
    kitchen = Kitchen()
    await answers.get_or_produce("player", "ann", kitchen.cook)

    async with open_answers(redis, RedisSettings()) as neighbour:
        assert await neighbour.get_or_produce("player", "ann", kitchen.cook) == (b'{"number":1}', "hit")


async def test_an_answer_lives_as_long_as_its_kind_says(answers: AnswerCache, redis: str) -> None:
    await answers.get_or_produce("list", "maps", Kitchen().cook)

    client: Redis = Redis.from_url(redis)
    assert 299 <= await client.ttl(redis_key("list", "maps")) <= 300
    await client.aclose()


async def test_an_unknown_kind_is_an_error_of_the_programmer(answers: AnswerCache) -> None:
    with pytest.raises(KeyError):
        await answers.get_or_produce("nonsense", "x", Kitchen().cook)


async def test_a_hundred_askers_at_once_cost_one_production(answers: AnswerCache) -> None:
    kitchen = Kitchen()
    kitchen.door.clear()
    asking = [asyncio.create_task(answers.get_or_produce("global", "", kitchen.cook)) for _ in range(100)]
    await kitchen.started.wait()

    kitchen.door.set()

    assert {body for body, _ in await asyncio.gather(*asking)} == {b'{"number":1}'}
    assert kitchen.produced == 1


async def test_without_redis_a_hundred_askers_at_once_still_cost_one_production() -> None:
    kitchen = Kitchen()
    kitchen.door.clear()
    async with open_answers(NOWHERE, RedisSettings()) as answers:
        asking = [asyncio.create_task(answers.get_or_produce("global", "", kitchen.cook)) for _ in range(100)]
        await kitchen.started.wait()
        kitchen.door.set()

        assert set(await asyncio.gather(*asking)) == {(b'{"number":1}', "bypass")}
    assert kitchen.produced == 1


async def test_an_error_reaches_everyone_who_waits_and_is_not_remembered(answers: AnswerCache) -> None:
    started = asyncio.Event()
    door = asyncio.Event()

    async def fail() -> bytes:
        started.set()
        await door.wait()
        raise LookupError("no such player")

    asking = [asyncio.create_task(answers.get_or_produce("player", "ann", fail)) for _ in range(5)]
    await started.wait()
    door.set()
    results = await asyncio.gather(*asking, return_exceptions=True)

    assert [type(result) for result in results] == [LookupError] * 5
    assert await answers.get_or_produce("player", "ann", Kitchen().cook) == (b'{"number":1}', "miss")


async def test_an_asker_that_leaves_does_not_take_the_answer_from_the_others(answers: AnswerCache) -> None:
    kitchen = Kitchen()
    kitchen.door.clear()
    impatient = asyncio.create_task(answers.get_or_produce("player", "ann", kitchen.cook))
    await kitchen.started.wait()
    patient = asyncio.create_task(answers.get_or_produce("player", "ann", kitchen.cook))

    impatient.cancel()
    with pytest.raises(asyncio.CancelledError):
        await impatient
    kitchen.door.set()

    assert await patient == (b'{"number":1}', "miss")


async def test_an_answer_nobody_waits_for_any_more_is_still_kept(
    answers: AnswerCache, eventually: Callable[..., Awaitable[object]], redis: str
) -> None:
    kitchen = Kitchen()
    kitchen.door.clear()
    only = asyncio.create_task(answers.get_or_produce("player", "ann", kitchen.cook))
    await kitchen.started.wait()
    only.cancel()
    kitchen.door.set()

    client: Redis = Redis.from_url(redis)
    assert await eventually(lambda: client.get(redis_key("player", "ann"))) == b'{"number":1}'
    await client.aclose()


async def test_an_answer_too_large_for_the_cache_is_given_and_not_kept(answers: AnswerCache) -> None:
    async def large() -> bytes:
        return b"x" * (ANSWER_BYTES_MAX + 1)

    body, _ = await answers.get_or_produce("list", "large", large)
    _, source = await answers.get_or_produce("list", "large", Kitchen().cook)

    assert len(body) == ANSWER_BYTES_MAX + 1
    assert source == "miss"


async def test_redis_killed_and_back_changes_only_where_answers_come_from(
    tmp_path: Path, eventually: Callable[..., Awaitable[object]]
) -> None:
    valkey = EmbeddedValkey(tmp_path)
    valkey.start()
    kitchen = Kitchen()
    try:
        async with open_answers(valkey.url(), RedisSettings()) as answers:
            assert await answers.get_or_produce("player", "ann", kitchen.cook) == (b'{"number":1}', "miss")
            assert await answers.get_or_produce("player", "ann", kitchen.cook) == (b'{"number":1}', "hit")

            valkey.stop()
            assert await answers.get_or_produce("player", "ann", kitchen.cook) == (b'{"number":2}', "bypass")
            assert await answers.get_or_produce("player", "ann", kitchen.cook) == (b'{"number":3}', "bypass")

            valkey.start()

            async def is_kept() -> bool:
                return (await answers.get_or_produce("player", "ann", kitchen.cook))[1] == "hit"

            assert await eventually(is_kept)
    finally:
        valkey.stop()


def test_a_plain_key_stays_readable() -> None:
    assert redis_key("match", "76e0069f-d5ae-30f0-b56a-e55c35144934").endswith(
        ":match:76e0069f-d5ae-30f0-b56a-e55c35144934"
    )


@pytest.mark.parametrize("key", ["x" * 5000, "a b", "zwölf\n", "\udcff", "#" + "0" * 64, "{tag}"])
def test_any_other_key_is_bounded_and_cannot_be_taken_for_a_plain_one(key: str) -> None:
    name = redis_key("player", key)

    assert len(name) < 100
    assert name.isascii()
    assert name != redis_key("player", name.rpartition(":")[2])
