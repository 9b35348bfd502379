"""Queries that analysts keep under a name: the text only, never its answer and never a login."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

import asyncpg

from postgres.errors import QueryRefused
from postgres.pool import Postgres

KEPT_MAX: Final = 200
"""Queries one analyst may keep."""
LISTED_MAX: Final = 1000


@dataclass(frozen=True)
class SavedQuery:
    """One statement and what it is called."""

    name: str
    owner: str
    sql: str
    description: str
    created_at: datetime
    changed_at: datetime


async def put(store: Postgres, name: str, owner: str, sql: str, description: str) -> SavedQuery:
    """Keep `sql` under `name` (a-z, 0-9, _ and -, at most 64), or change what is there. Raises QueryRefused."""
    counted = await store.fetchrow("saved_query_count", owner, name)
    if counted is not None and counted["kept"] >= KEPT_MAX:
        raise QueryRefused(f"{owner} keeps {KEPT_MAX} queries already")
    try:
        row = await store.fetchrow("saved_query_put", name, owner, sql, description)
    except (asyncpg.CheckViolationError, asyncpg.DataError) as error:
        raise QueryRefused(
            "a saved query has a name of 1 to 64 of a-z, 0-9, _ and -, a letter first, "
            "a statement of at most 64 KiB and a description of at most 500 characters"
        ) from error
    if row is None:
        raise QueryRefused(f"the query {name} is another analyst's")
    return SavedQuery(**dict(row))


async def find(store: Postgres, name: str) -> SavedQuery | None:
    """The query of this name."""
    row = await store.fetchrow("saved_query_find", name)
    return None if row is None else SavedQuery(**dict(row))


async def listed(store: Postgres) -> list[SavedQuery]:
    """Every query, by name."""
    return [SavedQuery(**dict(row)) for row in await store.fetch("saved_query_list", LISTED_MAX)]


async def drop(store: Postgres, name: str, owner: str) -> bool:
    """Forget a query of this owner; False when he has none of that name."""
    return await store.fetchrow("saved_query_drop", name, owner) is not None
