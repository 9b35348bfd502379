"""Search: a page of its own, and the list below the field of every page's head."""

from __future__ import annotations

from typing import Final

from aiohttp import hdrs, web

from query import search
from schema.answers.search import SearchAnswer
from web.endpoints import Endpoints
from web.pages import addresses
from web.pages.cached import cached
from web.pages.rendering import Page, render
from web.parameters import text
from web.stats.parameters import server_names
from web.world import WORLD

PREFIX: Final = text("q", "The beginning of a name or of a match's id", most=100)

endpoints = Endpoints("pages")


@endpoints.page(addresses.SEARCH, parameters=[PREFIX])
async def get_search_as_page(request: web.Request) -> web.Response:
    """What begins with the text. To htmx only the list, for below the field of the head."""
    asked = PREFIX.of(request)
    is_list = request.headers.get("HX-Target") == "bar-finds"
    world = request.app[WORLD]

    async def produce() -> SearchAnswer:
        return await search.search(world.clickhouse, asked, server_names(world))

    found = await cached(request, "player", f"search/{asked}", SearchAnswer, produce)
    page = Page(title=f"Search: {asked}" if asked else "Search", robots="noindex")
    view = {"asked": asked, "finds": found}
    return render(
        request, "finds.html" if is_list else "search.html", page, view,
        headers={hdrs.VARY: "HX-Target"},
    )  # fmt: skip
