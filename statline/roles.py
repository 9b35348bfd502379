"""The roles as processes: web, writer, worker, engine. Each is started by the supervisor or alone, as in a container.

Nothing heavy is imported above `run_role`: the metrics folder must be known before a metric is declared.
"""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import gc
import os
import shutil
import signal
import sys
from collections.abc import AsyncIterator, Coroutine, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from statline import locks
from statline.errors import CommandFailed
from statline.settings import Settings
from statline.workers import WEB, web_role

if TYPE_CHECKING:
    from clickhouse.client import ClickHouse
    from ingest.writer import Stored
    from postgres.pool import Postgres

METRICS_VARIABLE: Final = "PROMETHEUS_MULTIPROC_DIR"
PR_SET_PDEATHSIG: Final = 1


def run_role(role: str, settings: Settings, supervisor: int = 0, listener: int = -1, worker: int = 1) -> None:
    """Be `role` until SIGTERM or SIGINT. `supervisor` is the process that started it, 0 when alone;
    `listener` the file descriptor of a listening socket that it handed over to the web role, `worker` which of
    the web processes of this data folder it is.

    Raises CommandFailed when the role runs already or cannot start.
    """
    if supervisor:
        die_with(supervisor)
    data_dir = settings.statline.data_dir.resolve()
    create_data_dir(data_dir)
    name = web_role(worker) if role == WEB else role
    share_metrics(data_dir, name)
    from statline import logs

    logs.configure(name, settings.statline.log_level, settings.statline.log_format)
    roles = {"web": lambda: _web(settings, data_dir, listener, name), "writer": lambda: _writer(settings, data_dir),
             "engine": lambda: _engine(settings, data_dir), "worker": lambda: _worker(settings)}  # fmt: skip
    with _deaths_logged(is_supervised=bool(supervisor)), locks.held(data_dir, name):
        _run(roles[role]())


def die_with(parent: int) -> None:
    """Be told to stop (SIGTERM) when the parent dies, however it dies. Linux; elsewhere nothing happens."""
    if not sys.platform.startswith("linux"):
        return
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
    if os.getppid() != parent:  # it died before we asked
        raise CommandFailed("the supervisor is gone")


def create_data_dir(data_dir: Path) -> None:
    """The data folder, which others may pass through (Postgres runs as another user when we are root), not list."""
    if not data_dir.exists():
        data_dir.mkdir(parents=True, mode=0o711)


def share_metrics(data_dir: Path, role: str) -> None:
    """Keep this process's metrics in files that the web role reads, named after the role.

    By role and not by process id: a restarted role goes on counting where it was, and no file is left behind.
    """
    folder = metrics_dir(data_dir)
    folder.mkdir(parents=True, exist_ok=True)
    os.environ[METRICS_VARIABLE] = str(folder)
    # A gauge is a state of the process that died.
    for path in folder.glob(f"gauge_*_{role}.db"):
        path.unlink(missing_ok=True)
    from prometheus_client import values

    values.ValueClass = values.MultiProcessValue(lambda: role)  # type: ignore[no-untyped-call]


def metrics_dir(data_dir: Path) -> Path:
    """Where the roles of a data folder count."""
    return data_dir / "metrics"


def clean_metrics(data_dir: Path) -> None:
    """Forget the counts of the last run; only while no role runs."""
    shutil.rmtree(metrics_dir(data_dir), ignore_errors=True)


@contextlib.contextmanager
def _deaths_logged(*, is_supervised: bool) -> Iterator[None]:
    """Why a supervised role dies goes to the log with its name; alone, it is the command's last line."""
    import structlog

    from ingest.errors import IdentityLost, NodeNameTaken, SpoolInUse

    try:
        yield
    except Exception as error:
        if not is_supervised:
            raise
        expected = isinstance(error, CommandFailed | SpoolInUse | IdentityLost | NodeNameTaken)
        structlog.get_logger("statline").critical("died", reason=str(error), exc_info=not expected)
        raise SystemExit(1) from None


def _run(task: Coroutine[Any, Any, None]) -> None:
    import uvloop

    uvloop.run(task)


