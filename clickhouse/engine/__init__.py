"""The embedded engine: ClickHouse 26.9 (chdb) behind ClickHouse's HTTP interface, on loopback, in a process of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from clickhouse.engine.credentials import engine_url

if TYPE_CHECKING:
    from clickhouse.engine.process import run_engine

__all__ = ["engine_url", "run_engine"]


def __getattr__(name: str) -> Any:
    """`run_engine` on demand: every role asks where the engine is, only the engine's process may carry chdb."""
    if name == "run_engine":
        from clickhouse.engine.process import run_engine as run

        return run
    raise AttributeError(name)
