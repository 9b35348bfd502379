"""Stores one chunk of rows, whatever ClickHouse says: again when it is away, in halves when it refuses.

A refused chunk is halved until the bad rows are alone. Each part has its own deduplication token, and a part
that was halved must never be tried whole again, or its rows would be stored under two tokens: so the halving
is written down before the halves are tried, and a restart follows the same path.

Rows are not called bad because the store is ill: while the table is another one than they are made for, they wait; and
once many rows in a row were refused one by one, each further one is tried again after a minute.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any, Final

import structlog

from clickhouse.client import ClickHouse
from clickhouse.errors import ClickHouseError, ClickHouseRefused
from ingest import metrics
from ingest.batches import Chunk, quarantined_row
from ingest.disk import Disk
from ingest.quarantine import Quarantined
from schema.columns import COLUMNS, NAMES, Row

RETRY_FIRST_S: Final = 0.1
RETRY_MAX_S: Final = 5.0
DOUBTFUL_ROWS: Final = 20
"""So many rows refused one by one with nothing stored between them are more likely the store's fault than theirs."""
DOUBT_WAIT_S: Final = 60.0

_TURNED_AT_ONCE: Final = 128

Sleep = Callable[[float], Awaitable[None]]

_log = structlog.get_logger(__name__)


class Inserter:
    """Inserts chunks into `raw_events`, exactly once."""

    def __init__(
        self, clickhouse: ClickHouse, disk: Disk, folder: Path, sleep: Sleep = asyncio.sleep
    ) -> None:
        self._clickhouse, self._disk, self._folder, self._sleep = clickhouse, disk, folder, sleep
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._refused_in_a_row = 0
        self._encoded: dict[str, Sequence[Sequence[Any]]] = {}

    def encode(self, chunk: Chunk) -> None:
        """Encode a chunk before its turn to be stored. In a thread, while ClickHouse is busy with the chunk before it."""
        self._encoded[chunk.token] = self._clickhouse.encoded("raw_events", NAMES, columns_of(chunk.rows))

    async def store(self, chunk: Chunk) -> list[Quarantined]:
        """Store a chunk; returns the rows that ClickHouse refuses one by one. Waits as long as it is away."""
        halved = Halvings(self._disk, self._folder / chunk.token.replace("/", "-"))
        refused: list[Quarantined] = []
        parts = [(0, len(chunk.rows))]
        while parts:
            low, high = parts.pop()
            if (low, high) in halved:
                detail: str | None = halved.detail(low, high)
            else:
                detail = await self._store_part(chunk, low, high)
                if detail is not None:
                    halved.add(low, high, detail)
            if detail is None:
                continue
            if high - low == 1:
                refused.append(quarantined_row(chunk.rows[low], chunk.token, detail))
                continue
            middle = (low + high) // 2
            parts += [(middle, high), (low, middle)]
        return refused

    def forget(self, chunk: Chunk) -> None:
        """Drop what was written down about halving a chunk: its segment is applied."""
        self._encoded.pop(chunk.token, None)
        self._disk.remove(self._folder / chunk.token.replace("/", "-"))

    async def _store_part(self, chunk: Chunk, low: int, high: int) -> str | None:
        """Insert rows [low, high); None when stored, else why ClickHouse refuses them."""
        whole = (low, high) == (0, len(chunk.rows))
        token = chunk.token if whole else f"{chunk.token}:{low}-{high}"
        encoded = self._encoded.pop(chunk.token, None) if whole else None
        columns = encoded or columns_of(chunk.rows[low:high])
        wait_s = RETRY_FIRST_S
        is_doubtful = high - low == 1 and self._refused_in_a_row >= DOUBTFUL_ROWS
        while True:
            try:
                await self._insert(columns, token, high - low)
                self._refused_in_a_row = 0
                return None
            except ClickHouseRefused as error:
                if await self._has_rows(chunk, low, high):
                    # In the raw table but not in every view: halving would store the rows twice.
                    _log.error("insert_half_done", token=token, code=error.code, error=str(error))
                elif not await self._is_our_table():
                    _log.error("insert_waits_for_schema", token=token, code=error.code, error=str(error))
                elif is_doubtful:
                    _log.error(
                        "insert_doubted", token=token, code=error.code, error=str(error), wait_s=DOUBT_WAIT_S
                    )
                    is_doubtful, wait_s = False, DOUBT_WAIT_S
                else:
                    self._refused_in_a_row += high - low == 1
                    return str(error)
                metrics.INSERT_RETRIES.labels(str(error.code or 0)).inc()
            except ClickHouseError as error:
                metrics.INSERT_RETRIES.labels(str(error.code or 0)).inc()
                _log.warning("insert_retried", token=token, code=error.code, error=str(error), wait_s=wait_s)
            # Full jitter, so that many nodes do not come back in step.
            await self._sleep(wait_s * (0.5 + random.random() / 2))
            wait_s = min(RETRY_MAX_S, wait_s * 2)

    async def _insert(self, columns: Sequence[Sequence[object]], token: str, rows: int) -> None:
        started = time.perf_counter()
        await self._clickhouse.insert("raw_events", NAMES, columns, token=token)
        metrics.INSERT_SECONDS.observe(time.perf_counter() - started)
        metrics.BATCH_ROWS.observe(rows)
        metrics.BATCHES_INSERTED.inc()

    async def _has_rows(self, chunk: Chunk, low: int, high: int) -> bool:
        """Whether raw_events holds any of these rows. If it cannot be asked: yes, the careful answer."""
        parameters = {"batch_id": chunk.token, "low": low, "high": high}
        try:
            found = await self._clickhouse.rows("batch_rows_stored", parameters)
        except ClickHouseError:
            return True
        return bool(found[0]["stored"])

    async def _is_our_table(self) -> bool:
        """Whether raw_events is the table that rows are made for. If it cannot be asked: no, the careful answer."""
        try:
            found = {row["name"]: row["type"] for row in await self._clickhouse.rows("raw_columns")}
        except ClickHouseError:
            return False
        return all(found.get(column.name) == column.type for column in COLUMNS)


def columns_of(rows: Sequence[Row]) -> list[list[Any]]:
    """Rows turned into columns. A few hundred at a time: all at once, each column would walk through the memory of every row."""
    columns: list[list[Any]] = [[] for _ in COLUMNS]
    for start in range(0, len(rows), _TURNED_AT_ONCE):
        for column, part in zip(
            columns, zip(*rows[start : start + _TURNED_AT_ONCE], strict=True), strict=True
        ):
            column.extend(part)
    return columns


class Halvings:
    """The parts of a chunk that ClickHouse refused whole, on disk before their halves are tried."""

    def __init__(self, disk: Disk, path: Path) -> None:
        self._disk, self._path = disk, path
        self._details: dict[tuple[int, int], str] = {}
        if disk.size(path):
            for line in disk.read(path).decode().splitlines():
                low, high, detail = line.split(" ", 2)
                self._details[int(low), int(high)] = detail

    def __contains__(self, part: tuple[int, int]) -> bool:
        return part in self._details

    def detail(self, low: int, high: int) -> str:
        """Why the part was refused."""
        return self._details[low, high]

    def add(self, low: int, high: int, detail: str) -> None:
        """Write down that rows [low, high) were refused."""
        self._details[low, high] = " ".join(detail.split())
        lines = [f"{part[0]} {part[1]} {why}\n" for part, why in self._details.items()]
        self._disk.replace(self._path, "".join(lines).encode())
