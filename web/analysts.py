"""Analysts log in with HTTP Basic (`statline analysts add`): who one is, and what ClickHouse's refusals are over HTTP."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from aiohttp import hdrs, web

from clickhouse.reading import Login, StatementRefused
from web.errors import HttpError
from web.world import WORLD

_CODES: Final[Mapping[int, tuple[int, str]]] = MappingProxyType(
    {
        159: (408, "over_time"),
        160: (408, "over_time"),
        516: (401, "unauthenticated"),
        497: (403, "forbidden"),
        164: (403, "forbidden"),
        202: (429, "busy"),
        241: (413, "over_memory"),
        396: (413, "over_rows"),
    }
)
"""ClickHouse code -> status and reason; every other refusal is 400."""


def login_of(request: web.Request) -> Login:
    """The analyst that the request logs in as. Raises HttpError 401."""
    scheme, _, encoded = request.headers.get(hdrs.AUTHORIZATION, "").partition(" ")
    try:
        if scheme.lower() != "basic":
            raise ValueError(scheme)
        name, _, password = base64.b64decode(encoded, validate=True).decode().partition(":")
    except (ValueError, binascii.Error):
        raise _unauthenticated("Log in as an analyst (HTTP Basic): statline analysts add NAME") from None
    if not re.fullmatch(r"[a-z][a-z0-9_]{0,31}", name) or name in ("default", "statline"):
        raise _unauthenticated("No analyst of this name and password")
    if not password.isprintable():
        raise _unauthenticated("No analyst of this name and password")
    return Login(name, password, request.remote or "")


async def authenticated(request: web.Request) -> Login:
    """The login, once ClickHouse itself has let it in: whoever guesses is slowed down there."""
    login = login_of(request)
    try:
        async with request.app[WORLD].reader.read(login, "SELECT 1", "TSV", {}) as answer:
            async for _ in answer.pieces:
                pass
    except StatementRefused as error:
        raise refusal(error) from None
    return login


def refusal(error: StatementRefused) -> HttpError:
    """A refusal of ClickHouse, as its asker is told."""
    status, reason = _CODES.get(error.code, (400, "statement_refused"))
    if status == 401:
        return _unauthenticated("No analyst of this name and password")
    # The author of a statement needs ClickHouse's own words; they name his tables and columns, nothing of ours.
    return HttpError(status, str(error), reason=reason, retry_after_s=1 if status == 429 else None)


def _unauthenticated(text: str) -> HttpError:
    error = HttpError(401, text, reason="unauthenticated")
    error.headers[hdrs.WWW_AUTHENTICATE] = 'Basic realm="statline analysts", charset="UTF-8"'
    return error
