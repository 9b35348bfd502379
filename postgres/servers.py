"""The registry of game servers and their keys.

A key is shown once, when it is made; the database keeps its SHA-256. A key has 256 random bits, so a plain
hash is enough: there is nothing to guess.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import asyncpg

from postgres.errors import ServerRefused
from postgres.pool import Postgres, query_text

CHANNEL: Final = "statline_servers"
"""NOTIFY channel of every change, heard by the web roles."""

TOKEN_PREFIX: Final = "slk_"  # noqa: S105 - the recognizable part, not the key
"""Lets people and secret scanners recognize a statline key."""

NAME_CHARACTERS_MAX: Final = 64
GRACE_S_MAX: Final = 30 * 86_400


@dataclass(frozen=True)
class NewKey:
    """A server and its key in clear: the only moment it exists outside the game server."""

    server_id: str
    token: str

    def __repr__(self) -> str:
        return f"NewKey(server_id={self.server_id!r}, token=(hidden))"


@dataclass(frozen=True)
class Server:
    """One registered game server."""

    id: str
    name: str
    created_at: datetime
    rotated_at: datetime | None
    revoked_at: datetime | None
    previous_valid_until: datetime | None
    """Until when the key before the last rotation is accepted too."""
    address: str
    port: int
    max_players: int
    region: str
    country: str
    description: str
    is_official: bool


@dataclass(frozen=True)
class ActiveKey:
    """One accepted key: its SHA-256 (hex), the server it stands for, and its end (None = no end)."""

    token_sha256: str
    server_id: str
    valid_until: datetime | None


def token_sha256(token: str) -> str:
    """How a key is kept: SHA-256, hex."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


async def add(
    store: Postgres,
    name: str,
    *,
    address: str = "",
    port: int = 0,
    region: str = "",
    country: str = "",
    description: str = "",
    max_players: int = 0,
    is_official: bool = False,
) -> NewKey:
    """Register `name` (1-64 visible characters, unique among active ones, ignoring case) and make its key.

    Raises ServerRefused.
    """
    token = _new_token()
    values = (_checked(name), token_sha256(token), address, port, region, country, description, max_players,
              is_official)  # fmt: skip
    try:
        row = await _change(store, "server_add", *values)
    except asyncpg.UniqueViolationError as error:
        raise ServerRefused(f"a server named {name.strip()!r} exists already") from error
    except (asyncpg.CheckViolationError, asyncpg.DataError) as error:
        raise ServerRefused(f"server {name.strip()!r}: {str(error).splitlines()[0]}") from error
    return NewKey(str(row["id"]), token)


async def rotate(store: Postgres, server: str, grace_s: float = 0.0) -> NewKey:
    """Give the active `server` (id or name) a new key; the old one stays valid for `grace_s` seconds.

    A key replaced by an earlier rotation ends at once. Raises ServerRefused.
    """
    if not 0 <= grace_s <= GRACE_S_MAX:
        raise ServerRefused(f"the grace period must be 0 to {GRACE_S_MAX} seconds, not {grace_s:g}")
    token = _new_token()
    found = await _find(store, server)
    row = await _change(store, "server_rotate", found, token_sha256(token), float(grace_s))
    return NewKey(str(row["id"]), token)


async def revoke(store: Postgres, server: str) -> str:
    """Refuse the active `server`'s keys from now on; returns its id. What it sent stays. Raises ServerRefused."""
    row = await _change(store, "server_revoke", await _find(store, server))
    return str(row["id"])


async def listed(store: Postgres) -> list[Server]:
    """Every server, the active ones first, by name."""
    return [Server(**{**row, "id": str(row["id"])}) for row in await store.fetch("server_list")]


async def active_keys(store: Postgres) -> list[ActiveKey]:
    """Every key that is accepted now."""
    rows = await store.fetch("server_keys")
    return [ActiveKey(row["token_sha256"], str(row["id"]), row["valid_until"]) for row in rows]


async def _find(store: Postgres, server: str) -> UUID:
    rows = await store.fetch("server_find", server.strip())
    if not rows:
        raise ServerRefused(f"no active server has the id or name {server.strip()!r}")
    if len(rows) > 1:
        raise ServerRefused(
            f"{server.strip()!r} is the id of one server and the name of another: give the id"
        )
    return UUID(str(rows[0]["id"]))


async def _change(store: Postgres, query: str, *values: Any) -> asyncpg.Record:
    """The change and its NOTIFY in one transaction: who hears of it sees it."""
    async with store.connection() as connection, connection.transaction():
        row = await connection.fetchrow(query_text(query), *values)
        if row is None:
            raise ServerRefused("the server was revoked meanwhile")
        await connection.execute(query_text("server_changed"))
    found: asyncpg.Record = row
    return found


def _new_token() -> str:
    return TOKEN_PREFIX + secrets.token_urlsafe(32)


def _checked(name: str) -> str:
    name = name.strip()
    if not 1 <= len(name) <= NAME_CHARACTERS_MAX:
        raise ServerRefused(f"a server's name has 1 to {NAME_CHARACTERS_MAX} characters, not {len(name)}")
    if not name.isprintable():
        raise ServerRefused("a server's name must not hold control characters")
    return name
