"""`statline serve`: starts the embedded stores and the roles in order, restarts what dies, stops all in order.

Start: stores side by side, then migrations, then writer, worker and web. Stop: web (nobody new, requests finish, spool
sealed), worker, writer (drains), engine, and last Valkey and Postgres. The whole stop has one deadline.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import socket
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Final

import structlog

from statline import locks, logs
from statline.embedded import START_FAILURES, EmbeddedServer, keep, to_its_end
from statline.errors import CommandFailed
from statline.exits import DONE, FAILED
from statline.network import http_ok, listening
from statline.processes import BackOff, Child
from statline.roles import METRICS_VARIABLE, clean_metrics, create_data_dir, metrics_dir
from statline.settings import Settings
from statline.stores import clickhouse_url, embedded_postgres, embedded_valkey
from statline.supervised import command
from statline.workers import WEB, running_web_roles, web_role

LEFT_OVER_WAIT_S: Final = 8.0
ENGINE_START_S: Final = 60.0
WEB_START_S: Final = 60.0
ADDRESS_CHECK_S: Final = 1.0
STORE_TRIES: Final = 6
"""Starts of an embedded store before serve gives up: 6 s of back-off in all."""

STOP_BY_S: Final = {WEB: 4.0, "worker": 5.0, "writer": 7.0, "engine": 8.2}
"""Seconds after the beginning of the stop at which each role is killed if it still runs."""
HURRY_S: Final = 0.3
ANYWHERE: Final = {"0.0.0.0": "127.0.0.1", "::": "::1", "": "127.0.0.1"}  # noqa: S104 - compared, not bound
"""Hosts that mean every interface, and how this machine reaches itself then."""

_log = structlog.get_logger("statline")


async def run(settings: Settings) -> int:
    """Serve until SIGTERM or SIGINT; the exit code. Raises CommandFailed when it cannot start."""
    logs.configure("serve", settings.statline.log_level, settings.statline.log_format)
    data_dir = settings.statline.data_dir.resolve()
    create_data_dir(data_dir)
    with locks.held(data_dir, locks.SERVE):
        supervisor = Supervisor(settings, data_dir)
        await supervisor.run()
    return FAILED if supervisor.failed else DONE


class Supervisor:
    """All processes of one node."""

    def __init__(self, settings: Settings, data_dir: Path) -> None:
        self._settings = settings
        self._data_dir = data_dir
        self._began_at = time.monotonic()
        self._stop = asyncio.Event()
        self._hurry = asyncio.Event()
        self._stores: dict[str, EmbeddedServer] = {}
        self._children: dict[str, Child] = {}
        self._web: list[Child] = []
        self._tasks: list[asyncio.Task[None]] = []
        self._port = settings.statline.port
        self.failed = False
        """Whether it stopped because something of its own went wrong."""
        self._listener: socket.socket | None = None
        """Held through every restart of the web role: connections made meanwhile wait, no report is refused."""

    async def run(self) -> None:
        """Start everything, wait for a signal, stop everything."""
        self._listen_for_signals()
        try:
            await self._unless_stopped(self._start())
            await self._stop.wait()
        finally:
            await self._stop_all()

    # -- start -------------------------------------------------------------------------------------------

    async def _start(self) -> None:
        await asyncio.to_thread(self._end_left_overs)
        self._listener = listening(self._settings.statline.host, self._settings.statline.port)
        self._port = self._listener.getsockname()[1]
        clean_metrics(self._data_dir)
        metrics_dir(self._data_dir).mkdir()
        # The web role needs no store to accept reports: after a crash it does so while they recover.
        early = self._knows_clickhouse()
        async with raising_first(asyncio.TaskGroup()) as group:
            if early:
                group.create_task(self._start_web())
            group.create_task(self._start_store("postgres", embedded_postgres(self._settings)))
            group.create_task(self._start_store("valkey", embedded_valkey(self._settings)))
            if not self._settings.clickhouse.url:
                group.create_task(self._start_engine())
        await self._migrate_or_go_on()
        if not self._settings.clickhouse.url:
            from statline.analysts import follow

            self._keep(follow(self._settings, self._data_dir))
        # Not before the migrations: rows inserted before a new view exists would be missing in it.
        await self._start_role("writer")
        await self._start_role("worker")
        if not early:
            await self._start_web()
        await self._welcome()

    def _knows_clickhouse(self) -> bool:
        """Whether the address of ClickHouse is known: the embedded one's is from its first start on."""
        try:
            clickhouse_url(self._settings)
        except CommandFailed:
            return False
        return True

    def _end_left_overs(self) -> None:
        for role in (*running_web_roles(self._data_dir), "worker", "writer", "engine"):
            pid = locks.end_left_over(self._data_dir, role, LEFT_OVER_WAIT_S)
            if pid is not None:
                _log.warning("ended a role that a killed supervisor left", left=role, pid=pid)

    async def _start_store(self, name: str, server: EmbeddedServer | None) -> None:
        if server is None:
            return
        self._stores[name] = server
        adopted = await self._started(name, server)
        if adopted:
            _log.info("adopted a store that was running", store=name)
        self._keep(keep(name, server))

    async def _started(self, name: str, server: EmbeddedServer) -> bool:
        """Whether it was adopted. Raises CommandFailed when it does not start, tried for some seconds: it may have
        been killed in its first second, and a killed Postgres leaves children that end a little later.
        """
        back_off = BackOff()
        for tries_left in range(STORE_TRIES - 1, -1, -1):
            try:
                return await to_its_end(server.start)
            except START_FAILURES as error:
                if not tries_left:
                    raise CommandFailed(str(error)) from error
                wait_s = back_off.wait_s(0.0)
                _log.warning("a store did not start", store=name, reason=str(error), again_in_s=wait_s)
                await asyncio.sleep(wait_s)
        raise AssertionError("unreachable")

    async def _start_engine(self) -> None:
        child = await self._start_role("engine")

        async def answers() -> bool:
            with contextlib.suppress(CommandFailed):
                return await http_ok(clickhouse_url(self._settings), "/ping")
            return False

        await self._until(answers, child, ENGINE_START_S)
        self._keep(self._follow_engine())

    async def _start_web(self) -> None:
        """All web processes accept from the one listener: the kernel gives a connection to whoever has time, and
        while one of them is away, to the others.
        """
        assert self._listener is not None
        listener = self._listener.fileno()
        for number in range(1, self._settings.statline.workers + 1):
            child = Child(
                web_role(number), self._command(WEB, listener, number), self._environment(), [listener]
            )
            await self._start_child(child)
            self._web.append(child)
        await self._until(lambda: http_ok(self._address(), "/health"), self._web[0], WEB_START_S)

    async def _start_role(self, role: str) -> Child:
        return await self._start_child(Child(role, self._command(role), self._environment()))

    async def _start_child(self, child: Child) -> Child:
        self._children[child.name] = child
        await child.start()
        self._keep(child.keep(lambda _: None))
        return child

    def _command(self, role: str, listener: int | None = None, worker: int | None = None) -> list[str]:
        node = self._settings.statline
        return command(
            role, data_dir=self._data_dir, host=node.host, port=self._port, log_level=node.log_level,
            log_format=node.log_format, config=self._settings.config, listener=listener, worker=worker,
        )  # fmt: skip

    def _environment(self) -> dict[str, str]:
        return {**os.environ, METRICS_VARIABLE: str(metrics_dir(self._data_dir))}

    async def _until(self, ready: Callable[[], Awaitable[bool]], child: Child, within_s: float) -> None:
        """Wait for a starting role. Raises CommandFailed when it dies repeatedly or takes too long."""
        deadline = time.monotonic() + within_s
        while not await ready():
            if time.monotonic() > deadline or child.starts > 3:
                raise CommandFailed(f"the {child.name} role does not start: see its log lines above")
            await asyncio.sleep(0.02)

    async def _migrate_or_go_on(self) -> None:
        """Migrate both stores; when one is away, go on without and try again in the background.

        A node must accept events after a restart even while ClickHouse is down (design promise 5).
        """
        # Imported while the stores start: their clients cost 0.4 s.
        from statline.first_steps import migrated

        if not await migrated(self._settings):
            self._keep(self._migrate_later())

    async def _migrate_later(self) -> None:
        from statline.first_steps import migrated

        back_off = BackOff()
        while True:
            await asyncio.sleep(back_off.wait_s(0.0))
            if await migrated(self._settings):
                return await self._greet_newcomer()

    async def _welcome(self) -> None:
        took_s = time.monotonic() - self._began_at
        _log.info("ready", address=self._address(), start_s=round(took_s, 2))
        print(f"statline is ready on {self._address()} after {took_s:.1f} s. Ctrl-C stops it.", flush=True)
        await self._greet_newcomer()

    async def _greet_newcomer(self) -> None:
        from statline.first_steps import first_event

        text = await first_event(self._settings, self._address())
        if text:
            print(text, flush=True)

    # -- while it runs -------------------------------------------------------------------------------------

    async def _follow_engine(self) -> None:
        """When a restarted engine had to take another port, restart who still knows the old one."""
        known = clickhouse_url(self._settings)
        while True:
            await asyncio.sleep(ADDRESS_CHECK_S)
            found = clickhouse_url(self._settings)
            if found != known:
                known = found
                _log.warning(
                    "the embedded ClickHouse has another address: writer, worker and web are restarted"
                )
                # Those that have not started yet ask for the address when they do.
                roles = [self._children[role] for role in ("writer", "worker") if role in self._children]
                for child in (*roles, *self._web):
                    child.ask_to_stop()

    def _keep(self, work: Awaitable[None]) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.append(task)
        task.add_done_callback(self._note_failure)

    def _note_failure(self, task: asyncio.Future[None]) -> None:
        if not task.cancelled() and task.exception() is not None:
            _log.critical("a watcher of the supervisor failed: stopping", exc_info=task.exception())
            self.failed = True
            self._stop.set()

    def _address(self) -> str:
        """The URL under which this machine reaches the web role."""
        host = ANYWHERE.get(self._settings.statline.host, self._settings.statline.host)
        return f"http://[{host}]:{self._port}" if ":" in host else f"http://{host}:{self._port}"

    # -- stop ----------------------------------------------------------------------------------------------

    def _listen_for_signals(self) -> None:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            loop.add_signal_handler(number, self._asked_to_stop, number)

    def _asked_to_stop(self, number: int) -> None:
        if self._stop.is_set():
            _log.warning("asked again: what still runs is killed")
            self._hurry.set()
            return
        _log.info("stopping", asked_by=signal.Signals(number).name)
        self._stop.set()

    async def _unless_stopped(self, work: Awaitable[None]) -> None:
        """Do the work, or drop it as soon as somebody asks us to stop."""
        working = asyncio.ensure_future(work)
        stopped = asyncio.ensure_future(self._stop.wait())
        await asyncio.wait([working, stopped], return_when=asyncio.FIRST_COMPLETED)
        stopped.cancel()
        if not working.done():
            working.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await working

    async def _stop_all(self) -> None:
        began_at = time.monotonic()
        if self._listener is not None:
            self._listener.close()
        for role, by_s in STOP_BY_S.items():
            children = [each for name, each in self._children.items() if name.partition("-")[0] == role]
            within_s = HURRY_S if self._hurry.is_set() else began_at + by_s - time.monotonic()
            await asyncio.gather(*(each.stop(max(within_s, HURRY_S), self._hurry) for each in children))
        await self._stop_tasks()
        await asyncio.gather(*(asyncio.to_thread(server.stop) for server in self._stores.values()))
        _log.info("stopped", stop_s=round(time.monotonic() - began_at, 2))

    async def _stop_tasks(self) -> None:
        for task in self._tasks:
            task.remove_done_callback(self._note_failure)
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)


@contextlib.asynccontextmanager
async def raising_first(group: asyncio.TaskGroup) -> AsyncIterator[asyncio.TaskGroup]:
    """A task group whose failure is the first one itself, for people to read."""
    try:
        async with group:
            yield group
    except BaseExceptionGroup as errors:
        raise errors.exceptions[0] from None
