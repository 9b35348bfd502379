"""Settings of the ingest path; every bound of it stands here with its reason."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from schema.settings import setting


@dataclass(frozen=True, slots=True)
class IngestSettings:
    """How reports are made durable, grouped into batches and protected against overload."""

    SECTION: ClassVar[str] = "ingest"

    durability: str = setting(
        "fsync",
        "fsync: a 202 is sent after the report is synced to disk; memory: after it is written",
        choices=("fsync", "memory"),
    )
    # Three quarters of an insert's cost with all views are paid once, however many rows (docs/benchmarks.md): at saturation
    # 50,000 rows cost half of what 20,000 cost each. Memory of the writer grows with it.
    batch_rows_max: int = setting(
        50_000, "events in one spool segment and so in one insert", minimum=1, maximum=100_000
    )
    linger_s: float = setting(
        1.0, "longest wait before a spool segment is sealed and inserted, seconds", minimum=0.01, maximum=60
    )
    segment_bytes_max: int = setting(
        48 * 1024 * 1024, "size at which a spool segment is sealed, bytes", minimum=65_536, maximum=1 << 30
    )
    spool_bytes_max: int = setting(
        4 * 1024**3, "disk the spool of one web process may use, bytes", minimum=1 << 20
    )
    spool_events_max: int = setting(
        10_000_000, "events that may wait in the spool of one web process", minimum=1000
    )
    # Above this share of either bound new reports are held, then refused: what is in flight must still fit.
    shed_above: float = setting(
        0.9,
        "share of the spool's bounds above which reports are held and then refused",
        minimum=0.1,
        maximum=1,
    )
    # Immediate refusals are retried at once and cost a third of the throughput (measurements 8, point 5).
    hold_s: float = setting(
        1.0,
        "how long a report is held for room before it is refused with 429, seconds",
        minimum=0,
        maximum=10,
    )
    server_events_per_s_max: int = setting(
        0,
        "events a second that one web process takes from one game server, five seconds of them at once; 0 = any number",
        minimum=0,
    )
    unsynced_bytes_max: int = setting(
        64 * 1024 * 1024, "bytes of reports in memory that wait for the disk", minimum=1 << 20
    )
    duplicate_window_s: int = setting(
        600, "how long an identical event counts as a repetition, seconds (R14)", minimum=0, maximum=86_400
    )
    duplicate_entries_max: int = setting(
        30_000_000, "events remembered for the duplicate check (16 bytes each)", minimum=1000
    )
    quarantine_bytes_max: int = setting(
        1024**3, "disk for lines that are no events; accepted events are always kept", minimum=1 << 20
    )
    receipts_keep_s: int = setting(
        86_400, "how long it can be asked what became of a report, seconds; 0 = not at all", minimum=0
    )
    # A segment a second of single posts, 20,000 each, takes 100 KB: 40 minutes at full load, days at a common one.
    receipts_bytes_max: int = setting(
        256 * 1024 * 1024, "disk for receipts; the oldest go first", minimum=1 << 20
    )
    drain_s: float = setting(
        5.0,
        "how long the writer goes on inserting after it was told to stop, seconds",
        minimum=0,
        maximum=600,
    )
