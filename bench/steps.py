"""CPU microseconds per event of each step behind HTTP, one step at a time, by the size of a segment.

The same segments as the writer gets them, from single posts and from 20-event arrays; the insert with and without views
is CPU time of the engine's process. Nothing runs beside it, so the sum is what the steps cost, not what two cores
make of them; `ingest` gives the figures of the whole under load.
"""

from __future__ import annotations

import asyncio
import functools
import gc
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final, TypeVar

import psutil

from bench import payload
from clickhouse.client import ClickHouse
from clickhouse.engine import engine_url
from clickhouse.migrate import migrate
from clickhouse.settings import ClickHouseSettings
from ingest.backlog import Segment
from ingest.batches import Assembler, decode_segment
from ingest.context import Context
from ingest.decode import Decoder
from ingest.duplicates import DuplicateWindow, Generation
from ingest.formats import count_events
from ingest.segments import PREAMBLE, encode_record
from ingest.spool import SegmentName
from live.deltas import batch_delta, live_rows, servers_heard
from live.settings import LiveSettings
from schema.columns import NAMES, Row

SIZES: Final = (500, 5000, 20_000, 50_000)
# Segments of each size until so many events: the engine's CPU time comes in ticks of 10 ms.
EVENTS_MIN: Final = 20_000
SHAPES: Final = ("single", "array20")
WINDOW_MS: Final = 600_000
_T = TypeVar("_T")


def run(seconds: float = 0.0, rounds: int = 3) -> dict[str, Any]:  # noqa: ARG001 - every measurement takes both
    """Means by shape and segment size, each of 20,000 events and `rounds` segments at least."""
    with tempfile.TemporaryDirectory(prefix="statline-bench-") as folder:
        command = [str(Path(sys.executable).parent / "statline"), "engine", "--data-dir", folder]
        engine = subprocess.Popen(command, stderr=subprocess.DEVNULL)
        try:
            while (url := engine_url(Path(folder))) is None:
                time.sleep(0.05)
            found = asyncio.run(_measure(url, psutil.Process(engine.pid), rounds))
        finally:
            engine.terminate()
            engine.wait(20)
    return {"cpu_us_per_event": found}


async def _measure(url: str, engine: psutil.Process, rounds: int) -> dict[str, dict[str, float]]:
    settings = ClickHouseSettings(database="bench")
    store = await ClickHouse.connect(url, settings.database, settings)
    await migrate(store, settings)
    await store.command("CREATE TABLE raw_alone AS raw_events")
    found: dict[str, dict[str, float]] = {}
    for shape in SHAPES:
        for size in SIZES:
            segments = max(rounds, EVENTS_MIN // size)
            runs = [await _steps(store, engine, shape, size) for _ in range(1 + segments)][1:]
            name = f"{shape}, {size} events a segment"
            found[name] = {step: statistics.mean(run_[step] for run_ in runs) for step in runs[0]}
            print(
                f"  {name}: " + ", ".join(f"{step} {us:.2f}" for step, us in found[name].items()), flush=True
            )
    await store.close()
    return found


async def _steps(store: ClickHouse, engine: psutil.Process, shape: str, size: int) -> dict[str, float]:
    spent: dict[str, float] = {}
    bodies = _bodies(shape, size)
    now_ms = int(time.time() * 1000)

    def timed(step: str, work: Callable[[], _T]) -> _T:
        gc.disable()  # as the writer does
        started = time.process_time()
        result = work()
        spent[step] = spent.get(step, 0.0) + time.process_time() - started
        gc.enable()
        return result

    counts = timed("count", lambda: [count_events(body) for body in bodies])
    records = timed(
        "spool",
        lambda: [encode_record("bench", now_ms, n, "", body) for n, body in zip(counts, bodies, strict=True)],
    )
    name = SegmentName(1, next(_segment_numbers), size)
    segment = Segment(Path("bench"), name, f"bench-{name.key}")
    data = PREAMBLE + b"".join(records)
    decoded = timed("decode", lambda: decode_segment(segment, data, _decoder))
    hashes = [h for report in decoded.reports for h in report.hashes]
    window = _used_window()
    timed("duplicates", lambda: window.seen(hashes, [now_ms] * len(hashes)))
    assembler = Assembler(window, Context())
    batch = timed("duplicates and context", lambda: assembler.assemble(decoded, {}))
    for chunk in batch.chunks:
        columns = timed("columns", lambda rows=chunk.rows: list(zip(*rows, strict=True)))  # type: ignore[misc]
        await _insert(store, engine, spent, chunk.token, columns)
        timed("live", lambda token=chunk.token, rows=chunk.rows: _changes(token, rows))  # type: ignore[misc]
    return {step: seconds / size * 1e6 for step, seconds in spent.items()}


def _changes(token: str, rows: Sequence[Row]) -> None:
    """What a stored batch changes on live boards, as the writer works it out."""
    live = LiveSettings()
    batch_delta(token, live_rows(rows, live.history_s * 1000), servers_heard(rows), feed_max=live.feed_max)


async def _insert(
    store: ClickHouse,
    engine: psutil.Process,
    spent: dict[str, float],
    token: str,
    columns: list[tuple[Any, ...]],
) -> None:
    used: dict[str, float] = {}
    for table in ("raw_alone", "raw_events"):
        before, engine_before = time.process_time(), _cpu_s(engine)
        await store.insert(table, NAMES, columns, token=f"{table}-{token}")
        spent["encode and send"] = spent.get("encode and send", 0.0) + (time.process_time() - before) / 2
        used[table] = _cpu_s(engine) - engine_before
    spent["insert"] = spent.get("insert", 0.0) + used["raw_alone"]
    spent["views"] = spent.get("views", 0.0) + used["raw_events"] - used["raw_alone"]


def _cpu_s(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)


def _bodies(shape: str, size: int) -> list[bytes]:
    make, _, events_each = payload.SHAPES[shape]
    number = next(_segment_numbers) * 1_000_000
    return [
        body.replace(payload.MARKER, f"{number + position}.000").encode()
        for position, body in enumerate(make(max(1, size // events_each)))
    ]


@functools.cache
def _used_window() -> DuplicateWindow:
    """A window with ten minutes of 10,000 events/s would hold six million; a tenth of that is in it here."""
    window = DuplicateWindow(WINDOW_MS, 30_000_000)
    now_ms = int(time.time() * 1000)
    for part in range(6):
        hashes = [hash((part, n)) & 0xFFFF_FFFF_FFFF_FFFF for n in range(100_000)]
        window.add(Generation.of(hashes, [now_ms] * len(hashes)))
    return window


_decoder = Decoder()
_segment_numbers = iter(range(1, 1_000_000))
