"""The pages that people read: HTML rendered here, from the same typed answers of `query` that the API serves."""

from __future__ import annotations

from typing import Final

from web.pages import home, overlay

TABLES: Final = (home.endpoints, overlay.endpoints)
"""The endpoints of every page, in the order in which the router asks them."""
