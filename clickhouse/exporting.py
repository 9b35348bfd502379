"""Tables for analysts, as record batches: one statement, read as it streams, however long it is.

ClickHouse sends Arrow; a pipe carries it to the thread that reads it, so that no more than a few pieces are in memory.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections.abc import AsyncIterator, Callable
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import pyarrow as pa

from clickhouse.reading import Login, Reader

EXPORTS: Final = Path(__file__).parent / "exports"
SETTINGS: Final = {
    "readonly": "1",
    "max_execution_time": "3600",
    "output_format_arrow_compression_method": "none",
    "max_block_size": "65536",
}


def subjects() -> list[str]:
    """What can be exported: the names of clickhouse/exports/*.sql."""
    return sorted(path.stem for path in EXPORTS.glob("*.sql"))


def export_text(subject: str) -> str:
    """The SQL of one subject."""
    return (EXPORTS / f"{subject}.sql").read_text(encoding="utf-8")


def time_range(game: str, since: datetime, until: datetime) -> dict[str, str]:
    """The parameters of every export; times are aware."""
    return {
        "game": game,
        "from_time": f"{since.timestamp():.3f}",
        "to_time": f"{until.timestamp():.3f}",
    }


async def export_rows(reader: Reader, login: Login, subject: str, parameters: dict[str, str]) -> int:
    """How many rows an export will have."""
    sql = f"SELECT count() FROM ({export_text(subject)})"  # noqa: S608 - both are our own texts
    async with reader.read(login, sql, "TSV", parameters, SETTINGS) as answer:
        return int(b"".join([piece async for piece in answer.pieces]) or 0)


async def export(
    reader: Reader,
    login: Login,
    subject: str,
    parameters: dict[str, str],
    take: Callable[[pa.RecordBatch], None],
) -> int:
    """Give every record batch of the export to `take`, in a thread; how many rows there were.

    Raises StatementRefused, ClickHouseUnavailable, and what `take` raises; then `take` has seen a part only.
    """
    readable, writable = os.pipe()
    async with reader.read(login, export_text(subject), "ArrowStream", parameters, SETTINGS) as answer:
        consuming = asyncio.create_task(asyncio.to_thread(_consume, readable, take))
        try:
            await _fill(writable, answer.pieces)
        except BrokenPipeError:
            pass  # the consumer failed: its own error says why
        except BaseException:
            with contextlib.suppress(pa.ArrowInvalid, OSError):
                await consuming  # it sees the end of the pipe
            raise
        return await consuming


async def _fill(writable: int, pieces: AsyncIterator[bytes]) -> None:
    try:
        async for piece in pieces:
            await asyncio.to_thread(_write_all, writable, piece)
    finally:
        os.close(writable)


def _write_all(descriptor: int, piece: bytes) -> None:
    rest = memoryview(piece)
    while rest:
        rest = rest[os.write(descriptor, rest) :]


def _consume(readable: int, take: Callable[[Any], None]) -> int:
    rows = 0
    with os.fdopen(readable, "rb", buffering=1 << 20) as source, pa.ipc.open_stream(source) as batches:
        for batch in batches:
            take(batch)
            rows += batch.num_rows
    return rows
