"""Pages that explain figures."""

from __future__ import annotations

from aiohttp import web

from web.endpoints import Endpoints
from web.pages import addresses
from web.pages.rendering import Page, render

endpoints = Endpoints("pages")


@endpoints.page(addresses.ABOUT_RATING)
async def get_about_rating(request: web.Request) -> web.Response:
    """How the rating works, in words."""
    page = Page(
        title="How the rating works",         description="What a rating says, what moves it, and what does not.",
    )  # fmt: skip
    return render(request, "about_rating.html", page)
