"""Durable background work on Postgres (pgqueuer): jobs on a schedule, and jobs that somebody asked for.

The composition root (`statline/jobs.py`) lists the jobs; `run_jobs` runs them in the worker role. Any number of workers may
run: a scheduled job runs on one of them at a time, a queued job on one of them. A worker that dies leaves its
job to another one after half a minute, so every job must bear being run twice.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

import asyncpg
import structlog
from pgqueuer import PgQueuer
from pgqueuer.adapters.drivers.asyncpg import AsyncpgDriver
from pgqueuer.adapters.persistence.queries import Queries
from pgqueuer.core.executors import DatabaseRetryEntrypointExecutor
from pgqueuer.domain.errors import FailingListenerError
from pgqueuer.domain.models import Job, Schedule

from jobs import metrics
from postgres.settings import PostgresSettings

AGAIN_S: Final = 2.0
"""Pause before a worker that lost Postgres asks for it again."""
CONNECTIONS: Final = 3
"""One listens, one asks for work, one says that the work is alive."""
ATTEMPTS_MAX: Final = 8

_log = structlog.get_logger("jobs")

# pgqueuer's probe of its listening connection: lost, or sent before that listened.
_AWAY: Final = (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError, FailingListenerError)


@dataclass(frozen=True)
class Scheduled:
    """Work that is done at once when a worker starts, and then at fixed times.

    `cron` has five fields, or a sixth for seconds (`* * * * * */10`: every ten seconds).
    """

    name: str
    cron: str
    work: Callable[[], Awaitable[None]]


@dataclass(frozen=True)
class Queued:
    """Work that somebody asked for with `enqueue`; tried again with growing pauses, ATTEMPTS_MAX times in all."""

    name: str
    work: Callable[[bytes], Awaitable[None]]


async def run_jobs(
    url: str, settings: PostgresSettings, jobs: Sequence[Scheduled | Queued], stop: asyncio.Event
) -> None:
    """Do the work of `jobs` until `stop`, which lets running jobs end. While Postgres is away, wait for it."""
    while not stop.is_set():
        try:
            async with _pool(url, settings) as pool:
                async with pool.acquire() as connection:
                    await install(connection)
                await _run(pool, jobs, stop)
        except _AWAY as error:
            _log.warning(
                "jobs wait for Postgres", reason=" ".join(str(error).split()) or type(error).__name__
            )
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), AGAIN_S)


async def enqueue(
    connection: asyncpg.Connection, name: str, payload: bytes, *, once: str | None = None
) -> bool:
    """Ask for the queued job `name`, in the connection's transaction; False when `once` names one that waits already."""
    ids = await Queries(AsyncpgDriver(connection)).enqueue(name, payload, dedupe_key=once, on_conflict="skip")
    return ids[0] is not None


@contextlib.asynccontextmanager
async def _pool(url: str, settings: PostgresSettings) -> AsyncIterator[asyncpg.Pool]:
    pool = await asyncpg.create_pool(
        url, min_size=0, max_size=CONNECTIONS, timeout=settings.connect_timeout_s,
        command_timeout=settings.query_timeout_s, server_settings={"application_name": "statline-jobs"},
    )  # fmt: skip
    try:
        yield pool
    finally:
        with contextlib.suppress(*_AWAY):
            async with asyncio.timeout(settings.query_timeout_s):
                await pool.close()
        pool.terminate()


async def install(connection: Any) -> None:
    """Make or bring up to date the tables of pgqueuer: theirs, not ours, so not in our migrations. Workers take turns."""
    await Queries(AsyncpgDriver(connection)).upgrade()


async def _run(pool: asyncpg.Pool, jobs: Sequence[Scheduled | Queued], stop: asyncio.Event) -> None:
    queue = PgQueuer.from_asyncpg_pool(pool)
    for job in jobs:
        _register(queue, job)
    await _due_now(queue)
    stopping = asyncio.create_task(_stop_with(queue, stop))
    try:
        await queue.run(
            dequeue_timeout=timedelta(seconds=10), batch_size=5, max_concurrent_tasks=10,
            shutdown_on_listener_failure=True,
        )  # fmt: skip
    finally:
        stopping.cancel()


async def _due_now(queue: PgQueuer) -> None:
    """Make every schedule due: nobody knows how long no worker ran, and what was waited for is late.

    What was there goes: an old schedule of a job would have nobody to run it, and a run that a killed worker left would be waited for.
    """
    schedules = queue.sm.registry
    await queue.sm.queries.delete_schedule(ids=set(), entrypoints={one.entrypoint for one in schedules})
    await queue.sm.queries.insert_schedule(dict.fromkeys(schedules, timedelta(0)))


async def _stop_with(queue: PgQueuer, stop: asyncio.Event) -> None:
    await stop.wait()
    queue.shutdown.set()


def _register(queue: PgQueuer, job: Scheduled | Queued) -> None:
    if isinstance(job, Scheduled):
        scheduled = job

        async def run_scheduled(_: Schedule) -> None:
            with _measured(scheduled.name):
                await scheduled.work()

        queue.schedule(job.name, job.cron)(run_scheduled)
        return
    queued = job

    async def run_queued(found: Job) -> None:
        with _measured(queued.name):
            await queued.work(found.payload or b"")

    queue.entrypoint(job.name, executor_factory=_retrying)(run_queued)


def _retrying(parameters: Any) -> DatabaseRetryEntrypointExecutor:
    return DatabaseRetryEntrypointExecutor(parameters, max_attempts=ATTEMPTS_MAX)


@contextlib.contextmanager
def _measured(job: str) -> Any:
    """Count and time one run; a failure is logged and goes on to pgqueuer, which decides what follows."""
    began_s = time.perf_counter()
    try:
        yield
    except Exception as error:
        metrics.FAILURES.labels(job).inc()
        _log.warning("a job failed", job=job, reason=" ".join(str(error).split()), exc_info=True)
        raise
    finally:
        metrics.RUN_SECONDS.labels(job).observe(time.perf_counter() - began_s)
