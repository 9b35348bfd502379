"""What the live folder counts. Labels are fixed words."""

from __future__ import annotations

from typing import Final

from prometheus_client import Counter, Gauge, Histogram

BATCHES: Final = Counter(
    "statline_live_batches_total",
    "Batches handed over by the writer: taken, dropped (queue full), failed (not understood: a fault of ours)",
    ["result"],
)
REDUCE_SECONDS: Final = Counter(
    "statline_live_reduce_seconds_total", "Time the writer spent to find the changes of boards in its batches"
)
CHANGES: Final = Counter(
    "statline_live_changes_total",
    "Changes of one board by one batch: applied, seen (a replay), absent (the board is made again), lost (Redis away), foreign (the match is another server's), failed (refused by Redis)",
    ["result"],
)
REBUILDS: Final = Counter(
    "statline_live_rebuilds_total",
    "Boards made from raw events: made, overtaken (changed meanwhile, done again), failed (ClickHouse or Redis away)",
    ["result"],
)
REBUILD_SECONDS: Final = Histogram(
    "statline_live_rebuild_seconds",
    "Time to make boards from raw events",
    buckets=(0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)
QUEUE: Final = Gauge(
    "statline_live_queue_batches", "Batches that wait for Redis", multiprocess_mode="livesum"
)
BEHIND: Final = Gauge(
    "statline_live_stale_boards", "Boards that must be made again", multiprocess_mode="livesum"
)
READERS: Final = Gauge("statline_live_readers", "Open event streams", multiprocess_mode="livesum")
READERS_REFUSED: Final = Counter(
    "statline_live_readers_refused_total", "Streams answered 503, for as many are open as may be"
)
READERS_DROPPED: Final = Counter(
    "statline_live_readers_dropped_total", "Streams ended by us because the reader was too slow", ["reason"]
)
MESSAGES: Final = Counter("statline_live_messages_total", "Messages written to streams")
SUBSCRIPTION_ERRORS: Final = Counter(
    "statline_live_subscription_errors_total", "Times the one subscription of a web process failed"
)
WEBHOOKS: Final = Counter(
    "statline_live_webhooks_total",
    "Messages to webhooks: delivered, failed (tried again), refused (never tried again)",
    ["result"],
)
