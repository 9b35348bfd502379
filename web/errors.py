"""Failures as HTTP says them: one status, one reason, one text for people; nothing of our insides."""

from __future__ import annotations

from typing import Final

import asyncpg
from aiohttp import web

from cache.errors import RedisUnavailable
from clickhouse.errors import ClickHouseUnavailable
from ingest.errors import Overloaded, SpoolUnavailable
from ingest.formats import InvalidBody
from ingest.keys import KeysUnavailable
from postgres.errors import PostgresUnavailable
from query.cursors import InvalidCursor

STORE_RETRY_S: Final = 5
"""What Retry-After says while a store is away: an embedded one is back within that after a crash."""


class HttpError(Exception):
    """An answer that is an error. Raise it anywhere below the edge.

    `reason` is its name in metrics and in the problem's type (few, fixed words). `close` ends the connection, for a body that was not
    read to its end. `retry_after_s` becomes the header Retry-After.
    """

    def __init__(
        self,
        status: int,
        text: str,
        *,
        reason: str = "",
        retry_after_s: int | None = None,
        close: bool = False,
    ) -> None:
        super().__init__(text)
        self.status = status
        self.text = text
        self.reason = reason or f"status_{status}"
        self.is_plain = not reason
        self.retry_after_s = retry_after_s
        self.close = close
        self.headers: dict[str, str] = {}


def not_found(text: str) -> HttpError:
    """404 with a text for people, to be raised: "Server not found"."""
    return HttpError(404, text)


def bad_request(text: str) -> HttpError:
    """400 with a text that says what to change."""
    return HttpError(400, text)


def http_error(error: Exception) -> HttpError | None:
    """The answer to a failure that callers may cause or that a store's absence explains; None = our fault."""
    match error:
        case HttpError():
            return error
        case web.HTTPException():
            return _from_aiohttp(error)
        case InvalidCursor():
            return HttpError(400, str(error), reason="invalid_cursor")
        case InvalidBody():
            return HttpError(400, str(error), reason="invalid_body")
        case Overloaded():
            return HttpError(429, "Too many events", reason="overloaded", retry_after_s=error.retry_after_s)
        case SpoolUnavailable():
            return _away("Events cannot be stored now", "spool_unavailable", error.retry_after_s)
        case KeysUnavailable():
            return _away("Server tokens cannot be checked now", "keys_unavailable")
        case (
            ClickHouseUnavailable()
            | PostgresUnavailable()
            | asyncpg.PostgresConnectionError()
            | TimeoutError()
        ):
            return _away("Statistics are not available now", "store_unavailable")
        case RedisUnavailable():
            return _away("Live state is not available now", "redis_unavailable")
        case web.RequestPayloadError():
            return HttpError(400, "Malformed request body", reason="malformed_body", close=True)
        case ConnectionError():
            # Nobody is there to read it; it counts, and the connection ends.
            return HttpError(400, "Connection lost", reason="disconnected", close=True)
        case _:
            return None


def _away(text: str, reason: str, retry_after_s: int = STORE_RETRY_S) -> HttpError:
    return HttpError(503, text, reason=reason, retry_after_s=retry_after_s)


def _from_aiohttp(error: web.HTTPException) -> HttpError:
    """The router's and the body limit's exceptions in our form; aiohttp's default texts begin with the status."""
    if error.status == web.HTTPRequestEntityTooLarge.status_code:
        return HttpError(413, "Request body too large", reason="body_too_large", close=True)
    text = error.text or ""
    if not text or text.startswith(f"{error.status}:"):
        text = error.reason
    mapped = HttpError(error.status, text)
    if allow := error.headers.get("Allow"):
        mapped.headers["Allow"] = allow
    return mapped
