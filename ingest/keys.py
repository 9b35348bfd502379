"""Which game server a token stands for, answered from memory.

The registry in Postgres is read every few seconds, at once when it says that it changed (NOTIFY), and when an
unknown token asks. Postgres away: the keys last read stay good. A game script that gets a 401 throws its
credentials away (spec/openmohaa.md 2.2), so a token is only called unknown on the word of a read that began
after it arrived; without one the caller gets KeysUnavailable.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import hmac
import time
from collections.abc import AsyncIterator, Callable, Mapping
from types import MappingProxyType
from typing import Final, NamedTuple

import asyncpg
import structlog

from ingest import metrics
from postgres import servers
from postgres.errors import PostgresError
from postgres.pool import Postgres

REFRESH_S: Final = 5.0
"""How often the registry is read unasked: covers a NOTIFY lost with its connection, and the end of old keys."""

UNKNOWN_GAP_S: Final = 1.0
"""Shortest time between two reads on behalf of unknown tokens, whoever sends them: strangers cannot press Postgres."""

_log = structlog.get_logger(__name__)


class KeysUnavailable(Exception):
    """Nobody can say now whether a token is good: Postgres is away and the token is not among the known ones."""


class Key(NamedTuple):
    """An accepted key."""

    digest: bytes
    """SHA-256 of the token."""
    server_id: str
    valid_until: float
    """Unix seconds."""


class ServerKeys:
    """The accepted keys, kept as SHA-256 digests. Made by `open_keys`; used from one event loop."""

    def __init__(self, store: Postgres, clock_s: Callable[[], float] = time.time) -> None:
        self._store = store
        self._clock_s = clock_s
        self._keys: dict[bytes, Key] = {}
        self._servers: Mapping[str, servers.Server] = MappingProxyType({})
        self._reading = asyncio.Lock()
        self._next_read: asyncio.Task[None] | None = None
        self._asked_at = float("-inf")
        self.loaded = False
        """Whether the registry was ever read: before that nobody can be told apart."""

    def authenticate(self, token: str) -> str | None:
        """The server_id a token stands for, None for a token that is not among the known ones."""
        key = self.key_of(token)
        return None if key is None else key.server_id

    def key_of(self, token: str) -> Key | None:
        """The key a token is, None for a token that is not among the known ones."""
        digest = hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()
        key = self._keys.get(digest)
        # Constant time on the digest: the look-up before it depends on SHA-256 of the token, not on the token.
        if key is None or not hmac.compare_digest(digest, key.digest) or self._clock_s() >= key.valid_until:
            return None
        return key

    def is_good(self, key: Key) -> bool:
        """Whether a key that was accepted before still is."""
        return self._keys.get(key.digest) == key and self._clock_s() < key.valid_until

    async def identify(self, token: str) -> str | None:
        """As `authenticate`, but an unknown token waits for a read of the registry (at most UNKNOWN_GAP_S).

        None: the registry does not know it. Raises KeysUnavailable when the registry cannot be read.
        """
        server_id = self.authenticate(token)
        if server_id is not None:
            return server_id
        try:
            await self._read_from_now()
        except (PostgresError, asyncpg.PostgresError) as error:
            raise KeysUnavailable(type(error).__name__) from error
        return self.authenticate(token)

    def server_names(self) -> Mapping[str, servers.Server]:
        """Every registered server by id, the revoked ones too: answers about the past name them."""
        return self._servers

    async def refresh(self) -> None:
        """Read the registry now. Raises PostgresUnavailable or asyncpg.PostgresError; what was known stays."""
        # One at a time: a read that began before a key was revoked must not overwrite one that began after.
        async with self._reading:
            await self._read()

    async def _read(self) -> None:
        try:
            keys = await servers.active_keys(self._store)
            listed = await servers.listed(self._store)
        except (PostgresError, asyncpg.PostgresError):
            metrics.KEY_READS.labels("failed").inc()
            raise
        self._keys = {key.digest: key for key in map(_key, keys)}
        self._servers = MappingProxyType({server.id: server for server in listed})
        self.loaded = True
        metrics.KEY_READS.labels("read").inc()
        metrics.KEYS_READ_AT.set(self._clock_s())

    async def watch(self) -> None:
        """Keep the keys fresh until cancelled."""
        changed = asyncio.Event()
        async with asyncio.TaskGroup() as group:
            group.create_task(self._store.listen(servers.CHANNEL, changed.set))
            while True:
                await self._refresh_or_go_on()
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(REFRESH_S):
                        await changed.wait()
                changed.clear()

    async def _refresh_or_go_on(self) -> None:
        try:
            await self.refresh()
        except (PostgresError, asyncpg.PostgresError) as error:
            _log.warning("server keys not refreshed", error=type(error).__name__, known_keys=len(self._keys))

    async def _read_from_now(self) -> None:
        """Wait for a read that begins after this call; all who wait share it."""
        if self._next_read is None:
            self._next_read = asyncio.create_task(self._read_when_due())
            # Retrieved here, because all who waited may have left.
            self._next_read.add_done_callback(lambda read: read.cancelled() or read.exception())
        await asyncio.shield(self._next_read)

    async def _read_when_due(self) -> None:
        await asyncio.sleep(max(0.0, self._asked_at + UNKNOWN_GAP_S - time.monotonic()))
        self._asked_at = time.monotonic()
        # Who comes from here on may hold a key that this read does not see yet: it waits for the next one.
        self._next_read = None
        await self.refresh()


@contextlib.asynccontextmanager
async def open_keys(store: Postgres) -> AsyncIterator[ServerKeys]:
    """The keys of the registry in `store`, kept fresh while inside. Works while Postgres is away."""
    keys = ServerKeys(store)
    watching = asyncio.create_task(keys.watch())
    try:
        yield keys
    finally:
        watching.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await watching


def _key(key: servers.ActiveKey) -> Key:
    valid_until = key.valid_until.timestamp() if key.valid_until else float("inf")
    return Key(bytes.fromhex(key.token_sha256), key.server_id, valid_until)
