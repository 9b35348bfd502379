"""The one middleware: every request gets an id, a count, a log line if it deserves one, and an answer in our form.

One and not five, because each costs every report a coroutine; a report that is accepted passes it in a few us.
"""

from __future__ import annotations

import time
from typing import Any, Final

import structlog
from aiohttp import hdrs, web
from aiohttp.typedefs import Handler, Middleware
from structlog.contextvars import bind_contextvars

from web.cors import allow_origin, is_preflight, preflight_response
from web.endpoints import ENDPOINTS
from web.errors import HttpError, http_error
from web.metrics import REFUSED, count_request
from web.pages.failures import failure_page, wants_page
from web.rates import RATES, VERDICT
from web.request_ids import HEADER, REQUEST_ID, request_id_of
from web.responses import SECURITY_HEADERS, Acknowledgement, error_response
from web.settings import WebSettings

LOG_GAP_S: Final = 10.0
"""A store that is down fails every request: one line per endpoint and status in this time says it."""

UNMATCHED: Final = "unmatched"
"""Endpoint label of what no route knows."""

_log = structlog.get_logger("web")


def edge(settings: WebSettings) -> Middleware:
    """The middleware for these settings."""
    log = RequestLog(settings)

    @web.middleware
    async def around(request: web.Request, handler: Handler) -> web.StreamResponse:
        started = time.perf_counter()
        request_id = request[REQUEST_ID] = request_id_of(request)
        # Each request runs in a task of its own, so this reaches every log line below and no other request.
        bind_contextvars(request_id=request_id)
        response = await _answer(request, handler, request_id)
        if not response.prepared:
            _complete(request, response, request_id, settings)
        duration_s = time.perf_counter() - started
        endpoint = endpoint_of(request)
        count_request(endpoint, request.method, response.status, duration_s)
        log.note(request.method, endpoint, response.status, duration_s)
        return response

    return around


async def _answer(request: web.Request, handler: Handler, request_id: str) -> web.StreamResponse:
    try:
        if is_preflight(request):
            return preflight_response()
        endpoint = request.app[ENDPOINTS].get(request.match_info.handler)
        if endpoint is not None and endpoint.limited:
            await _limit(request)
        return await handler(request)
    except Exception as error:  # noqa: BLE001 - the HTTP edge: nothing of our insides leaves the process
        if isinstance(error, web.HTTPException) and error.status < 400:
            # Not the exception itself: it is a response too, and aiohttp no longer takes it as one.
            return web.Response(status=error.status, headers=error.headers)
        known = problem_of(error, endpoint_of(request))
        if wants_page(request):
            return failure_page(request, known, request_id)
        return error_response(known, request_id, request.path)


def problem_of(error: Exception, endpoint: str, **facts: str) -> HttpError:
    """What a client is told of an error, which is counted. One that is not meant for clients is logged, with `facts`."""
    known = http_error(error)
    if known is None:
        _log.error("request failed", endpoint=endpoint, exc_info=error, **facts)
        known = HttpError(500, "Internal server error", reason="internal_error")
    REFUSED.labels(endpoint, known.reason).inc()
    return known


async def _limit(request: web.Request) -> None:
    """Count a read. Raises HttpError 429 where its address or key has asked too often."""
    verdict = await request.app[RATES].judge(request)
    if verdict is not None:
        request[VERDICT] = verdict
        if not verdict.allowed:
            raise verdict.error()


def _complete(
    request: web.Request, response: web.StreamResponse, request_id: str, settings: WebSettings
) -> None:
    """The headers of every answer. An accepted report brings its own, unless a page of a browser sent it."""
    if isinstance(response, Acknowledgement) and hdrs.ORIGIN not in request.headers:
        return
    headers = response.headers
    for name, value in SECURITY_HEADERS.items():
        headers.setdefault(name, value)
    headers[HEADER] = request_id
    if (verdict := request.get(VERDICT)) is not None:
        headers.update(verdict.headers())
    allow_origin(request.headers.get(hdrs.ORIGIN), response, settings.cors_origins)


def endpoint_of(request: web.Request) -> str:
    """The route's template: `/api/v1/stats/player/{guid}`; never the path itself."""
    resource = request.match_info.route.resource
    return UNMATCHED if resource is None else resource.canonical


class RequestLog:
    """Which requests become a log line: all, or those that failed by our fault or were slow, seldom enough."""

    def __init__(self, settings: WebSettings) -> None:
        self._all = settings.log_requests == "all"
        self._slow_s = settings.slow_request_s
        self._last: dict[tuple[str, int], float] = {}
        self._unsaid: dict[tuple[str, int], int] = {}

    def note(self, method: str, endpoint: str, status: int, duration_s: float, request_id: str = "") -> None:
        """Log this request if it deserves it. The query string may hold a token and is never logged.

        `request_id` where the context does not hold it.
        """
        problem = status >= 500 or duration_s >= self._slow_s
        if not problem and not self._all:
            return
        facts: dict[str, Any] = {
            "method": method, "endpoint": endpoint, "status": status,
            "duration_ms": round(duration_s * 1000, 1),
        }  # fmt: skip
        if request_id:
            facts["request_id"] = request_id
        if self._all:
            _log.info("request", **facts)
        elif (unsaid := self._due((endpoint, status))) is not None:
            what = "request failed" if status >= 500 else "slow request"
            _log.warning(what, **facts, more_since_last=unsaid)

    def _due(self, what: tuple[str, int]) -> int | None:
        """How many of these went unsaid, if it is time to say one again."""
        now = time.monotonic()
        if now - self._last.get(what, -LOG_GAP_S) < LOG_GAP_S:
            self._unsaid[what] = self._unsaid.get(what, 0) + 1
            return None
        self._last[what] = now
        return self._unsaid.pop(what, 0)
