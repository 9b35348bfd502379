from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import asyncpg
import pytest
from pgqueuer.core.qm import QueueManager
from pgqueuer.domain.errors import FailingListenerError

from jobs.queue import Queued, Scheduled, enqueue, install, run_jobs
from postgres.settings import PostgresSettings

EVERY_SECOND = "* * * * * */1"
Eventually = Callable[..., Any]


async def test_a_scheduled_job_runs_again_and_again_on_one_worker_at_a_time(
    postgres_database: str, eventually: Eventually
) -> None:
    runs: list[int] = []
    at_once = set()

    def job(number: int) -> Scheduled:
        async def work() -> None:
            at_once.add(number)
            assert len(at_once) == 1
            runs.append(number)
            await asyncio.sleep(0.01)
            at_once.discard(number)

        return Scheduled("look", EVERY_SECOND, work)

    stop = asyncio.Event()
    workers = [
        asyncio.create_task(run_jobs(postgres_database, PostgresSettings(), [job(n)], stop)) for n in (1, 2)
    ]
    await eventually(lambda: len(runs) >= 3)
    stop.set()
    await asyncio.gather(*workers)


async def test_a_worker_that_starts_does_scheduled_work_at_once(
    postgres_database: str, eventually: Eventually
) -> None:
    runs: list[str] = []

    async def work() -> None:
        runs.append("done")

    # The second time there is a schedule already, which is not due for years, and an older one that nobody would run.
    for cron, done in (("0 0 29 2 *", 1), ("0 1 29 2 *", 2), ("0 1 29 2 *", 3)):
        stop = asyncio.Event()
        jobs = [Scheduled("look", cron, work)]
        worker = asyncio.create_task(run_jobs(postgres_database, PostgresSettings(), jobs, stop))
        await eventually(lambda done=done: len(runs) == done)
        stop.set()
        await worker
    connection = await asyncpg.connect(postgres_database)
    kept = await connection.fetch("SELECT expression FROM pgqueuer_schedules")
    await connection.close()
    assert [row["expression"] for row in kept] == ["0 1 29 2 *"]


async def test_a_queued_job_is_done_once_and_again_after_a_failure(
    postgres_database: str, eventually: Eventually
) -> None:
    seen: list[bytes] = []

    async def work(payload: bytes) -> None:
        seen.append(payload)
        if len(seen) == 1:
            raise OSError("the other side is away")

    stop = asyncio.Event()
    connection = await asyncpg.connect(postgres_database)
    await install(connection)
    assert await enqueue(connection, "send", b"x", once="the same")
    assert not await enqueue(connection, "send", b"x", once="the same")
    worker = asyncio.create_task(
        run_jobs(postgres_database, PostgresSettings(), [Queued("send", work)], stop)
    )
    await eventually(lambda: len(seen) == 2)
    await eventually(lambda: connection.fetchval("SELECT count(*) = 0 FROM pgqueuer"))
    assert seen == [b"x", b"x"]
    await connection.close()
    stop.set()
    await worker


async def test_a_failing_scheduled_job_is_run_again(postgres_database: str, eventually: Eventually) -> None:
    runs: list[int] = []

    async def work() -> None:
        runs.append(1)
        raise ValueError("no")

    stop = asyncio.Event()
    worker = asyncio.create_task(
        run_jobs(postgres_database, PostgresSettings(), [Scheduled("look", EVERY_SECOND, work)], stop)
    )
    await eventually(lambda: len(runs) >= 2)
    stop.set()
    await worker


async def test_a_worker_whose_listening_was_lost_listens_again(
    postgres_database: str, eventually: Eventually, monkeypatch: pytest.MonkeyPatch
) -> None:
    probe, probes, seen = QueueManager.listener_healthy, [], []

    async def lost_at_first(queue: QueueManager, *arguments: Any, **named: Any) -> Any:
        probes.append(queue)
        if len(probes) == 1:
            raise FailingListenerError
        return await probe(queue, *arguments, **named)

    async def work(payload: bytes) -> None:
        seen.append(payload)

    monkeypatch.setattr(QueueManager, "listener_healthy", lost_at_first)
    stop = asyncio.Event()
    connection = await asyncpg.connect(postgres_database)
    await install(connection)
    await enqueue(connection, "send", b"before")
    worker = asyncio.create_task(
        run_jobs(postgres_database, PostgresSettings(), [Queued("send", work)], stop)
    )
    await eventually(lambda: len(probes) >= 2)
    await enqueue(connection, "send", b"after")
    await eventually(lambda: seen == [b"before", b"after"])
    await connection.close()
    stop.set()
    await worker


async def test_workers_wait_for_postgres_and_stop_when_asked() -> None:
    stop = asyncio.Event()
    worker = asyncio.create_task(
        run_jobs("postgresql://x@127.0.0.1:1/x", PostgresSettings(connect_timeout_s=0.5), [], stop)
    )
    await asyncio.sleep(0)
    stop.set()
    await asyncio.wait_for(worker, 60)
