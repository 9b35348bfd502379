"""The stats API (spec/openmohaa.md 4.2-4.5): thin handlers over `query`."""

from __future__ import annotations

from aiohttp import web

routes = web.RouteTableDef()
