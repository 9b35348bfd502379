"""A store is away for a while under load, and comes back: what goes on, what senders and readers hear (design promise 5).

One node beside stores of their own, one fault after the other, two senders that never stop. At the end everything that
was acknowledged is counted again, in every table.
"""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from ingest.conservation import conservation
from tests.chaos.node import Node
from tests.chaos.run import check
from tests.chaos.senders import Quota, Sender
from tests.chaos.stores import ILLNESSES, Stores

pytestmark = pytest.mark.timeout(300)

PATIENCE = {
    "STATLINE_CLICKHOUSE_QUERY_TIME_MAX_S": "2",
    "STATLINE_CLICKHOUSE_INSERT_TIME_MAX_S": "5",
    "STATLINE_CLICKHOUSE_CONNECT_TIME_MAX_S": "1",
    "STATLINE_WRITER_NICE": "0",
}
BYPASSED = 'statline_cache_answers_total{kind="player",result="bypass"}'
EVENTS_PER_S = 400
ACCEPTED_MIN = 100
"""Events acknowledged while a store is away, before it comes back."""


class World:
    """The node, its stores, and senders at some hundred events a second."""

    def __init__(self, node: Node, stores: Stores) -> None:
        self.node, self.stores = node, stores
        self.senders: list[Sender] = []
        self.quota = Quota(0)
        self._players = iter(range(1000, 1040))

    @property
    def acknowledged(self) -> int:
        return sum(sender.acknowledged for sender in self.senders)

    async def pace(self) -> None:
        while not self.quota.is_over:
            self.quota.limit += EVENTS_PER_S // 20
            await asyncio.sleep(0.05)

    def settled(self) -> int:
        """Events of which it is known what became."""
        counted = conservation(self.node.data_dir)
        assert counted.holds, counted
        assert counted.quarantined == 0, "set aside although the events are well"
        return counted.inserted + counted.duplicate

    async def goes_on_accepting(self) -> None:
        """Reports are acknowledged, and none is refused."""
        before, refused = self.acknowledged, self.refused()
        await self.node.until(lambda: self.acknowledged >= before + ACCEPTED_MIN, "accepting")
        assert self.refused() == refused, "a report was not accepted"

    def refused(self) -> int:
        return sum(sender.retries for sender in self.senders)

    async def catches_up(self) -> None:
        """Everything acknowledged until now is stored; the senders go on meanwhile."""
        wanted = self.acknowledged
        await self.node.until(lambda: self.settled() >= wanted, "caught up", 60.0)

    async def answer(self) -> int:
        """Status of an answer that is in no cache: each time another of the senders' players."""
        player = next(self._players)
        return (await asyncio.to_thread(self.node.get, f"/api/v1/stats/player/{player}"))[0]

    async def hears(self, store: str, *, is_there: bool) -> None:
        """/ready stays 200 and says so."""

        def said() -> bool:
            status, body = self.node.get("/ready")
            return status == 200 and body["checks"][store] is is_there

        await self.node.until(said, f"{store} is {'there' if is_there else 'away'} for /ready")

    async def status_of(self, token: str) -> int:
        """What a report with this token is answered; one without any event, which is accepted and not kept."""
        return (await asyncio.to_thread(self.node.post, token, b" "))[0]

    async def retries(self, code: str) -> None:
        """Wait until the writer has tried an insert again for this error."""
        name = f'statline_ingest_insert_retries_total{{code="{code}"}}'
        before = self.node.metrics().get(name, 0)
        await self.node.until(
            lambda: self.node.metrics().get(name, 0) > before, f"an insert was tried again after error {code}"
        )


@pytest.fixture
def stores() -> Iterator[Stores]:
    with tempfile.TemporaryDirectory(prefix="statline-chaos-", ignore_cleanup_errors=True) as name:
        made = Stores(Path(name).resolve())
        made.start()
        yield made
        made.stop()


@pytest.fixture
async def world(folder: Path, stores: Stores) -> AsyncIterator[World]:
    """Ready, under load; left when everything is counted again."""
    node = Node(folder, **stores.settings(), **PATIENCE)
    node.clickhouse = stores.clickhouse_url
    world = World(node, stores)
    node.start()
    await node.ready()
    tokens = [await asyncio.to_thread(node.token, f"server-{n}") for n in range(2)]
    world.senders = [Sender(f"sender-{n}", tokens[n], node.url, 3) for n in range(2)]
    async with asyncio.TaskGroup() as group:
        group.create_task(world.pace())
        for sender in world.senders:
            group.create_task(sender.run(world.quota))
        try:
            yield world
        finally:
            world.quota.is_over = True
    await node.drained()
    await check(node, world.senders)
    await asyncio.to_thread(node.stop)


async def test_whatever_store_is_away_reports_are_accepted_and_stored_once_when_it_is_back(
    world: World,
) -> None:
    await world.goes_on_accepting()
    await _clickhouse_is_ill(world)
    await _clickhouse_is_away(world)
    await _redis_is_gone(world)
    await _postgres_is_gone(world)
    await _starts_without_clickhouse(world)


async def _clickhouse_is_ill(world: World) -> None:
    """It refuses every insert, each time for another reason; nothing of that is the events' fault."""
    for name, illness in ILLNESSES.items():
        async with world.stores.ill(name):
            await world.retries(illness.code)
            await world.goes_on_accepting()
        await world.catches_up()


async def _clickhouse_is_away(world: World) -> None:
    """Reports are accepted, answers are 503."""
    for fault in (world.stores.unreachable, world.stores.hanging):
        async with fault():
            await world.goes_on_accepting()
            assert await world.answer() == 503
            await world.hears("clickhouse", is_there=False)
            stood = world.settled()
            await world.goes_on_accepting()
            assert world.settled() == stood
        await world.catches_up()
        await world.hears("clickhouse", is_there=True)
        assert await world.answer() == 200


async def _starts_without_clickhouse(world: World) -> None:
    """The keys come from Postgres; migrations and inserts wait."""
    node = world.node
    async with world.stores.unreachable():
        await asyncio.to_thread(node.kill_all)
        node.start()
        await node.until(lambda: node.get("/ready")[0] == 200, "ready without ClickHouse")
        before = world.acknowledged
        await node.until(lambda: world.acknowledged >= before + ACCEPTED_MIN, "accepting")
    await world.catches_up()


async def _redis_is_gone(world: World) -> None:
    """Everything goes on, uncached."""
    async with world.stores.without_redis():
        await world.hears("redis", is_there=False)
        await world.goes_on_accepting()
        await world.catches_up()
        before = world.node.metrics().get(BYPASSED, 0)
        assert [await world.answer() for _ in range(3)] == [200] * 3
        assert world.node.metrics()[BYPASSED] == before + 3
    await world.hears("redis", is_there=True)


async def _postgres_is_gone(world: World) -> None:
    """Known keys go on, answers too; of an unknown key nobody can say that it is wrong."""
    async with world.stores.without_postgres():
        await world.hears("postgres", is_there=False)
        await world.goes_on_accepting()
        await world.catches_up()
        assert await world.answer() == 200
        assert await world.status_of("slk_unknown") == 503, "a 401 would make a script drop its credentials"
    await world.hears("postgres", is_there=True)
    assert await world.status_of("slk_unknown") == 401
    fresh = await asyncio.to_thread(world.node.token, "late")
    assert await world.status_of(fresh) == 202
