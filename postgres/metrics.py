"""What the Postgres pool counts. `call` is the name of a query file: bounded."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from typing import Final

from prometheus_client import Counter, Histogram

from postgres.errors import PostgresUnavailable

CALL_SECONDS: Final = Histogram(
    "statline_postgres_call_seconds",
    "Time of one named query, waiting for a connection and failures included",
    ["call"],
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)
CALL_ERRORS: Final = Counter(
    "statline_postgres_errors_total", "Named queries that found Postgres away or too slow", ["call"]
)


@contextlib.contextmanager
def timed(call: str) -> Iterator[None]:
    """Measure one query, and count it if Postgres is away."""
    started = time.perf_counter()
    try:
        yield
    except PostgresUnavailable:
        CALL_ERRORS.labels(call).inc()
        raise
    finally:
        CALL_SECONDS.labels(call).observe(time.perf_counter() - started)
