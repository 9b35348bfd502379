"""Keys for the simulated servers, from the registry of the data folder they are sent to."""

from __future__ import annotations

from postgres import servers
from postgres.errors import ServerRefused
from postgres.pool import Postgres
from statline.migrations import migrate_postgres
from statline.settings import Settings
from statline.stores import opened_postgres


async def demo_tokens(settings: Settings, count: int) -> list[str]:
    """Register `Demo server 1`, `Demo server 2`, …; one that exists gets a new key. Returns the keys in order."""
    async with opened_postgres(settings) as store:
        await migrate_postgres(store)
        return [await _token(store, f"Demo server {number}") for number in range(1, count + 1)]


async def _token(store: Postgres, name: str) -> str:
    try:
        key = await servers.add(store, name, description="simulated by `statline demo`", max_players=32)
    except ServerRefused:
        # Keys are kept as hashes only, so a server of an earlier run gets a new one.
        key = await servers.rotate(store, name)
    return key.token
