"""One chaos run: senders send, a seeded killer kills, and at the end everything is counted again."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import random
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, NamedTuple

from clickhouse.client import ClickHouse
from clickhouse.settings import ClickHouseSettings
from ingest.conservation import conservation
from ingest.metrics import FATES, LEDGER_EVENTS
from tests.chaos.node import Node
from tests.chaos.recount import differences
from tests.chaos.senders import Quota, Sender

SENDERS: Final = 6
SHARE_S: Final = 20.0
"""Longest wait for the events of one kill: with everything down there are none."""
TARGETS: Final = ("web", "web", "writer", "writer", "engine", "engine", "postgres", "valkey", "all", "all")
EVERY: Final = ("all", "web", "writer", "engine", "postgres", "valkey")
"""Each of these once before chance decides."""

_STORED: Final = """
SELECT session_id, count() AS stored, uniqExact(attributes['chaos']) AS different,
    groupArrayIf(toUInt64(attributes['chaos']), has({abandoned:Array(UInt64)}, toUInt64(attributes['chaos']))) AS given_up
FROM raw_events WHERE session_id = {name:String} GROUP BY session_id"""


class Result(NamedTuple):
    """What a run did."""

    kills: Counter[str]
    events: int
    abandoned: int
    repeated: int
    unanswered: int

    def __str__(self) -> str:
        return (
            f"{self.kills.total()} kills ({dict(self.kills)}), {self.events} events sent, {self.abandoned} given up "
            f"unanswered, {self.repeated} repeated on purpose, {self.unanswered} requests without an answer"
        )


async def run(folder: Path, seed: int, kills: int, events: int, say: Callable[[str], None]) -> Result:
    """Raises AssertionError when a promise was broken; the folder then tells how."""
    rng = random.Random(seed)
    node = Node(folder)
    done: Counter[str] = Counter()
    try:
        await _start_under_fire(node, rng, done)
        senders = await _senders(node, seed)
        quota = Quota(2 * events // (kills + 1))
        try:
            async with asyncio.TaskGroup() as group:
                for sender in senders:
                    group.create_task(sender.run(quota))
                await _kill(node, rng, done, kills, events, quota, say)
                while quota.sent < events:
                    await asyncio.sleep(0.05)
                quota.is_over = True
        except* AssertionError as broken:
            raise broken.exceptions[0] from None
        await node.ready()
        await node.drained()
        await check(node, senders)
        stop_s = await asyncio.to_thread(node.stop)
        assert not node.processes(), f"left running after a stop of {stop_s:.1f} s: {node.processes()}"
    finally:
        node.kill_all()
    return Result(
        done, quota.sent, sum(len(s.abandoned) for s in senders), sum(s.repeated for s in senders),
        sum(s.unanswered for s in senders),
    )  # fmt: skip


async def _start_under_fire(node: Node, rng: random.Random, done: Counter[str]) -> None:
    """The first start is killed in the middle: the engine's first seconds, and the migrations."""
    node.start()
    await node.until((node.data_dir / "clickhouse" / "engine.json").exists, "the engine started")
    await asyncio.sleep(rng.random() * 1.5)
    node.kill_all()
    done["first start"] += 1
    node.start()
    await node.ready()


async def _senders(node: Node, seed: int) -> list[Sender]:
    tokens = [await asyncio.to_thread(node.token, f"server-{number}") for number in range(2)]
    return [Sender(f"sender-{n}", tokens[n % 2], node.url, seed) for n in range(SENDERS)]


async def _kill(
    node: Node,
    rng: random.Random,
    done: Counter[str],
    kills: int,
    events: int,
    quota: Quota,
    say: Callable[[str], None],
) -> None:
    """Kill after kill, each under load: the senders are always allowed a share of events more than there were kills."""
    first = list(EVERY)
    rng.shuffle(first)
    while done.total() < kills:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(SHARE_S):
                while quota.sent < events * done.total() // (kills + 1):
                    await asyncio.sleep(0.02)
        await asyncio.sleep(rng.random() * 2.5)
        target = first.pop() if first else rng.choice(TARGETS)
        if target == "all":
            await asyncio.to_thread(node.kill_all)
            done[target] += 1
            node.start()
            if rng.random() < 0.4 and done.total() < kills:  # in the middle of recovery
                await asyncio.sleep(rng.random() * 2.0)
                await asyncio.to_thread(node.kill_all)
                done["recovery"] += 1
                node.start()
        else:
            await node.until(functools.partial(node.kill, target), f"killed {target}")
            done[target] += 1
        quota.limit = events * (done.total() + 2) // (kills + 1)
        say(f"kill {done.total()} of {kills}: {target}; {quota.sent} events sent")
    quota.limit = events


async def check(node: Node, senders: list[Sender]) -> None:
    """Every promise, from the tables of the drained node."""
    settings = ClickHouseSettings()
    store = await ClickHouse.connect(node.clickhouse(), settings.database, settings)
    try:
        stored = 0
        for sender in senders:
            stored += await _check_sender(store, sender)
        total = (await store.rows_of("SELECT count() AS c FROM raw_events"))[0]["c"]
        assert total == stored, f"{total} rows in raw_events, {stored} of them from the senders"
        wrong = await differences(store)
        assert not wrong, "aggregates differ from a recount:\n" + "\n".join(wrong)
    finally:
        await store.close()
    counted = await asyncio.to_thread(conservation, node.data_dir)
    assert counted.inserted == total, f"{total} rows in raw_events, counted: {counted}"
    assert counted.received == counted.inserted + counted.duplicate + counted.quarantined + counted.pending, (
        counted
    )
    assert (counted.quarantined, counted.pending) == (0, 0), counted
    shown = await asyncio.to_thread(node.metrics)
    told = {fate: int(shown[f'{LEDGER_EVENTS}{{fate="{fate}"}}']) for fate in FATES}
    assert told == {fate: getattr(counted, fate) for fate in FATES}, "the metrics tell something else"


async def _check_sender(store: ClickHouse, sender: Sender) -> int:
    rows = await store.rows_of(_STORED, {"name": sender.name, "abandoned": sorted(sender.abandoned)})
    found: dict[str, Any] = rows[0] if rows else {"stored": 0, "different": 0, "given_up": []}
    acknowledged = sender.events - len(sender.abandoned)
    surplus = len(found["given_up"])
    assert found["stored"] == found["different"], f"{sender.name}: stored twice, {found}"
    assert found["stored"] - surplus == acknowledged, (
        f"{sender.name}: {acknowledged} events acknowledged, {found['stored'] - surplus} of them stored"
    )
    return int(found["stored"])
