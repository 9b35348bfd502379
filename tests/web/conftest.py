"""A real server on a port of its own, with the real door, keys, cache and Postgres behind it."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import io
import json
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession, ClientTimeout

from cache.answers import open_answers
from cache.connection import connect
from cache.settings import RedisSettings
from clickhouse.client import ClickHouse
from clickhouse.reading import Reader
from clickhouse.settings import ClickHouseSettings
from ingest.disk import RealDisk
from ingest.door import open_door
from ingest.keys import open_keys
from ingest.receipts import ReceiptReader
from ingest.segments import Record, read_records
from ingest.settings import IngestSettings
from ingest.spool import OPEN_SUFFIX, SEALED_SUFFIX
from live.boards import Moment
from live.hub import open_hub
from live.settings import LiveSettings
from live.store import LiveStore
from postgres import servers
from postgres.pool import Postgres
from web.app import create_app
from web.endpoints import Endpoint
from web.server import open_server
from web.settings import WebSettings
from web.world import World

NO_CLICKHOUSE = "http://nobody:x@127.0.0.1:1"


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(frozen=True)
class Served:
    """One running server: its world, its port, a game server's key and an HTTP client for it."""

    world: World
    port: int
    server_id: str
    token: str
    client: ClientSession
    spool: Path

    async def post(
        self, body: bytes = b"type=match_start", path: str = "/api/v1/ingest/events", **options: Any
    ) -> Answer:
        """POST with the key, unless `headers` are given."""
        options.setdefault("headers", {"X-Server-Token": self.token})
        return await self.ask("POST", path, data=io.BytesIO(body), **options)

    async def get(self, path: str, **options: Any) -> Answer:
        """GET."""
        return await self.ask("GET", path, **options)

    async def ask(self, method: str, path: str, **options: Any) -> Answer:
        """Any request."""
        async with self.client.request(method, path, **options) as response:
            return Answer(response.status, response.headers, await response.read())

    async def raw(self, request: bytes) -> bytes:
        """Send bytes, then read until the server closes the connection."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        writer.write(request)
        answer = await reader.read()
        writer.close()
        return answer

    def stored(self) -> list[Record]:
        """Every report in the spool, in order."""
        while True:
            files = sorted(
                file for file in self.spool.iterdir() if file.suffix in {OPEN_SUFFIX, SEALED_SUFFIX}
            )
            # A segment that was sealed between the listing and the reading has another name.
            with contextlib.suppress(FileNotFoundError):
                found = [record for file in files for record in read_records(file.read_bytes())]
                return [record for record in found if isinstance(record, Record)]


Serve = Callable[..., AbstractAsyncContextManager[Served]]


@contextlib.asynccontextmanager
async def serving(
    postgres: Postgres,
    redis: str,
    folder: Path,
    more: Iterable[Endpoint] = (),
    *,
    ingest: IngestSettings | None = None,
    clickhouse: ClickHouse | None = None,
    reader_url: str = NO_CLICKHOUSE,
    database: str = "none",
    live: LiveSettings = LiveSettings(),  # noqa: B008 - frozen
    **settings: Any,
) -> AsyncIterator[Served]:
    """A server on a port of its own while inside; `settings` of web by name, `more` endpoints."""
    new = await servers.add(postgres, "test")
    web_settings = dataclasses.replace(WebSettings(), **settings)
    spool = folder / "spool" / "web"
    async with contextlib.AsyncExitStack() as stack:
        store = LiveStore(await stack.enter_async_context(connect(redis, RedisSettings())), live)
        keys = await stack.enter_async_context(open_keys(postgres))

        def moment() -> Moment:
            return Moment(datetime.now(UTC), keys.server_names(), live)

        world = World(
            clickhouse=clickhouse or await ClickHouse.connect(NO_CLICKHOUSE, "none", ClickHouseSettings()),
            reader=await stack.enter_async_context(Reader(reader_url, database, 8)),
            postgres=postgres,
            cache=await stack.enter_async_context(open_answers(redis, RedisSettings())),
            door=await stack.enter_async_context(open_door(ingest or IngestSettings(), spool)),
            keys=keys,
            receipts=ReceiptReader(RealDisk(), folder),
            live=store,
            hub=await stack.enter_async_context(open_hub(redis, store, moment, live)),
            settings=web_settings,
            version="0.0",
            started_at=datetime.now(UTC),
        )
        await world.keys.refresh()
        app = create_app(world, [more])
        port = await stack.enter_async_context(open_server(app, web_settings, "127.0.0.1", 0))
        client = await stack.enter_async_context(
            ClientSession(f"http://127.0.0.1:{port}", timeout=ClientTimeout(total=30), auto_decompress=False)
        )
        yield Served(world, port, new.server_id, new.token, client, spool)


@pytest.fixture
def serve(postgres: Postgres, redis: str, tmp_path: Path) -> Serve:
    """`async with serve(read_timeout_s=0.2) as served`: see `serving`."""
    return partial(serving, postgres, redis, tmp_path)


@pytest.fixture
async def served(serve: Serve) -> AsyncIterator[Served]:
    """A server with the default settings."""
    async with serve() as served:
        yield served
