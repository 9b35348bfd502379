"""Who may ask: the login of the engine, however it comes, and loopback's names only."""

from __future__ import annotations

import base64
import binascii
import hmac
from collections.abc import Mapping
from typing import Final

from aiohttp import web
from aiohttp.typedefs import Handler

from clickhouse.engine.credentials import Address
from clickhouse.engine.faults import EngineFault

CLIENT_HEADER: Final = "X-Forwarded-For"
"""For whom the web role asks as an analyst: failed logins are counted by address. Loopback's port alone reads it."""
_HOSTS: Final = frozenset({"127.0.0.1", "localhost", "[::1]"})


def check_login(known: Address, request: web.Request, parameters: Mapping[str, str]) -> None:
    """Raise EngineFault 516 unless user and password are those of `engine.json`."""
    user, password = login_of(request, parameters)
    # Both are compared always, so that the time taken tells nothing of which one was wrong.
    same_user = hmac.compare_digest(user.encode(), known.user.encode())
    same_password = hmac.compare_digest(password.encode(), known.password.encode())
    if not (same_user and same_password):
        text = f"{user}: Authentication failed: password is incorrect, or there is no user with such name."
        raise EngineFault(516, "AUTHENTICATION_FAILED", text)


def is_owner(known: Address, request: web.Request) -> bool:
    """Whether the request logs in under the engine's own name; its password is another question."""
    return login_of(request, request.query)[0] in (known.user, "default")


def client_of(request: web.Request) -> str:
    """The address that an analyst's failed logins are counted for."""
    return request.headers.get(CLIENT_HEADER, "") or request.remote or ""


def login_of(request: web.Request, parameters: Mapping[str, str]) -> tuple[str, str]:
    """User and password. Headers of ClickHouse first, then Basic, then the URL: the order of ClickHouse."""
    if "X-ClickHouse-User" in request.headers:
        return request.headers["X-ClickHouse-User"], request.headers.get("X-ClickHouse-Key", "")
    scheme, _, encoded = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "basic":
        try:
            user, _, password = base64.b64decode(encoded, validate=True).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            return "", ""
        return user, password
    return parameters.get("user", "default"), parameters.get("password", "")


@web.middleware
async def refuse_strange_hosts(request: web.Request, handler: Handler) -> web.StreamResponse:
    """A page in a browser may reach loopback under its own name (DNS rebinding): only loopback's names are answered."""
    host = request.headers.get("Host", "")
    name = host if host.endswith("]") else host.rsplit(":", 1)[0]
    if name.lower() not in _HOSTS:
        return web.Response(status=403, text="This engine answers to 127.0.0.1 and localhost only\n")
    return await handler(request)
