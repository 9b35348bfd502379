"""Metrics of the ingest path. Every name is declared here, with what moving it means for the operator.

received = inserted + duplicate + quarantined + pending holds at every moment in `statline_ingest_ledger_events`, which is read
from the writer's ledger and the spool when somebody asks (ingest/conservation.py). The counters are for rates: they begin anew
with each start and may miss the instant of a kill. Counts are made once per request or batch, not per event.
"""

from __future__ import annotations

from typing import Final

from prometheus_client import Counter, Gauge, Histogram

from schema.catalogue import EVENT_TYPES

LEDGER_EVENTS: Final = "statline_ingest_ledger_events"
LEDGER_HELP: Final = (
    "Events of this data folder since it was made, by fate; received = inserted + duplicate + quarantined + pending, "
    "also after kills; a difference is a fault of statline"
)
FATES: Final = ("received", "inserted", "duplicate", "quarantined", "pending")

EVENTS_RECEIVED = Counter(
    "statline_ingest_events_received_total", "Events made durable and acknowledged with 202"
)
REPORTS_RECEIVED = Counter(
    "statline_ingest_reports_received_total", "Request bodies made durable and acknowledged with 202"
)
EVENTS_REFUSED = Counter(
    "statline_ingest_events_refused_total",
    "Lines that are no events, and events that ClickHouse refused: kept in quarantine, by reason",
    ["reason"],
)
EVENTS_SHED = Counter(
    "statline_ingest_events_shed_total",
    "Events answered with 429 or 503 instead of being accepted",
    ["reason"],
)
EVENTS_HELD = Counter(
    "statline_ingest_reports_held_total",
    "Reports that had to wait for room; growing means ClickHouse falls behind",
)
_DOOR_SECONDS = Histogram(
    "statline_ingest_door_seconds",
    "Time from a report's arrival at this machine to the decision about it: until the web role came to it, the hold, the commit",
    ["outcome"],
    # 1.1: the hold of its default length and what the promise adds to it.
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 1.1, 2.5, 5, 10, 30),
)
DOOR_SECONDS: Final = {outcome: _DOOR_SECONDS.labels(outcome) for outcome in ("accepted", "refused")}
QUEUE_EVENTS = Gauge(
    "statline_ingest_queue_events",
    "Events durable in the spool and not yet inserted",
    multiprocess_mode="livesum",
)
SPOOL_BYTES = Gauge("statline_ingest_spool_bytes", "Disk used by the spool", multiprocess_mode="livesum")
EVENTS_INSERTED = Counter(
    "statline_ingest_events_inserted_total", "Events stored in raw_events, by type", ["event_type"]
)
EVENTS_DUPLICATE = Counter("statline_ingest_events_duplicate_total", "Events dropped as repetitions (R14)")
EVENTS_QUARANTINED = Counter(
    "statline_ingest_events_quarantined_total", "Accepted events that could not be stored and are kept aside"
)
BATCHES_INSERTED = Counter("statline_ingest_batches_inserted_total", "Inserts confirmed by ClickHouse")
BATCH_ROWS = Histogram(
    "statline_ingest_batch_rows",
    "Rows of an insert; small ones cost most per row",
    buckets=(1, 10, 100, 500, 1000, 2000, 5000, 10_000, 20_000, 50_000, 100_000),
)
INSERT_SECONDS = Histogram(
    "statline_ingest_insert_duration_seconds",
    "Time of a confirmed insert with all views",
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30),
)
INSERT_RETRIES = Counter(
    "statline_ingest_insert_retries_total",
    "Inserts tried again, by ClickHouse error code (0 = no answer)",
    ["code"],
)
STAGE_SECONDS = Counter(
    "statline_ingest_stage_seconds_total", "Time of the writer by stage, to see what bounds it", ["stage"]
)
DUPLICATE_WINDOW_EVENTS = Gauge(
    "statline_ingest_duplicate_window_events",
    "Events remembered for the duplicate check",
    multiprocess_mode="livesum",
)
KEY_READS = Counter(
    "statline_ingest_key_reads_total",
    "Reads of the registry of server keys; failed ones mean that only the keys last read are accepted",
    ["result"],
)
KEYS_READ_AT = Gauge(
    "statline_ingest_keys_read_timestamp_seconds",
    "When the registry of server keys was last read, Unix seconds",
    multiprocess_mode="livemax",
)


def event_type_label(event_type: str) -> str:
    """The type as a label; types outside the catalogue share one, so that a sender cannot grow the metric."""
    return event_type if event_type in EVENT_TYPES else "other"
