"""The API's own description over HTTP: for programs, and as a page."""

from __future__ import annotations

from typing import Any, Final

from aiohttp import hdrs, web

from web.endpoints import Endpoints
from web.openapi import DOCUMENT
from web.pages.rendering import Page, render
from web.responses import compress_if_wanted, encode, json_bytes_response

PAGE: Final = Page(title="API", description="Every endpoint of the API, its parameters and its answers.")

endpoints = Endpoints("operation")


@endpoints.get("/api/v1/openapi.json", answers=dict[str, Any])
async def get_openapi(request: web.Request) -> web.Response:
    """What the API answers: the document you read."""
    body = encode(request.app[DOCUMENT])
    response = json_bytes_response(body, headers={hdrs.CACHE_CONTROL: "public, max-age=300"})
    compress_if_wanted(request, response, len(body))
    return response


@endpoints.page("/api/docs")
async def get_api_page(request: web.Request) -> web.Response:
    """The same document as a page."""
    return render(request, "api.html", PAGE, request.app[DOCUMENT])
