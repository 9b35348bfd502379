"""One process for each node name: two that write under one name (a copied data folder) would lose events to each other,
since ClickHouse takes the inserts of the second for repetitions of the first's.

The name is claimed in Postgres and kept alive there; with it the registry keeps how often the folder was started, so that
a copy that was left behind cannot come back under numbers that are used up. Postgres away: who starts where the name was used last goes on and
claims later; a folder that was moved or copied waits, for only Postgres knows whether the first one is alive.
"""

from __future__ import annotations

import asyncio
import contextlib
import secrets
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Final

import asyncpg
import structlog

from ingest.disk import RealDisk
from ingest.errors import NodeNameTaken
from ingest.spool import Identity, place_of, read_identity, settle
from postgres.errors import PostgresError
from postgres.pool import Postgres

BEAT_S: Final = 2.0
LEASE_S: Final = 6.0
"""Without a sign of life for so long a name may be taken in another place: three beats."""
RETRY_S: Final = 1.0
FIRST_LOOK_S: Final = 1.0
"""A restart waits at most so long for Postgres before it accepts reports without having asked."""

_AWAY: Final = (PostgresError, asyncpg.PostgresError, OSError, TimeoutError)

_log = structlog.get_logger(__name__)


class NodeName:
    """The name of one spool folder in the registry."""

    def __init__(
        self,
        store: Postgres,
        identity: Identity,
        place: str,
        host: str,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._store, self._node, self._epoch = store, identity.node, identity.epoch
        self._place, self._host, self._sleep = place, host, sleep
        self._holder = secrets.token_hex(8)

    async def take(self) -> None:
        """Return once the name is ours. Raises NodeNameTaken when another place shows signs of life through a whole lease,
        or is ahead of us.
        """
        waited_s = 0.0
        while True:
            try:
                if await self._claimed():
                    return
                if waited_s > LEASE_S:
                    raise NodeNameTaken(self._node, await self._other())
                waited_s += RETRY_S
            except asyncpg.UndefinedTableError:  # an older schema: nobody can have registered
                return
            except _AWAY as error:
                _log.warning("node_name_not_checked", reason=str(error))
                waited_s = 0.0
            await self._sleep(RETRY_S)

    async def is_taken(self) -> bool:
        """Whether another place has it. Else it is ours now, or Postgres is away."""
        try:
            async with asyncio.timeout(FIRST_LOOK_S):
                return not await self._claimed()
        except _AWAY:
            return False

    async def keep(self) -> None:
        """Give signs of life until cancelled. Raises NodeNameTaken when another process took the name."""
        while True:
            await self._sleep(BEAT_S)
            with contextlib.suppress(*_AWAY):
                if not await self._store.fetchrow("node_renew", self._node, self._holder):
                    await self._missed()

    async def give_back(self) -> None:
        """We end: whoever comes next need not wait."""
        with contextlib.suppress(*_AWAY):
            await self._store.fetch("node_give_back", self._node, self._holder)

    async def _claimed(self) -> bool:
        values = (self._node, self._holder, self._place, self._host, self._epoch, LEASE_S)
        return await self._store.fetchrow("node_claim", *values) is not None

    async def _missed(self) -> None:
        """Our row is gone (a restored or new database: take it again), or somebody else's."""
        other = await self._other()
        if other:
            raise NodeNameTaken(self._node, other)
        await self.take()

    async def _other(self) -> str:
        row = await self._store.fetchrow("node_host", self._node)
        return str(row["host"]) if row else ""


@contextlib.asynccontextmanager
async def own_name(store: Postgres, folder: Path) -> AsyncIterator[asyncio.Task[None]]:
    """Own the node name of a spool folder while inside. The task never ends but with NodeNameTaken: stop then.

    A folder that is not where its name was used last waits here until Postgres says that nobody else uses it.
    """
    disk, place = RealDisk(), place_of(folder)
    identity = read_identity(disk, folder)
    assert identity is not None, "the door makes it"
    name = NodeName(store, identity, place, f"{socket.gethostname()}:{folder}")
    if identity.place != place or await name.is_taken():
        _log.warning("node_name_is_checked", folder=str(folder), node=identity.node)
        await name.take()
        settle(disk, folder, place)
    keeping = asyncio.create_task(_claim_and_keep(name))
    try:
        yield keeping
    finally:
        keeping.cancel()
        await asyncio.wait({keeping})
        await name.give_back()


async def _claim_and_keep(name: NodeName) -> None:
    await name.take()
    await name.keep()
