"""What the HTTP edge counts. Labels are route templates and fixed words, never a path, a player or a token."""

from __future__ import annotations

import functools
from typing import Final

from prometheus_client import Counter, Gauge, Histogram

REQUESTS: Final = Counter(
    "statline_http_requests_total", "Requests answered", ["endpoint", "method", "status"]
)
REQUEST_SECONDS: Final = Histogram(
    "statline_http_request_duration_seconds",
    "Time from the parsed request line to the answer being ready, reading the body included",
    ["endpoint", "method"],
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10, 30),
)
MALFORMED: Final = Counter(
    "statline_http_malformed_total", "Bytes on a connection that are no HTTP request, answered 400 and cut"
)
CONNECTIONS: Final = Gauge("statline_http_connections", "Open connections", multiprocess_mode="livesum")
CONNECTIONS_REFUSED: Final = Counter(
    "statline_http_connections_refused_total", "Connections above the limit, answered 503 and cut"
)
REFUSED: Final = Counter(
    "statline_http_refused_total",
    "Requests answered with an error, by reason; of the ingest endpoints: reports that were not accepted",
    ["endpoint", "reason"],
)
READY: Final = Gauge(
    "statline_ready",
    "1 while this node accepts reports durably (as /ready last said)",
    multiprocess_mode="livemin",
)
MEMORY_USED: Final = Gauge(
    "statline_memory_used_bytes",
    "Memory in use where this process runs (its container, else the machine), droppable page cache left out",
    multiprocess_mode="mostrecent",
)
MEMORY_LIMIT: Final = Gauge(
    "statline_memory_limit_bytes",
    "Memory there is where this process runs (its container's limit, else the machine's)",
    multiprocess_mode="mostrecent",
)

_METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS"})


def count_request(endpoint: str, method: str, status: int, duration_s: float) -> None:
    """Count one answered request. `endpoint` is a route template."""
    # Looked up once per combination: labels() takes a lock and hashes texts on each call.
    requests, seconds = _children(endpoint, method if method in _METHODS else "OTHER", status)
    requests.inc()
    seconds.observe(duration_s)


@functools.cache
def _children(endpoint: str, method: str, status: int) -> tuple[Counter, Histogram]:
    return REQUESTS.labels(endpoint, method, str(status)), REQUEST_SECONDS.labels(endpoint, method)
