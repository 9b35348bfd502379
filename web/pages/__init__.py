"""The pages that people read: HTML rendered here, from the same typed answers of `query` that the API serves."""

from __future__ import annotations

from typing import Final

from web.pages import (
    about,
    badges,
    home,
    leaderboards,
    maps,
    matches,
    overlay,
    players,
    ratings,
    search,
    servers,
    weapons,
)

TABLES: Final = tuple(
    module.endpoints
    for module in (
        home,
        leaderboards,
        ratings,
        players,
        # Before the maps, whose names may hold any path.
        badges,
        matches,
        maps,
        weapons,
        servers,
        search,
        about,
        overlay,
    )
)
"""The endpoints of every page, in the order in which the router asks them."""
