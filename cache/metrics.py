"""What the cache counts. Kinds come from `cache.lifetimes`, so every label is bounded."""

from __future__ import annotations

from typing import Final

from prometheus_client import Counter, Gauge, Histogram

ANSWERS: Final = Counter(
    "statline_cache_answers_total",
    "Answers by kind and by where they came from: hit (Redis), stale (Redis, being refreshed), miss (produced and stored), "
    "bypass (produced, Redis away), shared (waited for the same answer of another request)",
    ["kind", "result"],
)
PRODUCE_SECONDS: Final = Histogram(
    "statline_cache_produce_seconds",
    "Time to produce an answer that was not in the cache",
    ["kind"],
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)
PRODUCE_ERRORS: Final = Counter(
    "statline_cache_produce_errors_total", "Answers that could not be produced", ["kind"]
)
REDIS_SECONDS: Final = Histogram(
    "statline_redis_call_seconds",
    "Time of one call to Redis",
    ["call"],
    buckets=(0.0002, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25),
)
REDIS_ERRORS: Final = Counter(
    "statline_redis_errors_total", "Calls to Redis that failed or took too long", ["call"]
)
REDIS_UP: Final = Gauge(
    "statline_redis_up",
    "1 while Redis answers this process, 0 while it is left alone after a failure",
    multiprocess_mode="livemin",
)
