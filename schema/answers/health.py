"""How the server itself is."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct, field


class Health(Struct, frozen=True, kw_only=True):
    """GET /health: the process answers."""

    status: str
    timestamp: datetime
    version: str
    started_at: datetime


class Readiness(Struct, frozen=True, kw_only=True):
    """GET /ready: whether reports are accepted durably, and which stores answer."""

    ready: bool
    checks: dict[str, bool]
    queue_depth: int = field(name="queueDepth")
    """Events that are on disk and not yet in the tables."""
