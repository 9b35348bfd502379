"""The stats API (spec/openmohaa.md 4.2-4.5): paths and query parameters to the typed functions of `query`."""

from __future__ import annotations

from collections.abc import Iterator

from aiohttp import web

from web.stats import leaderboards, maps, matches, players, servers, totals, weapons


def stats_routes() -> Iterator[web.AbstractRouteDef]:
    """Every route of the stats API."""
    for module in (totals, leaderboards, matches, weapons, maps, players, servers):
        yield from module.routes
