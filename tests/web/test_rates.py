from __future__ import annotations

import re
from collections.abc import AsyncIterator

import pytest

from cache.answers import open_answers
from cache.settings import RedisSettings
from tests.web.conftest import Serve, Served
from web.rates import BUCKETS_MAX, SHARED_BUCKETS, WINDOW_S, ReadRates, Verdict
from web.settings import WebSettings

LIMIT = 7
HEALTHY = "/api/v1/openapi.json"


class Time:
    """A clock that goes on when it is told to."""

    def __init__(self) -> None:
        self.now = 1_764_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
async def limited(serve: Serve) -> AsyncIterator[Served]:
    async with serve(reads_per_address=LIMIT, reads_per_key=2 * LIMIT, unlimited_networks=()) as served:
        yield served


async def statuses(served: Served, number: int, **headers: str) -> list[int]:
    return [(await served.get(HEALTHY, headers=headers)).status for _ in range(number)]


def a_process(served: Served, clock: Time) -> ReadRates:
    return ReadRates(served.world.settings, served.world.cache, served.world.keys, clock=clock)


async def taken(rates: ReadRates, number: int, who: str = "10.0.0.1") -> list[Verdict]:
    found = [await rates.take("address", who, LIMIT) for _ in range(number)]
    return [verdict for verdict in found if verdict is not None]


async def test_an_address_gets_its_limit_and_then_429_with_a_time_to_come_back(limited: Served) -> None:
    # At a border of two windows an address gets both of them.
    assert (await statuses(limited, 2 * LIMIT + 1)).count(429) >= 1
    refused = await limited.get(HEALTHY)
    assert refused.status == 429
    assert refused.json["type"] == "urn:statline:problem:rate_limited"
    assert 1 <= int(refused.headers["Retry-After"]) <= WINDOW_S
    assert refused.headers["RateLimit-Policy"] == f'"address";q={LIMIT};w={WINDOW_S}'
    assert re.fullmatch(r'"address";r=0;t=\d+', refused.headers["RateLimit"])


async def test_a_good_key_has_a_bucket_of_its_own_and_a_wrong_one_has_none(limited: Served) -> None:
    while (await limited.get(HEALTHY)).status != 429:
        pass
    answer = await limited.get(HEALTHY, headers={"X-Server-Token": limited.token})
    assert answer.status == 200
    assert answer.headers["RateLimit-Policy"] == f'"key";q={2 * LIMIT};w={WINDOW_S}'
    assert await statuses(limited, 1, **{"X-Server-Token": "slk_wrong"}) == [429]


async def test_health_and_ingest_are_never_limited(limited: Served) -> None:
    while (await limited.get(HEALTHY)).status != 429:
        pass
    assert {(await limited.get(path)).status for path in ("/health", "/ready", "/metrics")} == {200}
    assert (await limited.post()).status == 202


async def test_this_machine_is_not_limited_unless_it_is_told_so(serve: Serve) -> None:
    async with serve(reads_per_address=1) as served:
        assert await statuses(served, 3) == [200, 200, 200]


async def test_processes_share_a_window_and_the_next_one_is_new(limited: Served) -> None:
    clock = Time()
    one, other = a_process(limited, clock), a_process(limited, clock)
    first = [(await taken(process, 1))[0].allowed for process in (one, other) * LIMIT]
    assert first == [True] * LIMIT + [False] * LIMIT
    clock.now += WINDOW_S
    assert [verdict.allowed for verdict in await taken(one, LIMIT + 1)] == [True] * LIMIT + [False]


async def test_what_is_left_counts_down(limited: Served) -> None:
    verdicts = await taken(a_process(limited, Time()), LIMIT + 2)
    assert [verdict.left for verdict in verdicts] == [6, 5, 4, 3, 2, 1, 0, 0, 0]


async def test_with_redis_away_a_process_counts_for_itself(limited: Served) -> None:
    async with open_answers("redis://127.0.0.1:1/0", RedisSettings()) as away:
        rates = ReadRates(WebSettings(), away, limited.world.keys, clock=Time())
        assert [verdict.allowed for verdict in await taken(rates, LIMIT + 2)] == [True] * LIMIT + [False] * 2


async def test_many_addresses_share_buckets_and_memory_is_bounded(limited: Served) -> None:
    async with open_answers("redis://127.0.0.1:1/0", RedisSettings()) as away:
        rates = ReadRates(WebSettings(), away, limited.world.keys, clock=Time())
        for number in range(BUCKETS_MAX + 1000):
            await rates.take("address", str(number), 1000)
        assert rates.remembered <= BUCKETS_MAX + SHARED_BUCKETS
