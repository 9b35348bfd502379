"""Which pages of other origins may read the answers from a browser.

Never credentials: what a cookie allows must not be readable from a stranger's page, and the original's
`*` together with credentials (spec/openmohaa.md 8, defect 34) is refused by browsers anyway.
"""

from __future__ import annotations

from typing import Final

from aiohttp import hdrs, web

_ALLOWED: Final = {
    hdrs.ACCESS_CONTROL_ALLOW_METHODS: "GET, POST, PUT, DELETE, OPTIONS",
    hdrs.ACCESS_CONTROL_ALLOW_HEADERS: "Accept, Authorization, Content-Type, X-Server-Token, Idempotency-Key, If-None-Match, X-Request-Id",
    hdrs.ACCESS_CONTROL_MAX_AGE: "300",
}
_EXPOSED: Final = "X-Cache, Cache-Status, ETag, Age, X-Request-Id, Retry-After, RateLimit, RateLimit-Policy, Statline-Receipt, Link"


def is_preflight(request: web.Request) -> bool:
    """Whether a browser asks what it may send, before it sends it."""
    return request.method == hdrs.METH_OPTIONS and hdrs.ACCESS_CONTROL_REQUEST_METHOD in request.headers


def preflight_response() -> web.Response:
    """What may be sent; `allow_origin` says by whom."""
    return web.Response(status=204, headers=_ALLOWED)


def allow_origin(origin: str | None, response: web.StreamResponse, origins: tuple[str, ...]) -> None:
    """Let the page that asked, from `origin`, read the answer if that is among `origins` (`*` = any)."""
    if "*" in origins:
        response.headers[hdrs.ACCESS_CONTROL_ALLOW_ORIGIN] = "*"
    else:
        response.headers.add(hdrs.VARY, hdrs.ORIGIN)
        if origin not in origins:
            return
        response.headers[hdrs.ACCESS_CONTROL_ALLOW_ORIGIN] = origin
    response.headers[hdrs.ACCESS_CONTROL_EXPOSE_HEADERS] = _EXPOSED