@contextlib.asynccontextmanager
async def _stop_event() -> AsyncIterator[asyncio.Event]:
    """Set by SIGTERM and SIGINT."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    yield stop


async def _web(settings: Settings, data_dir: Path, listener: int, name: str) -> None:
    import socket

    import structlog

    from cache.tasks import end_tasks
    from ingest.node_name import own_name
    from statline.world import open_world
    from web.app import create_app
    from web.server import open_server

    log = structlog.get_logger("statline")
    async with (
        _stop_event() as stop,
        open_world(settings, data_dir, name) as world,
        contextlib.AsyncExitStack() as stack,
    ):
        # A copied folder waits for its name until Postgres answers: that may be never, and we may be asked to stop.
        owning = asyncio.create_task(
            stack.enter_async_context(own_name(world.postgres, data_dir / "spool" / name))
        )
        await _until(stop, owning)
        if not owning.done():
            await end_tasks(owning)
            return
        name_lost = owning.result()
        host, port = settings.statline.host, settings.statline.port
        inherited = socket.socket(fileno=listener) if listener >= 0 else None
        app = create_app(world)
        # Before anybody is served: it takes a tenth of a second, and what a request is made of shall not stay.
        _settle_memory()
        with _clear_listen_errors(host, port):
            async with open_server(app, settings.web, host, port, listener=inherited) as bound:
                log.info("web role listens", host=host, port=bound)
                await _until(stop, name_lost)
                log.info("web role stops")


def _settle_memory() -> None:
    """Take what was made until now, and stays, out of the garbage collector's sight.

    Else each full collection walks through all modules, types and templates: 65 ms, every ninth request of a match's page.
    """
    gc.collect()
    gc.freeze()


async def _until(stop: asyncio.Event, task: asyncio.Task[Any]) -> None:
    """Return when asked to stop or when the task has ended; raise what ended it."""
    stopping = asyncio.create_task(stop.wait())
    await asyncio.wait({stopping, task}, return_when=asyncio.FIRST_COMPLETED)
    stopping.cancel()
    if task.done():
        await task


async def _writer(settings: Settings, data_dir: Path) -> None:
    from ingest.writer import run_writer

    os.nice(settings.statline.writer_nice)
    async with (
        _stop_event() as stop,
        _clickhouse(settings) as clickhouse,
        _keeper(settings, clickhouse) as stored,
    ):
        _settle_memory()
        await run_writer(settings.ingest, clickhouse, data_dir, stop, stored)


@contextlib.asynccontextmanager
async def _keeper(settings: Settings, clickhouse: ClickHouse) -> AsyncIterator[Stored | None]:
    """Who is told of stored batches to keep the live boards; nobody when they are switched off."""
    if not settings.live.enabled:
        yield None
        return
    from live.keeper import open_keeper
    from statline.stores import redis_url

    async with open_keeper(redis_url(settings), settings.redis, clickhouse, settings.live) as keeper:
        yield keeper.offer


async def _worker(settings: Settings) -> None:
    from jobs.queue import run_jobs
    from live.webhooks import Webhooks
    from statline.jobs import background_jobs
    from statline.stores import postgres_url

    os.nice(settings.statline.worker_nice)
    async with _stop_event() as stop, _clickhouse(settings) as clickhouse, _postgres(settings) as postgres:
        webhooks = Webhooks(clickhouse, postgres, settings.webhooks)
        jobs = background_jobs(settings.jobs, clickhouse, postgres, webhooks)
        await run_jobs(postgres_url(settings), settings.postgres, jobs, stop)


async def _engine(settings: Settings, data_dir: Path) -> None:
    from clickhouse.engine import run_engine

    async with _stop_event() as stop:
        await run_engine(data_dir, settings=settings.clickhouse, stop=stop)


@contextlib.asynccontextmanager
async def _postgres(settings: Settings) -> AsyncIterator[Postgres]:
    from postgres.pool import Postgres
    from statline.stores import postgres_url

    postgres = await Postgres.connect(postgres_url(settings), settings.postgres)
    try:
        yield postgres
    finally:
        await postgres.close()


@contextlib.asynccontextmanager
async def _clickhouse(settings: Settings) -> AsyncIterator[ClickHouse]:
    from clickhouse.client import ClickHouse
    from statline.stores import clickhouse_url

    store = ClickHouse(clickhouse_url(settings), settings.clickhouse.database, settings.clickhouse)
    try:
        yield store
    finally:
        await store.close()


@contextlib.contextmanager
def _clear_listen_errors(host: str, port: int) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise CommandFailed(f"cannot listen on {host}:{port}: {error.strerror or error}") from error
