"""What `statline serve` does with the stores once they run: bring the schemas up to date, and greet a newcomer."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from typing import Final

import asyncpg
import structlog

from clickhouse.client import ClickHouse
from clickhouse.errors import ClickHouseUnavailable
from postgres import servers
from postgres.errors import PostgresError, PostgresUnavailable, ServerRefused
from postgres.pool import Postgres
from postgres.servers import NewKey
from statline.migrations import migrate
from statline.settings import Settings
from statline.stores import clickhouse_url, postgres_url

FIRST_SERVER: Final = "first-server"

_log = structlog.get_logger("statline")


async def migrated(settings: Settings) -> bool:
    """Bring both schemas up to date; False when a store is away. What is wrong with them is raised."""
    async with _people(settings) as people:
        facts = ClickHouse(clickhouse_url(settings), settings.clickhouse.database, settings.clickhouse)
        try:
            for name in await migrate(people, facts, settings.clickhouse):
                _log.info("migration applied", migration=name)
        except (PostgresUnavailable, ClickHouseUnavailable) as error:
            _log.warning("a store is away: migrations are tried again", reason=str(error))
            return False
        finally:
            await facts.close()
    return True


async def first_event(settings: Settings, url: str) -> str | None:
    """On a first start, register a server and say how to send an event with its key; None on later ones.

    The text holds the key in clear, which is kept nowhere: it is for the terminal, never for a log.
    """
    async with _people(settings) as people:
        try:
            if await servers.listed(people):
                return None
            key = await servers.add(people, FIRST_SERVER)
        except ServerRefused:  # another node was quicker
            return None
        except (PostgresError, asyncpg.PostgresError) as error:
            # Tried again after the migrations.
            _log.warning("no first server registered yet", reason=str(error))
            return None
    return _first_event(url, key)


@contextlib.asynccontextmanager
async def _people(settings: Settings) -> AsyncIterator[Postgres]:
    store = await Postgres.connect(postgres_url(settings), settings.postgres)
    try:
        yield store
    finally:
        await store.close()


def _first_event(url: str, key: NewKey) -> str:
    event = (
        '{"type":"player_kill","match_id":"first-match","map_name":"dm/mohdm1",'
        '"attacker_guid":"g-alice","attacker_name":"Alice","victim_guid":"g-bob","victim_name":"Bob",'
        '"weapon":"Thompson","hitloc":"head"}'
    )
    return (
        f"\nFirst start: server '{FIRST_SERVER}' was registered. Send it a first event:\n\n"
        f"  curl -X POST {url}/api/v1/ingest/events -H 'X-Server-Token: {key.token}' \\\n    -d '{event}'\n\n"
        f"and a second later read the answer:\n\n  curl {url}/api/v1/stats/player/g-alice\n\n"
        f"The token is shown only now; a new one: statline servers rotate {FIRST_SERVER}\n"
    )
