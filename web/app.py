"""The aiohttp application: every route of statline in one place."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from web import health
from web.bodies import BODIES, BodyBudget
from web.edge import edge
from web.health import CHECKS, StoreChecks
from web.ingest import ingest_routes
from web.settings import WebSettings
from web.sql import sql_routes
from web.stats import stats_routes
from web.world import WORLD, World


def create_app(world: World) -> web.Application:
    """The application around one world. Serve it with `web.server.open_server`."""
    app = web.Application(
        middlewares=[edge(world.settings)],
        client_max_size=world.settings.body_bytes_max,
        handler_args=connection_options(world.settings),
    )
    app[WORLD] = world
    app[CHECKS] = StoreChecks(world)
    app[BODIES] = BodyBudget(world.settings)
    app.add_routes(ingest_routes())
    app.add_routes(health.routes)
    app.add_routes(stats_routes())
    app.add_routes(sql_routes(app))
    return app


def connection_options(settings: WebSettings) -> dict[str, Any]:
    """What aiohttp must know of each connection's limits."""
    return {
        # aiohttp would expand a body without a bound of ours; `web.encodings` does it within one.
        "auto_decompress": False,
        "keepalive_timeout": settings.idle_timeout_s,
        "lingering_time": settings.linger_s,
        "max_line_size": settings.header_bytes_max,
        "max_field_size": settings.header_bytes_max,
        "max_headers": settings.headers_max,
        # The edge logs, without query strings; aiohttp's line would show a token in one.
        "access_log": None,
    }
