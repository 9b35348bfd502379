"""Settings of the Redis store. Everything in it may be lost: it never holds a fact."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from schema.settings import setting


@dataclass(frozen=True)
class RedisSettings:
    """Where Redis (or Valkey) is and how long statline waits for it before it goes on without."""

    SECTION: ClassVar[str] = "redis"

    url: str = setting(
        "",
        "Address of a Redis or Valkey server, redis://user:password@host:6379/0. "
        "Empty: statline runs its own Valkey 9 under the data folder.",
        secret=True,
    )
    connections_max: int = setting(
        32, "Connections each statline process holds at most.", minimum=1, maximum=10_000
    )
    connect_timeout_s: float = setting(
        0.25,
        "Seconds a new connection may take; short, because an answer without the cache is better than a late one.",
        minimum=0.01,
        maximum=60,
    )
    command_timeout_s: float = setting(
        0.25,
        "Seconds one command may take before the answer goes on without the cache.",
        minimum=0.01,
        maximum=60,
    )
    embedded_memory_max_mib: int = setting(
        64,
        "Memory of the embedded Valkey in MiB; above it the least recently used answers are forgotten.",
        minimum=8,
        maximum=65_536,
    )
    embedded_start_timeout_s: float = setting(
        10.0, "Seconds the embedded server may take to start.", minimum=1, maximum=600
    )
