"""Analysts from the registry to where they log in: the embedded engine's file, or users of the ClickHouse server."""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import os
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Final

import asyncpg
import structlog

from clickhouse.engine.analysts import Analyst as Reader
from clickhouse.engine.analysts import publish_analysts
from clickhouse.engine.credentials import engine_folder
from postgres import analysts
from postgres.errors import PostgresError
from postgres.pool import Postgres
from statline.settings import Settings
from statline.stores import postgres_url

REFRESH_S: Final = 60.0
"""How often the registry is read when nothing is heard."""

_log = structlog.get_logger("statline")


async def publish(store: Postgres, data_dir: Path) -> bool:
    """Tell the embedded engine of this data folder who may read now; True if that is news."""
    async with _turn(data_dir):
        readers = [
            Reader(
                name=analyst.name,
                password_hash=analyst.password_hash,
                query_time_max_s=analyst.limits.query_time_max_s,
                query_memory_max_bytes=analyst.limits.query_memory_max_bytes,
                result_rows_max=analyst.limits.result_rows_max,
                queries_max=analyst.limits.queries_max,
            )
            for analyst in await analysts.active(store)
        ]
        return publish_analysts(data_dir, readers)


async def follow(settings: Settings, data_dir: Path) -> None:
    """Publish at each change of the registry, whoever made it, on whichever node. Runs until cancelled.

    While Postgres is away those stay in who were in.
    """
    store = await Postgres.connect(postgres_url(settings), settings.postgres)
    changed = asyncio.Event()
    hearing = asyncio.create_task(store.listen(analysts.CHANNEL, changed.set))
    try:
        while True:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(changed.wait(), REFRESH_S)
            changed.clear()
            # The table does not exist before the first migration.
            with contextlib.suppress(PostgresError, asyncpg.PostgresError):
                if await publish(store, data_dir):
                    _log.info("analysts changed")
    finally:
        hearing.cancel()
        await asyncio.gather(hearing, return_exceptions=True)
        await store.close()


@contextlib.asynccontextmanager
async def _turn(data_dir: Path) -> AsyncIterator[None]:
    """Reading the registry and writing the file are one step: who read earlier must not write later."""
    folder = engine_folder(data_dir)
    folder.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(folder / "analysts.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        await asyncio.to_thread(fcntl.flock, descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)
