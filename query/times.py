"""Times as queries answer them."""

from __future__ import annotations

from datetime import datetime


def known(at: datetime) -> datetime | None:
    """A time of an aggregate over nothing is the epoch: nobody was seen then."""
    return at if at.timestamp() > 0 else None
