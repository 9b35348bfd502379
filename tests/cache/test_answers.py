from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest
from redis.asyncio import Redis

from cache.answers import ANSWER_BYTES_MAX, AnswerCache, open_answers, redis_key
from cache.connection import connect
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

    assert first[:2] == (b'{"number":1}', "miss")
    assert second[:2] == (b'{"number":1}', "hit")


async def test_another_key_and_another_kind_are_other_answers(answers: AnswerCache) -> None:
    kitchen = Kitchen()

    for kind, key in (("player", "ann"), ("player", "bob"), ("match", "ann")):
        await answers.get_or_produce(kind, key, kitchen.cook)

    assert kitchen.produced == 3


async def test_an_answer_is_shared_with_other_processes(answers: AnswerCache, redis: str) -> None:
    kitchen = Kitchen()
    await answers.get_or_produce("player", "ann", kitchen.cook)

    async with open_answers(redis, RedisSettings()) as neighbour:
        assert (await neighbour.get_or_produce("player", "ann", kitchen.cook))[:2] == (b'{"number":1}', "hit")


async def test_an_answer_is_kept_for_its_lifetime_and_as_long_again_stale(
    answers: AnswerCache, redis: str
) -> None:
    await answers.get_or_produce("list", "maps", Kitchen().cook)

    client: Redis = Redis.from_url(redis)
    assert 599 <= await client.ttl(redis_key("list", "maps")) <= 600
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

    assert {found.body for found in await asyncio.gather(*asking)} == {b'{"number":1}'}
    assert kitchen.produced == 1


async def test_without_redis_a_hundred_askers_at_once_still_cost_one_production() -> None:
    kitchen = Kitchen()
    kitchen.door.clear()
    async with open_answers(NOWHERE, RedisSettings()) as answers:
        asking = [asyncio.create_task(answers.get_or_produce("global", "", kitchen.cook)) for _ in range(100)]
        await kitchen.started.wait()
        kitchen.door.set()

        assert {found[:2] for found in await asyncio.gather(*asking)} == {(b'{"number":1}', "bypass")}
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
    assert (await answers.get_or_produce("player", "ann", Kitchen().cook))[:2] == (b'{"number":1}', "miss")


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

    assert (await patient)[:2] == (b'{"number":1}', "miss")


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
    kept = await eventually(lambda: client.get(redis_key("player", "ann")))
    assert str(kept).endswith('{"number":1}\'')
    await client.aclose()


async def test_an_answer_too_large_for_the_cache_is_given_and_not_kept(answers: AnswerCache) -> None:
    async def large() -> bytes:
        return b"x" * (ANSWER_BYTES_MAX + 1)

    first = await answers.get_or_produce("list", "large", large)
    second = await answers.get_or_produce("list", "large", Kitchen().cook)

    assert len(first.body) == ANSWER_BYTES_MAX + 1
    assert (first.source, second.source) == ("bypass", "miss")


async def test_redis_killed_and_back_changes_only_where_answers_come_from(
    tmp_path: Path, eventually: Callable[..., Awaitable[object]]
) -> None:
    valkey = EmbeddedValkey(tmp_path)
    valkey.start()
    kitchen = Kitchen()
    try:
        async with open_answers(valkey.url(), RedisSettings()) as answers:
            assert (await answers.get_or_produce("player", "ann", kitchen.cook))[:2] == (
                b'{"number":1}',
                "miss",
            )
            assert (await answers.get_or_produce("player", "ann", kitchen.cook))[:2] == (
                b'{"number":1}',
                "hit",
            )

            valkey.stop()
            assert (await answers.get_or_produce("player", "ann", kitchen.cook))[:2] == (
                b'{"number":2}',
                "bypass",
            )
            assert (await answers.get_or_produce("player", "ann", kitchen.cook))[:2] == (
                b'{"number":3}',
                "bypass",
            )

            valkey.start()

            async def is_kept() -> bool:
                return (await answers.get_or_produce("player", "ann", kitchen.cook))[1] == "hit"

            assert await eventually(is_kept)
    finally:
        valkey.stop()


class Time:
    """A clock that goes on when it is told to."""

    def __init__(self) -> None:
        self.now = 1_764_000_000.0

    def __call__(self) -> float:
        return self.now


async def test_a_stale_answer_is_served_at_once_while_one_refresh_runs(
    redis: str, eventually: Callable[..., Awaitable[object]]
) -> None:
    kitchen, clock = Kitchen(), Time()
    async with connect(redis, RedisSettings()) as connection:
        answers = AnswerCache(connection, clock=clock)
        await answers.get_or_produce("player", "ann", kitchen.cook)
        kitchen.door.clear()
        clock.now += 9.9
        assert (await answers.get_or_produce("player", "ann", kitchen.cook)).source == "hit"
        clock.now += 0.1
        stale = [await answers.get_or_produce("player", "ann", kitchen.cook) for _ in range(20)]

        assert {found[:2] for found in stale} == {(b'{"number":1}', "stale")}
        assert {round(found.age_s) for found in stale} == {10}
        kitchen.door.set()

        async def is_fresh() -> bool:
            return (await answers.get_or_produce("player", "ann", kitchen.cook))[:2] == (
                b'{"number":2}',
                "hit",
            )

        assert await eventually(is_fresh)
        assert kitchen.produced == 2
        await answers.close()


async def test_a_refresh_that_fails_leaves_the_stale_answer_and_is_tried_again(
    redis: str, eventually: Callable[..., Awaitable[object]]
) -> None:
    kitchen, clock, failed = Kitchen(), Time(), 0

    async def fail() -> bytes:
        nonlocal failed
        failed += 1
        raise LookupError("no database")

    async with connect(redis, RedisSettings()) as connection:
        answers = AnswerCache(connection, clock=clock)
        await answers.get_or_produce("player", "ann", kitchen.cook)
        clock.now += 15

        async def failed_twice() -> bool:
            assert (await answers.get_or_produce("player", "ann", fail)).source == "stale"
            return failed >= 2

        assert await eventually(failed_twice)
        assert await eventually(
            lambda: answers.get_or_produce("player", "ann", kitchen.cook) if kitchen.produced < 2 else _true()
        )
        await answers.close()


async def _true() -> bool:
    return True


async def test_two_processes_that_miss_at_once_produce_one_answer(redis: str) -> None:
    kitchen = Kitchen()
    kitchen.door.clear()
    async with open_answers(redis, RedisSettings()) as one, open_answers(redis, RedisSettings()) as other:
        first = asyncio.create_task(one.get_or_produce("player", "ann", kitchen.cook))
        await kitchen.started.wait()
        second = asyncio.create_task(other.get_or_produce("player", "ann", kitchen.cook))
        # It has seen that the turn is taken once it has asked Redis a few times.
        for _ in range(20):
            await one.ping()
        kitchen.door.set()

        assert [(await task)[:2] for task in (first, second)] == [
            (b'{"number":1}', "miss"),
            (b'{"number":1}', "hit"),
        ]
    assert kitchen.produced == 1


async def test_a_process_that_died_in_its_turn_holds_the_others_up_for_a_bounded_time(
    answers: AnswerCache, redis: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cache.answers.WAIT_S", 0.05)
    client: Redis = Redis.from_url(redis)
    await client.set(f"{redis_key('player', 'ann')}#turn", b"1")
    await client.aclose()

    assert (await answers.get_or_produce("player", "ann", Kitchen().cook))[:2] == (b'{"number":1}', "miss")


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
