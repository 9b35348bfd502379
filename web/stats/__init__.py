"""The stats API (spec/openmohaa.md 4.2-4.5): paths and query parameters to the typed functions of `query`."""

from __future__ import annotations

from typing import Final

from web.stats import (
    gametypes,
    leaderboards,
    maps,
    matches,
    players,
    players_advanced,
    ratings,
    records,
    search,
    servers,
    special_boards,
    totals,
    weapons,
)

TABLES: Final = tuple(
    module.endpoints
    for module in (
        # The named boards before the board of any stat.
        totals,
        special_boards,
        ratings,
        records,
        leaderboards,
        matches,
        weapons,
        maps,
        gametypes,
        players,
        players_advanced,
        servers,
        search,
    )
)
"""Every endpoint of the stats API."""
