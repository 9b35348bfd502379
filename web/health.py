"""Is the process alive, does it accept reports durably, and what has it counted."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Final

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, generate_latest
from prometheus_client.registry import Collector

from ingest.node_metrics import NodeMetrics
from schema.answers.health import Health, Readiness
from web import metrics
from web.endpoints import Endpoints
from web.memory import memory
from web.responses import json_response
from web.world import WORLD, World

NO_STORE: Final = {"Cache-Control": "no-store"}

endpoints = Endpoints("operation")


class StoreChecks:
    """Whether each store answers; asked at most once per `check_timeout_s`, however many probes there are."""

    def __init__(self, world: World) -> None:
        self._pings: dict[str, Callable[[], Awaitable[bool]]] = {
            "postgres": world.postgres.ping,
            "clickhouse": world.clickhouse.ping,
            "redis": world.cache.ping,
        }
        self._limit_s = world.settings.check_timeout_s
        self._asking = asyncio.Lock()
        self._asked_at = float("-inf")
        self._last: Mapping[str, bool] = {}

    async def results(self) -> Mapping[str, bool]:
        """Store -> whether it answered within the limit."""
        async with self._asking:
            if time.monotonic() - self._asked_at >= self._limit_s:
                answers = await asyncio.gather(*(self._answers(ping) for ping in self._pings.values()))
                self._last = dict(zip(self._pings, answers, strict=True))
                self._asked_at = time.monotonic()
            return self._last

    async def _answers(self, ping: Callable[[], Awaitable[bool]]) -> bool:
        try:
            async with asyncio.timeout(self._limit_s):
                return await ping()
        except TimeoutError:
            return False


CHECKS: Final = web.AppKey("CHECKS", StoreChecks)


@endpoints.get("/health", answers=Health, limited=False)
async def health(request: web.Request) -> web.Response:
    """200 while the process answers at all; asks no store."""
    world = request.app[WORLD]
    now = datetime.now(UTC)
    body = Health(status="ok", timestamp=now, version=world.version, started_at=world.started_at)
    return json_response(body, headers=NO_STORE)


@endpoints.get("/ready", answers={200: Readiness, 503: Readiness}, limited=False)
async def ready(request: web.Request) -> web.Response:
    """Whether reports are accepted durably; 503 when not.

    That needs the spool and the server keys, not the stores: with ClickHouse or Redis away ingest goes on
    (design promise 5), and a load balancer that took the node out would lose events. `checks` tells of each store.
    """
    world = request.app[WORLD]
    is_ready = world.door.ready() and world.keys.loaded
    metrics.READY.set(is_ready)
    checks = await request.app[CHECKS].results()
    body = Readiness(ready=is_ready, checks=dict(checks), queue_depth=world.door.pending_events())
    return json_response(body, status=200 if is_ready else 503, headers=NO_STORE)


@endpoints.get("/metrics", answers=None, media="text/plain", limited=False)
async def prometheus(request: web.Request) -> web.Response:
    """The counts of every role of this node, as Prometheus text."""
    # Reading every process's files takes milliseconds: not on the loop that acknowledges reports.
    text = await asyncio.to_thread(exposition, request.app[WORLD].collectors)
    return web.Response(body=text, headers={"Content-Type": CONTENT_TYPE_LATEST, **NO_STORE})


def exposition(collectors: Sequence[Collector] = ()) -> bytes:
    """The metrics of all roles (multi-process mode), or of this process where that is off, and the collectors'."""
    found = memory()
    if found is not None:
        metrics.MEMORY_USED.set(found.used_bytes)
        metrics.MEMORY_LIMIT.set(found.limit_bytes)
    if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
        return generate_latest(REGISTRY) + _collected(collectors)
    return _collected([NodeMetrics(), *collectors])


def _collected(collectors: Sequence[Collector]) -> bytes:
    registry = CollectorRegistry()
    for collector in collectors:
        registry.register(collector)
    return generate_latest(registry)
