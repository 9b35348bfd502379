"""Which game server a request comes from (spec/openmohaa.md 2.2)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from aiohttp import hdrs, web
from multidict import istr

from ingest.keys import ServerKeys
from web.errors import HttpError

_SERVER_TOKEN: Final = istr("X-Server-Token")
_BEARER: Final = "bearer"


async def authenticated_server(request: web.Request, keys: ServerKeys) -> str:
    """The server_id behind the request's token.

    Raises HttpError 401, which makes a game script throw its credentials away: only for a token that is
    missing or surely wrong. Raises KeysUnavailable (503) when nobody can say.
    """
    token = token_of(request)
    if not token:
        raise HttpError(
            401, "Missing server token", reason="missing_token", close=not request.content.is_eof()
        )
    server_id = keys.authenticate(token) or await keys.identify(token)
    if server_id is None:
        raise HttpError(
            401, "Invalid server token", reason="invalid_token", close=not request.content.is_eof()
        )
    return server_id


def token_of(request: web.BaseRequest) -> str:
    """The first non-empty of X-Server-Token, Authorization (with or without Bearer) and ?server_token=; else ''."""
    return token_in(request.headers) or request.query.get("server_token", "").strip()


def token_in(headers: Mapping[str, str]) -> str:
    """The first non-empty of X-Server-Token and Authorization (with or without Bearer); else ''."""
    token = headers.get(_SERVER_TOKEN, "").strip()
    return token or _without_bearer(headers.get(hdrs.AUTHORIZATION, "").strip())


def _without_bearer(value: str) -> str:
    scheme, _, rest = value.partition(" ")
    return rest.strip() if scheme.lower() == _BEARER else value
