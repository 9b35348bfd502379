"""Everything a request may need, in one value made at start (`statline/roles.py`) and never changed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from aiohttp import web
from prometheus_client.registry import Collector

from cache.answers import AnswerCache
from clickhouse.client import ClickHouse
from clickhouse.reading import Reader
from ingest.door import Door
from ingest.keys import ServerKeys
from ingest.receipts import ReceiptReader
from live.hub import Hub
from live.store import LiveStore
from postgres.pool import Postgres
from web.settings import WebSettings


@dataclass(frozen=True)
class World:
    """The stores, the door and the settings of one web process."""

    clickhouse: ClickHouse
    reader: Reader
    postgres: Postgres
    cache: AnswerCache
    door: Door
    keys: ServerKeys
    receipts: ReceiptReader
    live: LiveStore
    hub: Hub
    settings: WebSettings
    version: str
    started_at: datetime
    collectors: tuple[Collector, ...] = ()
    """What /metrics shows besides the counters: read when it is asked."""


WORLD: Final = web.AppKey("WORLD", World)
"""`request.app[WORLD]` in every handler."""
