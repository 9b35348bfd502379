"""The aiohttp application: every route of statline in one place."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from aiohttp import web

from web import assets, documentation, health, ingest, live, map_images, pages, saved_queries, sql, stats
from web.assets import ASSETS, load_assets
from web.bodies import BODIES, BodyBudget
from web.edge import edge
from web.endpoints import ENDPOINTS, Endpoint, by_handler
from web.health import CHECKS, StoreChecks
from web.live.streams import close_streams
from web.map_images import MAP_IMAGES, MapImages
from web.openapi import DOCUMENT, openapi_document
from web.parameters import DECLARED
from web.rates import RATES, ReadRates
from web.settings import WebSettings
from web.world import WORLD, World

TABLES: Final = (
    ingest.endpoints,
    health.endpoints,
    *stats.TABLES,
    *live.TABLES,
    sql.endpoints,
    saved_queries.endpoints,
    documentation.endpoints,
    assets.endpoints,
    map_images.endpoints,
    *pages.TABLES,
)
"""Every endpoint, in the order in which the router asks them."""


def create_app(world: World, more: Iterable[Iterable[Endpoint]] = ()) -> web.Application:
    """The application around one world, with `more` endpoints after those of TABLES. Serve it with `open_server`."""
    app = web.Application(
        middlewares=[edge(world.settings)],
        client_max_size=world.settings.body_bytes_max,
        handler_args=connection_options(world.settings),
    )
    endpoints = by_handler((*TABLES, *more))
    app[WORLD] = world
    app[CHECKS] = StoreChecks(world)
    app[BODIES] = BodyBudget(world.settings)
    app[RATES] = ReadRates(world.settings, world.cache, world.keys)
    app[sql.RUNNING] = set()
    app[ASSETS] = load_assets()
    app[MAP_IMAGES] = MapImages(world.settings.map_images_dir)
    app[ENDPOINTS] = endpoints
    app[DECLARED] = {handler: endpoint.parameters for handler, endpoint in endpoints.items()}
    app.on_shutdown.append(close_streams)
    app[DOCUMENT] = openapi_document(endpoints.values(), world.version)
    for endpoint in endpoints.values():
        app.add_routes(endpoint.routes())
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
