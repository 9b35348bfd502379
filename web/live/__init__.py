"""What is going on now, over HTTP: boards, presence, event streams."""

from __future__ import annotations

from typing import Final

from web.live import matches, servers, streams

TABLES: Final = tuple(module.endpoints for module in (matches, servers, streams))
"""Every endpoint of what is live."""
