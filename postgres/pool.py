"""Postgres as the rest of statline sees it: named queries, each with a time limit.

A query is a file of `postgres/queries/`, called by its name; values are bound by the server (`$1`).
"""

from __future__ import annotations

import asyncio
import contextlib
import functools
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any, Final

import asyncpg

from postgres.errors import PostgresError, PostgresUnavailable
from postgres.metrics import timed
from postgres.settings import PostgresSettings

QUERIES: Final = Path(__file__).parent / "queries"
APPLICATION: Final = "statline"
RECONNECT_S: Final = 1.0

_AWAY: Final = (
    OSError,
    TimeoutError,
    asyncpg.InterfaceError,
    asyncpg.PostgresConnectionError,
    asyncpg.CannotConnectNowError,
    asyncpg.TooManyConnectionsError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
)
"""What says that Postgres is away or too busy, not that the question is wrong."""


class Postgres:
    """A pool of connections that need not exist yet: it connects at the first query and after every loss.

    Every method raises PostgresUnavailable when Postgres is away or too slow; errors of a query itself
    (asyncpg.PostgresError) pass through, for the caller to translate.
    """

    def __init__(self, pool: asyncpg.Pool, url: str, settings: PostgresSettings) -> None:
        self._pool = pool
        self._url = url
        self._settings = settings

    @classmethod
    async def connect(cls, url: str, settings: PostgresSettings | None = None) -> Postgres:
        """A pool for `url`; succeeds while Postgres is away (ask `ping`)."""
        settings = settings or PostgresSettings()
        pool = await asyncpg.create_pool(
            url, min_size=0, max_size=settings.connections_max, timeout=settings.connect_timeout_s,
            command_timeout=settings.query_timeout_s, server_settings={"application_name": APPLICATION},
        )  # fmt: skip
        return cls(pool, url, settings)

    async def fetch(self, query: str, *values: Any) -> list[asyncpg.Record]:
        """All rows of the named query."""
        with timed(query):
            async with self.connection() as connection:
                return list(await connection.fetch(query_text(query), *values))

    async def fetchrow(self, query: str, *values: Any) -> asyncpg.Record | None:
        """The first row of the named query, None without one."""
        with timed(query):
            async with self.connection() as connection:
                row: asyncpg.Record | None = await connection.fetchrow(query_text(query), *values)
                return row

    async def execute(self, query: str, *values: Any) -> str:
        """Run the named query; returns Postgres's status line such as "UPDATE 1"."""
        with timed(query):
            async with self.connection() as connection:
                return str(await connection.execute(query_text(query), *values))

    @contextlib.asynccontextmanager
    async def connection(self) -> AsyncIterator[Any]:
        """One connection, for transactions and migrations; waits for a free one up to the query limit."""
        try:
            async with self._pool.acquire(timeout=self._settings.query_timeout_s) as connection:
                yield connection
        except _AWAY as error:
            raise PostgresUnavailable(f"Postgres does not answer: {_said(error)}") from error
        except (asyncpg.InvalidPasswordError, asyncpg.InvalidCatalogNameError) as error:
            raise PostgresUnavailable(f"Postgres refuses the connection: {_said(error)}") from error

    async def ping(self) -> bool:
        """Whether Postgres answers now."""
        try:
            async with self.connection() as connection:
                return bool(await connection.fetchval("SELECT 1") == 1)
        except (PostgresError, asyncpg.PostgresError):
            return False

    async def version(self) -> str:
        """Version of the server, such as "18.6"."""
        async with self.connection() as connection:
            return str(await connection.fetchval("SHOW server_version")).split()[0]

    async def listen(self, channel: str, heard: Callable[[], None]) -> None:
        """Call `heard` at each NOTIFY on `channel`, and after each (re)connection, since some may have been
        missed. Runs until cancelled; while Postgres is away it tries again every second.
        """
        while True:
            with contextlib.suppress(*_AWAY, asyncpg.PostgresError):
                await self._listen_once(channel, heard)
            await asyncio.sleep(RECONNECT_S)

    async def close(self) -> None:
        """Close the pool: waits for running queries up to their limit, then cuts them."""
        try:
            async with asyncio.timeout(self._settings.query_timeout_s):
                await self._pool.close()
        except TimeoutError:
            self._pool.terminate()

    async def _listen_once(self, channel: str, heard: Callable[[], None]) -> None:
        connection = await asyncpg.connect(self._url, timeout=self._settings.connect_timeout_s)
        lost = asyncio.Event()
        connection.add_termination_listener(lambda _: lost.set())
        try:
            await connection.add_listener(channel, lambda *_: heard())
            heard()
            await lost.wait()
        finally:
            connection.terminate()


@functools.cache
def query_text(name: str) -> str:
    """The SQL of query `name`, read once."""
    return (QUERIES / f"{name}.sql").read_text(encoding="utf-8")


def _said(error: BaseException) -> str:
    return str(error).splitlines()[0] if str(error) else type(error).__name__
