"""A keeper on the real Valkey and the real engine, whose clock stands at NOW."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from cache.connection import connect
from cache.settings import RedisSettings
from clickhouse.client import ClickHouse
from live.boards import Moment, live_board
from live.keeper import BoardKeeper
from live.rebuild import Rebuilder
from live.settings import LiveSettings
from live.store import LiveStore
from schema.answers.live import LiveBoard
from schema.columns import INDEX, Row
from schema.match_ids import match_uuid
from tests.query.rows import row, store

SERVER = "server-1"
OTHER = "server-2"
WIRE = "match_1"
MATCH = match_uuid(WIRE, SERVER, "")


@dataclass(frozen=True)
class Registered:
    name: str
    max_players: int = 20


REGISTRY = {SERVER: Registered("The Bunker"), OTHER: Registered("Brest", 0)}


@dataclass
class Stage:
    """The stores, a clock, and the batches stored so far."""

    clickhouse: ClickHouse
    store: LiveStore
    settings: LiveSettings
    now_ms: int = field(default_factory=lambda: int(datetime.now(UTC).timestamp() * 1000))
    numbers: dict[str, int] = field(default_factory=dict)

    def keeper(self) -> BoardKeeper:
        """A writer's keeper."""
        rebuilder = Rebuilder(self.clickhouse, self.store, self.settings)
        return BoardKeeper(self.store, rebuilder, self.settings, clock_s=lambda: self.now_ms / 1000)

    def token(self, stream: str = "node-web") -> str:
        """Token of the next chunk of a spool stream."""
        self.numbers[stream] = self.numbers.get(stream, 0) + 1
        return f"{stream}-00000001-{self.numbers[stream]:08d}/0"

    async def stored(self, rows: Sequence[Row], stream: str = "node-web") -> str:
        """Put rows into ClickHouse as the writer does; the token."""
        token = self.token(stream)
        for number, each in enumerate(rows):
            each[INDEX["batch_id"]], each[INDEX["batch_row"]] = token, number
        await store(self.clickhouse, rows, token)
        return token

    async def played(self, keeper: BoardKeeper, rows: Sequence[Row], stream: str = "node-web") -> str:
        """Store rows, hand them over and wait for the boards."""
        token = await self.stored(rows, stream)
        keeper.offer(token, rows)
        await keeper.settle()
        return token

    def moment(self, after_s: float = 0) -> Moment:
        """Now, or later."""
        return Moment(datetime.fromtimestamp(self.now_ms / 1000 + after_s, UTC), REGISTRY, self.settings)

    async def board(self, match_id: UUID = MATCH, after_s: float = 0) -> LiveBoard:
        """The board of a match, which must be there."""
        found = await live_board(self.store, str(match_id), self.moment(after_s))
        assert found is not None
        return found

    def event(self, event_type: str, ago_s: float = 10, **columns: Any) -> Row:
        """An event of the match, `ago_s` before now, received at once."""
        ms = self.now_ms - round(ago_s * 1000)
        at = datetime.fromtimestamp(ms / 1000, UTC)
        given = {"match_id": MATCH, "match_wire_id": WIRE, "server_id": SERVER, "received_at": ms, **columns}
        return row(event_type, at, **given)

    def kill(self, killer: str, victim: str, ago_s: float = 10, **columns: Any) -> Row:
        """A player_kill."""
        kind = "world" if not killer else "suicide" if killer == victim else "kill"
        given: dict[str, Any] = {
            "player_guid": killer, "player_name": killer and f"name of {killer}",
            "target_guid": victim, "target_name": f"name of {victim}",
            "weapon": "Thompson", "hitloc": "torso_upper", "mod": "bullet", "kill_kind": kind,
        }  # fmt: skip
        return self.event("player_kill", ago_s, **{**given, **columns})


@pytest.fixture
async def live_store(redis: str) -> AsyncIterator[LiveStore]:
    async with connect(redis, replace(RedisSettings(), command_timeout_s=10.0)) as connection:
        yield LiveStore(connection, LiveSettings())


@pytest.fixture
async def stage(clickhouse: ClickHouse, live_store: LiveStore) -> Stage:
    return Stage(clickhouse, live_store, LiveSettings())
