"""What the ClickHouse client counts. `call` is the name of a query file, or insert, command, text: bounded."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from typing import Final

from prometheus_client import Counter, Histogram

from clickhouse.errors import ClickHouseError

CALL_SECONDS: Final = Histogram(
    "statline_clickhouse_call_seconds",
    "Time of one call to ClickHouse, failed ones included",
    ["call"],
    buckets=(0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60),
)
CALL_ERRORS: Final = Counter(
    "statline_clickhouse_errors_total",
    "Calls to ClickHouse that failed, by its error code (0 = no answer)",
    ["call", "code"],
)


@contextlib.contextmanager
def timed(call: str) -> Iterator[None]:
    """Measure one call, and count it if it fails."""
    started = time.perf_counter()
    try:
        yield
    except ClickHouseError as error:
        CALL_ERRORS.labels(call, str(error.code or 0)).inc()
        raise
    finally:
        CALL_SECONDS.labels(call).observe(time.perf_counter() - started)
