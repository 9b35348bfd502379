"""The registry of analysts: who may read ClickHouse, and how much at a time.

A password is made here, shown once, and kept as its scrypt hash.
"""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

import asyncpg

from postgres.errors import AnalystRefused
from postgres.pool import Postgres, query_text
from schema.passwords import password_hash

CHANNEL: Final = "statline_analysts"
"""NOTIFY channel of every change, heard by the supervisors."""

PASSWORD_BYTES: Final = 18
RESERVED: Final = frozenset({"default", "statline"})
"""The engine's own users: a login under these names is never an analyst's."""
_NAME: Final = re.compile(r"[a-z][a-z0-9_]{0,31}")


@dataclass(frozen=True)
class Limits:
    """What one analyst may take: seconds and bytes of a statement, rows of an answer, statements at once."""

    query_time_max_s: float = 30.0
    query_memory_max_bytes: int = 512 << 20
    result_rows_max: int = 1_000_000
    queries_max: int = 4


@dataclass(frozen=True)
class Analyst:
    """One registered analyst."""

    name: str
    password_hash: str = field(repr=False)
    limits: Limits
    created_at: datetime
    revoked_at: datetime | None


async def add(store: Postgres, name: str, limits: Limits) -> str:
    """Register `name` (a-z, 0-9 and _, at most 32, unique among active ones); his password, which is kept nowhere.

    Raises AnalystRefused.
    """
    if not _NAME.fullmatch(name):
        raise AnalystRefused(f"an analyst's name is 1 to 32 of a-z, 0-9 and _, a letter first, not {name!r}")
    if name in RESERVED:
        raise AnalystRefused(f"{name!r} is a name of statline's own")
    password = secrets.token_urlsafe(PASSWORD_BYTES)
    values = (name, password_hash(password), limits.query_time_max_s, limits.query_memory_max_bytes,
              limits.result_rows_max, limits.queries_max)  # fmt: skip
    try:
        await _change(store, "analyst_add", *values)
    except asyncpg.UniqueViolationError as error:
        raise AnalystRefused(f"an analyst named {name!r} exists already") from error
    except (asyncpg.CheckViolationError, asyncpg.DataError) as error:
        raise AnalystRefused(f"analyst {name!r}: {str(error).splitlines()[0]}") from error
    return password


async def revoke(store: Postgres, name: str) -> None:
    """Refuse the active analyst `name` from now on. Raises AnalystRefused."""
    if await _change(store, "analyst_revoke", name) is None:
        raise AnalystRefused(f"no active analyst is named {name!r}")


async def listed(store: Postgres) -> list[Analyst]:
    """Every analyst, the active ones first, by name."""
    return [_analyst(row) for row in await store.fetch("analyst_list")]


async def active(store: Postgres) -> list[Analyst]:
    """Those who may read now."""
    return [analyst for analyst in await listed(store) if analyst.revoked_at is None]


def _analyst(row: asyncpg.Record) -> Analyst:
    limits = Limits(
        row["query_time_max_s"], row["query_memory_max_bytes"], row["result_rows_max"], row["queries_max"]
    )
    return Analyst(row["name"], row["password_hash"], limits, row["created_at"], row["revoked_at"])


async def _change(store: Postgres, query: str, *values: Any) -> asyncpg.Record | None:
    """The change and its NOTIFY in one transaction: who hears of it sees it."""
    async with store.connection() as connection, connection.transaction():
        row: asyncpg.Record | None = await connection.fetchrow(query_text(query), *values)
        await connection.execute(query_text("analyst_changed"))
    return row
