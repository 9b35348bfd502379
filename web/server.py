"""Listening: the application on a port, with a bound on connections."""

from __future__ import annotations

import resource
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

import structlog
from aiohttp import web

from web.app import connection_options
from web.bodies import BODIES
from web.connections import Doorman
from web.lane import Lane
from web.listening import Listener, listening
from web.settings import WebSettings
from web.world import WORLD

FILES_RESERVED: Final = 128
"""Open files that are no connections of clients: the spool, the stores, the logs."""

_log = structlog.get_logger("web")


def make_room(connections: int) -> int:
    """Raise this process's limit of open files for so many connections; returns how many it allows.

    Every connection is an open file: at the usual limit of 1024 strangers could take the spool's files away.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted, allowed = open_files(connections, soft, hard)
    if wanted != soft:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
    if allowed < connections:
        _log.warning(
            "fewer connections than set, for the limit of open files", allowed=allowed, open_files=hard
        )
    return allowed


def open_files(connections: int, soft: int, hard: int) -> tuple[int, int]:
    """The soft limit to set for so many connections, and how many of them it allows."""
    unlimited = resource.RLIM_INFINITY
    needed = connections + FILES_RESERVED
    if soft == unlimited or soft >= needed:
        return soft, connections
    raised = needed if hard == unlimited else max(soft, min(needed, hard))
    return raised, max(1, min(connections, raised - FILES_RESERVED))


@asynccontextmanager
async def open_server(
    app: web.Application,
    settings: WebSettings,
    host: str,
    port: int,
    *,
    listener: socket.socket | None = None,
) -> AsyncIterator[int]:
    """Serve the application on host and port while inside; yields the port (useful when `port` is 0).

    A `listener` that already listens is used instead: the supervisor keeps one open, so that connections made
    while a web role is restarted wait for the next one and no report is refused.

    Leaving stops accepting, lets running requests finish within `stop_timeout_s` and closes every connection.
    Raises OSError when the address is taken.
    """
    runner = web.AppRunner(app, shutdown_timeout=settings.stop_timeout_s)
    await runner.setup()
    try:
        assert runner.server is not None
        source = listener or listening(host, port)
        world = app[WORLD]
        doorman = Doorman(
            runner.server,
            Lane(world.door, world.keys, app[BODIES], settings),
            make_room(settings.connections_max),
            connection_options(settings),
        )
        connections = Listener(source, doorman)
        try:
            yield connections.address[1]
        finally:
            # First nobody new; then `cleanup` waits for who is inside.
            await connections.close()
    finally:
        await runner.cleanup()
