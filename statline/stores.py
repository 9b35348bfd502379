"""Where each store is: its URL setting, or the embedded one of the data folder."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator

from cache.embedded import EmbeddedValkey
from postgres.embedded import EmbeddedPostgres
from postgres.pool import Postgres
from statline.errors import CommandFailed
from statline.settings import Settings


def embedded_postgres(settings: Settings) -> EmbeddedPostgres | None:
    """The embedded Postgres, None when `postgres.url` names another."""
    if settings.postgres.url:
        return None
    timeout_s = settings.postgres.embedded_start_timeout_s
    return EmbeddedPostgres(settings.statline.data_dir, start_timeout_s=timeout_s)


def embedded_valkey(settings: Settings) -> EmbeddedValkey | None:
    """The embedded Valkey, None when `redis.url` names another."""
    if settings.redis.url:
        return None
    return EmbeddedValkey(
        settings.statline.data_dir,
        memory_max_mib=settings.redis.embedded_memory_max_mib,
        start_timeout_s=settings.redis.embedded_start_timeout_s,
    )


def postgres_url(settings: Settings) -> str:
    """Address of Postgres."""
    server = embedded_postgres(settings)
    return settings.postgres.url if server is None else server.url()


def redis_url(settings: Settings) -> str:
    """Address of Redis."""
    server = embedded_valkey(settings)
    return settings.redis.url if server is None else server.url()


def clickhouse_url(settings: Settings) -> str:
    """Address of ClickHouse; the embedded engine's is known once it ran, and stays the same through restarts.

    Raises CommandFailed when it is embedded and was never started.
    """
    if settings.clickhouse.url:
        return settings.clickhouse.url
    from clickhouse.engine.credentials import engine_url, last_address

    data_dir = settings.statline.data_dir.resolve()
    url = engine_url(data_dir)
    if url is not None:
        return url
    last = last_address(data_dir, settings.clickhouse.engine_port)
    if last.port:
        return last.url
    raise CommandFailed(
        f"no embedded ClickHouse ran on {settings.statline.data_dir} yet: "
        "start `statline serve` or `statline engine`, or set clickhouse.url"
    )


@contextlib.asynccontextmanager
async def opened_postgres(settings: Settings) -> AsyncIterator[Postgres]:
    """Postgres for one command: the embedded one is started if it does not run, and left as it was found."""
    server = embedded_postgres(settings)
    if server is not None:
        server.start()
    try:
        store = await Postgres.connect(postgres_url(settings), settings.postgres)
        try:
            yield store
        finally:
            await store.close()
    finally:
        if server is not None:
            server.stop()
