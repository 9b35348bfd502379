"""The life of the engine's process: one per data folder, from the lock to the last insert."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import fcntl
import ipaddress
import logging
import os
import signal
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from aiohttp import web

from clickhouse.engine.analysts import Analysts
from clickhouse.engine.binding import chdb
from clickhouse.engine.credentials import Address, engine_folder, last_address, publish, withdraw
from clickhouse.engine.doorkeeper import Doorkeeper
from clickhouse.engine.server import EngineServer
from clickhouse.engine.sessions import Connections
from clickhouse.engine.tokens import forget_tokens_without_parts
from clickhouse.settings import ClickHouseSettings

LINE_BYTES_MAX: Final = 1 << 20
"""Longest request line: a query in the URL, as ClickHouse's http_max_uri_size."""

log = logging.getLogger("clickhouse.engine")


class EngineBusy(Exception):
    """Another process has this data folder."""


async def run_engine(
    data_dir: Path,
    port: int | None = None,
    settings: ClickHouseSettings | None = None,
    *,
    host: str = "127.0.0.1",
    stop: asyncio.Event | None = None,
) -> None:
    """Serve the ClickHouse of `<data_dir>/clickhouse` on loopback until SIGTERM, SIGINT or `stop`.

    `engine.json` appears when it answers and disappears when it ends. Raises EngineBusy when another process has the
    folder, ValueError for a host that is not loopback, OSError when the wanted port is taken.
    """
    _check_loopback(host)
    settings = settings or ClickHouseSettings()
    if stop is None:
        stop = asyncio.Event()
        _stop_on_signals(stop)
    with _locked(data_dir):
        withdraw(data_dir)  # of an engine that was killed
        _be_nice(settings.engine_nice)
        chdb.set_signal_handlers_enabled(0)  # chdb's own would exit at once, in the middle of an insert
        forget_tokens_without_parts(engine_folder(data_dir))
        connections = await asyncio.to_thread(Connections, engine_folder(data_dir), settings)
        if not connections.keep_tokens():
            log.warning(
                "this file system writes no single files through: if the power is cut during an insert, "
                "raw_events may hold its events twice"
            )
        wanted = last_address(data_dir, port or settings.engine_port or None)
        server = EngineServer(connections, wanted, settings, Doorkeeper(Analysts(data_dir)))
        runner = _runner(server.app())
        door = _runner(server.analysts_app())
        await runner.setup()
        await door.setup()
        try:
            await _open_door(door, settings)
            bound = await _listen(runner, host, wanted, must_have=bool(port or settings.engine_port))
            publish(data_dir, bound)
            log.info("engine ready on port %d", bound.port)
            await stop.wait()
        finally:
            withdraw(data_dir)
            for site in (*runner.sites, *door.sites):
                await site.stop()
            await server.stop()
            await door.cleanup()
            await runner.cleanup()
            if server.all_ended:
                await asyncio.to_thread(connections.close)
            else:
                # An insert that does not end holds the engine; its token makes the next try exact.
                os._exit(1)


def _runner(app: web.Application) -> web.AppRunner:
    return web.AppRunner(
        app,
        access_log=None,
        handle_signals=False,
        handler_cancellation=True,  # a client that leaves cancels its handler, which kills its statement
        auto_decompress=False,
        max_line_size=LINE_BYTES_MAX,
        max_field_size=LINE_BYTES_MAX,
        shutdown_timeout=1.0,
    )


async def _open_door(door: web.AppRunner, settings: ClickHouseSettings) -> None:
    """Listen for analysts, if the settings name an address."""
    if not settings.analysts_host:
        return
    certificate = None
    if settings.analysts_certificate:
        certificate = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        certificate.load_cert_chain(settings.analysts_certificate, settings.analysts_key or None)
    site = web.TCPSite(door, settings.analysts_host, settings.analysts_port, ssl_context=certificate)
    await site.start()
    log.info("analysts may read on port %d", door.addresses[0][1])


def _check_loopback(host: str) -> None:
    try:
        loopback = host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        loopback = False
    if not loopback:
        raise ValueError(
            f"the engine serves loopback only, not {host}: for a network, run a ClickHouse server"
        )


async def _listen(runner: web.AppRunner, host: str, wanted: Address, *, must_have: bool) -> Address:
    """The last port when it is free, so that clients find the engine again; else any."""
    try:
        await web.TCPSite(runner, host, wanted.port).start()
    except OSError as error:
        if must_have or error.errno != errno.EADDRINUSE:
            raise
        await web.TCPSite(runner, host, 0).start()
    bound_port: int = runner.addresses[0][1]
    return Address(port=bound_port, user=wanted.user, password=wanted.password)


@contextmanager
def _locked(data_dir: Path) -> Iterator[None]:
    """Hold `<data_dir>/clickhouse.lock`, with our pid inside. The kernel frees it however we end."""
    folder = engine_folder(data_dir)
    folder.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(data_dir / "clickhouse.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            pid = os.read(descriptor, 32).decode(errors="replace").strip()
            raise EngineBusy(f"{folder} belongs to another engine, process {pid}") from None
        os.ftruncate(descriptor, 0)
        os.write(descriptor, f"{os.getpid()}\n".encode())
        yield
    finally:
        os.close(descriptor)


def _be_nice(niceness: int) -> None:
    """Give way to other processes with every thread: on Linux each has a niceness of its own, and a new one that of its maker.

    chdb starts some when it is imported, and those merge later: left alone they go before the statements that people wait for.
    """
    for thread in _threads():
        with contextlib.suppress(OSError):
            now = os.getpriority(os.PRIO_PROCESS, thread)
            # The engine lets the thread that watches its memory go before all others, where it may.
            if now >= 0:
                os.setpriority(os.PRIO_PROCESS, thread, max(niceness, now))


def _threads() -> list[int]:
    """The threads of this process, or 0 for all of it where the system does not tell them."""
    try:
        return [int(thread.name) for thread in Path("/proc/self/task").iterdir()]
    except OSError:
        return [0]


def _stop_on_signals(stop: asyncio.Event) -> None:
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        with contextlib.suppress(
            ValueError, RuntimeError
        ):  # not in the main thread: the caller sets `stop` itself
            loop.add_signal_handler(number, stop.set)
