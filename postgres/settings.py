"""Settings of the Postgres store."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from schema.settings import setting


@dataclass(frozen=True)
class PostgresSettings:
    """Where Postgres is and how long statline waits for it."""

    SECTION: ClassVar[str] = "postgres"

    url: str = setting(
        "",
        "Address of a Postgres server, postgresql://user:password@host:5432/database. "
        "Empty: statline runs its own Postgres 18 under the data folder.",
        secret=True,
    )
    connections_max: int = setting(
        5, "Connections each statline process holds at most.", minimum=2, maximum=1000
    )
    connect_timeout_s: float = setting(
        5.0, "Seconds a new connection may take before Postgres counts as away.", minimum=0.1, maximum=120
    )
    query_timeout_s: float = setting(
        5.0, "Seconds one query may take, waiting for a connection included.", minimum=0.1, maximum=600
    )
    embedded_start_timeout_s: float = setting(
        30.0,
        "Seconds the embedded server may take to start (crash recovery included).",
        minimum=1,
        maximum=3600,
    )
