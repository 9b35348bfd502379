from __future__ import annotations

import asyncio
import contextlib
import os
import sys
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

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
from ingest.settings import IngestSettings
from live.boards import Moment
from live.hub import open_hub
from live.settings import LiveSettings
from live.store import LiveStore
from postgres.pool import Postgres
from postgres.settings import PostgresSettings
from tests.web.conftest import NO_CLICKHOUSE, Serve, Served
from web.app import create_app
from web.health import StoreChecks
from web.server import open_server
from web.settings import WebSettings
from web.world import World


async def test_health_asks_no_store(served: Served) -> None:
    answer = await served.get("/health")
    body = answer.json

    assert (answer.status, body["status"]) == (200, "ok")
    assert datetime.fromisoformat(body["timestamp"]).tzinfo is not None


async def test_ready_tells_of_each_store(serve: Serve, clickhouse: ClickHouse) -> None:
    async with serve(clickhouse=clickhouse) as served:
        answer = await served.get("/ready")

        assert answer.status == 200
        assert answer.json == {
            "ready": True,
            "checks": {"postgres": True, "clickhouse": True, "redis": True},
            "queueDepth": 0,
        }


async def test_without_clickhouse_the_node_is_ready_because_it_still_accepts(served: Served) -> None:
    await served.post(b"type=a\ntype=b")

    answer = await served.get("/ready")

    assert answer.status == 200
    body = answer.json
    assert (body["ready"], body["checks"]["clickhouse"], body["queueDepth"]) == (True, False, 2)


@contextlib.asynccontextmanager
async def nothing_there(folder: Path) -> AsyncIterator[World]:
    """A world whose stores are all away from the start."""
    store = await Postgres.connect("postgresql://nobody@127.0.0.1:1/nothing", PostgresSettings())
    async with (
        open_answers("redis://127.0.0.1:1/0", RedisSettings()) as cache,
        connect("redis://127.0.0.1:1/0", RedisSettings()) as redis,
        open_door(IngestSettings(), folder) as door,
        open_keys(store) as keys,
        open_hub(
            "redis://127.0.0.1:1/0",
            LiveStore(redis, LiveSettings()),
            lambda: Moment(datetime.now(UTC), {}, LiveSettings()),
            LiveSettings(),
        ) as hub,
    ):
        clickhouse = await ClickHouse.connect(NO_CLICKHOUSE, "none", ClickHouseSettings())
        receipts = ReceiptReader(RealDisk(), folder.parent)
        now = datetime.now().astimezone()
        yield World(
            clickhouse,
            Reader(NO_CLICKHOUSE, "none", 1),
            store,
            cache,
            door,
            keys,
            receipts,
            LiveStore(redis, LiveSettings()),
            hub,
            WebSettings(),
            "0.0",
            now,
        )
    await store.close()


async def test_before_the_keys_were_ever_read_reports_are_503_and_never_401(tmp_path: Path) -> None:
    async with (
        nothing_there(tmp_path) as world,
        open_server(create_app(world), world.settings, "127.0.0.1", 0) as port,
    ):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(
            b"POST /api/v1/ingest/events HTTP/1.1\r\nHost: x\r\nX-Server-Token: t\r\nContent-Length: 0\r\n\r\n"
        )
        head = await reader.readuntil(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 503 ")
        assert b"Retry-After: " in head
        writer.write(b"GET /ready HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        assert (
            b'"ready":false,"checks":{"postgres":false,"clickhouse":false,"redis":false}'
            in await reader.read()
        )
        writer.close()


async def test_probes_do_not_hammer_the_stores(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = 0
    ping = served.world.postgres.ping

    async def counted() -> bool:
        nonlocal asked
        asked += 1
        return await ping()

    monkeypatch.setattr(served.world.postgres, "ping", counted)
    checks = StoreChecks(served.world)
    await asyncio.gather(*(checks.results() for _ in range(50)))

    assert asked == 1


async def test_metrics_are_prometheus_text(served: Served) -> None:
    await served.post()
    answer = await served.get("/metrics")
    text = answer.text

    assert answer.status == 200
    assert answer.headers["Content-Type"].startswith("text/plain")
    for name in (
        "statline_http_requests_total",
        "statline_http_request_duration_seconds_bucket",
        "statline_ingest_events_received_total",
        "statline_ingest_queue_events",
        "statline_cache_answers_total",
        "statline_ready",
    ):
        assert name in text


async def test_metrics_add_up_the_counts_of_every_role(tmp_path: Path) -> None:
    environment = {**os.environ, "PROMETHEUS_MULTIPROC_DIR": str(tmp_path)}
    count = "from web.metrics import count_request; count_request('/x', 'GET', 200, 0.1)"
    show = count + "; from web.health import exposition; print(exposition().decode())"

    text = b""
    for program in (count, show):
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-c", program, env=environment, stdout=asyncio.subprocess.PIPE
        )
        text, _ = await process.communicate()

    assert b'statline_http_requests_total{endpoint="/x",method="GET",status="200"} 2.0' in text
