"""One subscription of a process to the changes in Redis, given on to all readers of its event streams.

The last minutes of changes are kept here as well, so that a thousand readers who come back at once cost Redis nothing.
A reader has a bounded amount of bytes waiting; who does not take them is dropped and may come back with
`Last-Event-ID`.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import defaultdict, deque
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from typing import Any, Final, Literal, NamedTuple

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

from cache.tasks import end_tasks
from live import metrics
from live.boards import Moment, current_matches, read_board
from live.changes import Change, Id, change_of, feed_message, id_of, match_message, snapshot_message, text_of
from live.settings import LiveSettings
from live.store import STREAM, LiveStore

BLOCK_MS: Final = 2000
ROUND_S: Final = 0.05
"""Shortest time between two rounds: the boards of one batch come one after another and leave together."""
ROUND_CHANGES_MAX: Final = 1000
AGAIN_S: Final = 1.0

_log = structlog.get_logger(__name__)


class Topic(NamedTuple):
    """What a reader watches: one match, one server, or what happens everywhere (`id` empty) or on one server."""

    kind: Literal["match", "server", "feed"]
    id: str = ""

    def wants(self, change: Change) -> bool:
        """Whether a change belongs to it."""
        if self.kind == "match":
            return change.match_id == self.id
        return not self.id or change.server_id == self.id


class Reader:
    """One open stream: the messages that wait for it."""

    def __init__(self, bytes_max: int) -> None:
        self._bytes_max = bytes_max
        self._waiting: list[bytes] = []
        self._bytes = 0
        self._arrived = asyncio.Event()
        self.after: Id = (0, 0)
        """Changes up to this one are in what it got at its beginning."""
        self.ended = ""
        """Why it is to be closed, empty while it is not."""
        self.is_sending = False
        """Whether bytes are on their way that the other side has not taken yet."""
        self.cut: Callable[[], None] | None = None
        """Cuts the connection: who takes nothing cannot be told that it is over."""

    def push(self, data: bytes) -> None:
        """Let these bytes wait, or end the stream when too many do."""
        if not data:
            return
        if self._bytes + len(data) > self._bytes_max and self._waiting:
            metrics.READERS_DROPPED.labels("behind").inc()
            self.end("behind")
            return
        self._waiting.append(data)
        self._bytes += len(data)
        self._arrived.set()

    def end(self, why: str) -> None:
        """Close the stream; what waits is not sent."""
        self.ended = self.ended or why
        self._waiting.clear()
        self._arrived.set()
        if self.is_sending and self.cut is not None:
            self.cut()

    async def next(self, within_s: float) -> bytes:
        """Everything that waits; empty after `within_s` seconds without anything, or when it has ended."""
        if not self._waiting and not self.ended:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(within_s):
                    await self._arrived.wait()
        self._arrived.clear()
        data, self._waiting, self._bytes = b"".join(self._waiting), [], 0
        return data


class TooManyReaders(Exception):
    """As many streams are open as may be."""


class Hub:
    """All readers of one web process. Made by `open_hub`."""

    def __init__(
        self, redis: Redis, store: LiveStore, moment: Callable[[], Moment], settings: LiveSettings
    ) -> None:
        self._redis, self._store, self._moment, self._settings = redis, store, moment, settings
        self._readers: defaultdict[Topic, set[Reader]] = defaultdict(set)
        self._count = 0
        self._ring: deque[Change] = deque(maxlen=settings.replay_events_max)
        self._last: Id = (0, 0)
        self._flights: dict[Topic, asyncio.Task[tuple[Id, bytes]]] = {}
        self._is_closed = False
        self.is_subscribed = asyncio.Event()
        """Set once the changes of the last minutes are known."""

    # -- readers ---------------------------------------------------------------------------------------------------

    @contextlib.asynccontextmanager
    async def reading(self, topic: Topic, last_event_id: str) -> AsyncIterator[Reader]:
        """A reader of `topic`, with what it missed since `last_event_id` or the whole board waiting for it.

        Raises TooManyReaders, RedisUnavailable.
        """
        if self._count >= self._settings.readers_max or self._is_closed:
            metrics.READERS_REFUSED.inc()
            raise TooManyReaders
        self._count += 1
        metrics.READERS.set(self._count)
        reader = Reader(self._settings.reader_bytes_max)
        try:
            await self._begin(reader, topic, last_event_id)
            yield reader
        finally:
            self._count -= 1
            metrics.READERS.set(self._count)
            self._readers[topic].discard(reader)
            if not self._readers[topic]:
                del self._readers[topic]

    async def _begin(self, reader: Reader, topic: Topic, last_event_id: str) -> None:
        last = id_of(last_event_id) if last_event_id else None
        first = b""
        if last is None or not self._remembers(last):
            if topic.kind == "feed":
                last = self._last
            else:
                last, first = await self._snapshot(topic)
        # From here on without a pause: what comes next is either in the ring now or pushed to the reader later.
        missed = [change for change in self._ring if change.id > last and topic.wants(change)]
        reader.after = max(last, self._last)
        reader.push(first + self._rendered(topic, missed))
        self._readers[topic].add(reader)
        if self._is_closed:
            reader.end("closing")

    def _remembers(self, id: Id) -> bool:
        """Whether every change after this one is still in the ring."""
        oldest_ms = self._moment().now_ms - self._settings.replay_s * 1000
        return bool(self._ring) and self._ring[0].id <= id <= self._last and id[0] >= oldest_ms

    async def _snapshot(self, topic: Topic) -> tuple[Id, bytes]:
        """The whole board of a topic and the change it goes up to; one look for all who ask at the same time."""
        flight = self._flights.get(topic)
        if flight is None:
            flight = self._flights[topic] = asyncio.create_task(self._look(topic))
            flight.add_done_callback(lambda done: self._landed(topic, done))
        return await asyncio.shield(flight)

    async def _look(self, topic: Topic) -> tuple[Id, bytes]:
        match_id = topic.id
        if topic.kind == "server":
            match_id = (await current_matches(self._store, {topic.id})).get(topic.id, "")
        board = await read_board(self._store, match_id) if match_id else None
        if board is None:
            return self._last, b""
        current = await current_matches(self._store, {board.head.server_id})
        return id_of(board.last_id) or (0, 0), snapshot_message(board, self._moment(), current)

    def _landed(self, topic: Topic, flight: asyncio.Task[tuple[Id, bytes]]) -> None:
        del self._flights[topic]
        if not flight.cancelled():
            flight.exception()  # retrieved: everyone who waited may have left

    # -- changes ---------------------------------------------------------------------------------------------------

    async def run(self) -> None:
        """Follow the stream until cancelled."""
        while True:
            try:
                await self._catch_up()
                while True:
                    await self._round()
                    await asyncio.sleep(ROUND_S)
            except (RedisError, OSError, TimeoutError) as error:
                metrics.SUBSCRIPTION_ERRORS.inc()
                _log.warning("changes_not_followed", error=type(error).__name__)
            except Exception:  # noqa: BLE001 - the worker loop
                metrics.SUBSCRIPTION_ERRORS.inc()
                _log.exception("changes_failed")
            await asyncio.sleep(AGAIN_S)

    async def _catch_up(self) -> None:
        """At the start, and after Redis was away: what is still there of the last minutes."""
        newest = await self._redis.xrevrange(STREAM, count=self._settings.replay_events_max)
        changes = _changes(reversed(newest or []))
        if self._ring and changes and changes[0].id > self._last:
            # Some are lost: whoever reads has to begin again.
            self._ring.clear()
            self.end_all("gap")
        self._take([change for change in changes if change.id > self._last])
        self.is_subscribed.set()

    async def _round(self) -> None:
        found = await self._redis.xread(
            {STREAM: text_of(self._last)}, count=ROUND_CHANGES_MAX, block=BLOCK_MS
        )
        for _, entries in _streams(found):
            self._take(_changes(entries))

    def _take(self, changes: Sequence[Change]) -> None:
        if not changes:
            return
        self._ring.extend(changes)
        self._last = changes[-1].id
        for topic, readers in list(self._readers.items()):
            wanted = [change for change in changes if topic.wants(change)]
            if not wanted:
                continue
            data = self._rendered(topic, wanted)
            for reader in list(readers):
                if reader.after < wanted[0].id:
                    own = data
                else:
                    own = self._rendered(topic, [change for change in wanted if change.id > reader.after])
                if own:
                    reader.push(own)

    def _rendered(self, topic: Topic, changes: Iterable[Change]) -> bytes:
        render = feed_message if topic.kind == "feed" else match_message
        moment = self._moment()
        return b"".join([render(change, moment) for change in changes])

    def end_all(self, why: str) -> None:
        """End every stream."""
        for readers in list(self._readers.values()):
            for reader in list(readers):
                reader.end(why)

    def close(self) -> None:
        """End every stream and begin no other."""
        self._is_closed = True
        self.end_all("closing")


@contextlib.asynccontextmanager
async def open_hub(
    url: str, store: LiveStore, moment: Callable[[], Moment], settings: LiveSettings
) -> AsyncIterator[Hub]:
    """The hub of this process, following the Redis at `url` while inside, whether that is there or not."""
    # Longer than a read may block; a connection that died silently is noticed after it.
    redis: Redis = Redis.from_url(url, socket_timeout=BLOCK_MS / 1000 + 3.0, socket_connect_timeout=1.0)
    hub = Hub(redis, store, moment, settings)
    following = asyncio.create_task(hub.run())
    try:
        yield hub
    finally:
        hub.close()
        await end_tasks(following)
        await redis.aclose()


def _changes(entries: Iterable[Any]) -> list[Change]:
    found = (change_of(name, fields) for name, fields in entries if fields)
    return [change for change in found if change is not None]


def _streams(found: Any) -> Iterable[tuple[Any, Any]]:
    """The answer of XREAD: a list of pairs, or a mapping to lists of batches in the newer protocol."""
    if isinstance(found, dict):
        return [(name, [entry for batch in batches for entry in batch]) for name, batches in found.items()]
    return found or []
