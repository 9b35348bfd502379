"""The wiring of the web role: every store and service, built in the data's order inside one exit stack.

Nothing here waits for a store: each connects by itself and again after every loss, so the web role comes up,
answers /health and says in /ready what it lacks (design promise 5).
"""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from cache.answers import open_answers
from cache.connection import connect
from clickhouse.client import ClickHouse
from clickhouse.reading import Reader
from ingest.conservation import LedgerCollector
from ingest.disk import RealDisk
from ingest.door import open_door
from ingest.keys import open_keys
from ingest.receipts import ReceiptReader
from live.boards import Moment
from live.hub import open_hub
from live.store import LiveStore
from postgres.pool import Postgres
from statline.settings import Settings
from statline.stores import clickhouse_url, postgres_url, redis_url
from web.world import World


@contextlib.asynccontextmanager
async def open_world(settings: Settings, data_dir: Path, role: str) -> AsyncIterator[World]:
    """What the web process `role` needs: its spool folder has that name, and the writer reads every folder beside it.

    Leaving seals the spool and closes the stores, in this order.
    """
    async with contextlib.AsyncExitStack() as stack:
        facts = ClickHouse(clickhouse_url(settings), settings.clickhouse.database, settings.clickhouse)
        stack.push_async_callback(facts.close)
        reader = await stack.enter_async_context(
            Reader(
                clickhouse_url(settings), settings.clickhouse.database, settings.clickhouse.connections_max
            )
        )
        people = await Postgres.connect(postgres_url(settings), settings.postgres)
        stack.push_async_callback(people.close)
        cache = await stack.enter_async_context(open_answers(redis_url(settings), settings.redis))
        live = LiveStore(
            await stack.enter_async_context(connect(redis_url(settings), settings.redis)), settings.live
        )
        keys = await stack.enter_async_context(open_keys(people))
        hub = await stack.enter_async_context(
            open_hub(
                redis_url(settings),
                live,
                lambda: Moment(datetime.now(UTC), keys.server_names(), settings.live),
                settings.live,
            )
        )
        door = await stack.enter_async_context(open_door(settings.ingest, data_dir / "spool" / role))
        yield World(
            clickhouse=facts, reader=reader, postgres=people, cache=cache, door=door, keys=keys,
            receipts=ReceiptReader(RealDisk(), data_dir), live=live, hub=hub,
            settings=settings.web, version=version("statline"), started_at=datetime.now(UTC),
            collectors=(LedgerCollector(data_dir),),
        )  # fmt: skip
