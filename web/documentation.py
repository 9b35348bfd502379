"""The API's own description over HTTP."""

from __future__ import annotations

from typing import Any

from aiohttp import hdrs, web

from web.endpoints import Endpoints
from web.openapi import DOCUMENT
from web.responses import compress_if_wanted, encode, json_bytes_response

endpoints = Endpoints("operation")


@endpoints.get("/api/v1/openapi.json", answers=dict[str, Any])
async def get_openapi(request: web.Request) -> web.Response:
    """What the API answers: the document you read."""
    body = encode(request.app[DOCUMENT])
    response = json_bytes_response(body, headers={hdrs.CACHE_CONTROL: "public, max-age=300"})
    compress_if_wanted(request, response, len(body))
    return response
