"""S5, the limit: the engine alone, the same rows prepared, 20,000 an insert, with and without the views."""

from __future__ import annotations

import asyncio
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, Final

from bench import payload
from clickhouse.client import ClickHouse
from clickhouse.engine import engine_url
from clickhouse.migrate import migrate
from clickhouse.settings import ClickHouseSettings
from ingest.context import Context
from ingest.decode import Decoder
from ingest.enrich import Enricher
from ingest.formats import split_report
from schema.columns import INDEX, NAMES

ROWS: Final = 20_000


def run(inserts: int = 20, rounds: int = 3) -> dict[str, Any]:
    """Rows a second into raw_events with all views, and into raw_events alone, in turns."""
    with tempfile.TemporaryDirectory(prefix="statline-bench-") as folder:
        command = [str(Path(sys.executable).parent / "statline"), "engine", "--data-dir", folder]
        engine = subprocess.Popen(command, stderr=subprocess.DEVNULL)
        try:
            while (url := engine_url(Path(folder))) is None:
                time.sleep(0.05)
            return asyncio.run(_measure(url, inserts, rounds))
        finally:
            engine.terminate()
            engine.wait(20)


async def _measure(url: str, inserts: int, rounds: int) -> dict[str, Any]:
    settings = ClickHouseSettings(database="bench")
    clickhouse = await ClickHouse.connect(url, settings.database, settings)
    await migrate(clickhouse, settings)
    await clickhouse.command("CREATE TABLE raw_alone AS raw_events")
    columns = _columns()
    rates: dict[str, list[float]] = {"raw_events": [], "raw_alone": []}
    for number in range(rounds):
        for table, measured in rates.items():
            started = time.perf_counter()
            for insert in range(inserts):
                await clickhouse.insert(table, NAMES, columns, token=f"{table}-{number}-{insert}")
            measured.append(ROWS * inserts / (time.perf_counter() - started))
    await clickhouse.close()
    return {
        "with_views_rows_per_s": statistics.median(rates["raw_events"]),
        "without_views_rows_per_s": statistics.median(rates["raw_alone"]),
        "runs": rates,
    }


def _columns() -> list[tuple[Any, ...]]:
    decoder, rows = Decoder(), []
    for number, event in enumerate(payload.events(ROWS)):
        line = payload.url_line(event).replace(payload.MARKER, f"{1000 + number}.000")
        rows.append(decoder.decode(split_report(line.encode()).events[0]))
    Enricher(Context()).fill(rows, "bench", int(time.time() * 1000))
    for position, row in enumerate(rows):
        row[INDEX["batch_id"]], row[INDEX["batch_row"]] = "bench", position
    return list(zip(*rows, strict=True))
