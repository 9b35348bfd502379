"""What can be set about ClickHouse: where it is, how long a call may take, and how large the embedded engine may grow."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from schema.settings import setting


@dataclass(frozen=True)
class ClickHouseSettings:
    """Section `clickhouse`. An empty `url` means the embedded engine of this data folder."""

    SECTION: ClassVar[str] = "clickhouse"

    url: str = setting("", "HTTP address http(s)://user:password@host:port; empty = embedded", secret=True)
    database: str = setting("statline", "database that holds every table")
    cluster: str = setting(
        "", "name of the cluster whose nodes hold the tables (docs/scaling.md); empty = one server"
    )
    insert_quorum: int = setting(
        0, "replicas that must hold an insert before it counts (cluster); 0 = one", minimum=0, maximum=100
    )
    raw_retention_days: int = setting(
        90, "days raw events are kept, counted from their arrival; aggregates stay", minimum=1, maximum=36_500
    )
    connect_time_max_s: float = setting(3.0, "longest wait for a connection", minimum=0.1, maximum=60)
    query_time_max_s: float = setting(10.0, "longest time of one query", minimum=0.1, maximum=600)
    query_memory_max_bytes: int = setting(1 << 30, "most memory of one query", minimum=1 << 20)
    query_threads_max: int = setting(2, "threads of one query", minimum=1, maximum=256)
    query_rows_max: int = setting(1_000_000, "most rows one query may answer", minimum=1)
    insert_time_max_s: float = setting(
        60.0, "longest time of one insert with its views", minimum=1, maximum=3600
    )
    command_time_max_s: float = setting(
        600.0, "longest time of a migration statement", minimum=1, maximum=86400
    )
    connections_max: int = setting(16, "open connections of one process", minimum=1, maximum=1000)
    compression: str = setting(
        "", "compression of inserts and answers; worth it over a network", choices=("", "lz4", "zstd", "gzip")
    )

    engine_durability: str = setting(
        "fsync",
        "of the embedded engine; fsync: an insert is answered once it is synced to disk; memory: once it is written",
        choices=("fsync", "memory"),
    )
    engine_port: int = setting(
        0, "port of the embedded engine; 0 = the last one, or any free one", minimum=0, maximum=65535
    )
    engine_nice: int = setting(
        10, "niceness of the embedded engine, so that the HTTP edge goes first", minimum=0, maximum=19
    )
    engine_queries_max: int = setting(
        8, "statements run at once by the embedded engine", minimum=1, maximum=64
    )
    engine_queue_time_max_s: float = setting(
        5.0, "longest wait of a statement for a place", minimum=0, maximum=60
    )
    engine_query_time_max_s: float = setting(
        3600.0, "time limit of a statement that names none", minimum=1, maximum=86400
    )
    engine_memory_max_bytes: int = setting(
        2 << 30, "most memory of all statements together", minimum=256 << 20
    )
    engine_query_memory_max_bytes: int = setting(
        1 << 30, "most memory of a statement that names no limit", minimum=16 << 20
    )
    engine_threads_max: int = setting(2, "threads of a statement that names no number", minimum=1, maximum=64)
    engine_body_bytes_max: int = setting(256 << 20, "largest request body, unpacked", minimum=1 << 20)
    engine_stop_time_max_s: float = setting(
        5.0, "how long running inserts may take to end on stop", minimum=0, maximum=60
    )

    analysts_host: str = setting(
        "", "address on which the embedded engine lets analysts read (docs/analysts.md); empty = nowhere"
    )
    analysts_port: int = setting(8124, "port of the analysts' door", minimum=0, maximum=65535)
    analysts_certificate: str = setting(
        "", "PEM file with the certificate chain of the analysts' door; empty = plain HTTP"
    )
    analysts_key: str = setting("", "PEM file with the key of that certificate")
    analysts_queries_max: int = setting(
        2, "statements of all analysts that run at once; the others wait", minimum=1, maximum=64
    )
