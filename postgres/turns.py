"""One at a time among all nodes: a lock in Postgres that goes with its connection, however its holder ends."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress

import asyncpg

from postgres.errors import PostgresUnavailable
from postgres.pool import Postgres, query_text


@asynccontextmanager
async def taken(store: Postgres, analyst: str) -> AsyncIterator[bool]:
    """Whether no other statement of this analyst runs. Holds a connection while inside.

    Postgres away counts as yes: the rule of each process is left, and reading goes on (design promise 5).
    """
    is_his = True
    stack = AsyncExitStack()
    with suppress(PostgresUnavailable, asyncpg.PostgresError):
        connection = await stack.enter_async_context(store.connection())
        is_his = bool(await connection.fetchval(query_text("analyst_turn"), analyst))
    try:
        yield is_his
    finally:
        # Not by `async with`: what fails inside is no failure of Postgres. The pool frees the lock.
        with suppress(PostgresUnavailable, asyncpg.PostgresError):
            await stack.aclose()
