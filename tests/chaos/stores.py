"""The three stores as servers of their own, beside a node that knows them by address: each can go away and come back."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Final, NamedTuple

from cache.embedded import EmbeddedValkey
from clickhouse.client import ClickHouse
from clickhouse.engine import engine_url
from clickhouse.settings import ClickHouseSettings
from postgres.embedded import EmbeddedPostgres

START_S: Final = 120.0
HUNGRY: Final = (
    "CREATE TABLE hungry (n UInt64) ENGINE = Null",
    (
        "CREATE MATERIALIZED VIEW hungry_mv TO hungry AS SELECT length(groupArray(repeat(toString(x), 1000))) AS n "
        "FROM raw_events ARRAY JOIN range(200000) AS x"
    ),
)
"""A view that needs more memory for an insert than the engine gives to a statement."""


class Illness(NamedTuple):
    """Statements that make a real ClickHouse refuse every insert, those that mend it, and its error meanwhile."""

    begins: tuple[str, ...]
    ends: tuple[str, ...]
    code: str


ILLNESSES: Final = {
    "read-only": Illness(
        ("ALTER TABLE raw_events MODIFY SETTING table_readonly = 1",),
        ("ALTER TABLE raw_events MODIFY SETTING table_readonly = 0",),
        "774",
    ),
    "too many parts": Illness(
        (
            "SYSTEM STOP MERGES raw_events",
            "ALTER TABLE raw_events MODIFY SETTING parts_to_delay_insert = 1, parts_to_throw_insert = 1",
        ),
        (
            "ALTER TABLE raw_events RESET SETTING parts_to_delay_insert, parts_to_throw_insert",
            "SYSTEM START MERGES raw_events",
        ),
        "252",
    ),
    "out of memory": Illness(HUNGRY, ("DROP TABLE hungry_mv SYNC", "DROP TABLE hungry SYNC"), "241"),
    "schema behind": Illness(
        ("RENAME TABLE raw_events TO raw_events_away",),
        ("RENAME TABLE raw_events_away TO raw_events",),
        "60",
    ),
    "view's table away": Illness(
        ("RENAME TABLE player_days TO player_days_away",),
        ("RENAME TABLE player_days_away TO player_days",),
        "60",
    ),
}


class Stores:
    """An engine, a Postgres and a Valkey on a folder. Blocking; call it in a thread where others must go on."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.postgres = EmbeddedPostgres(folder, durable=False)
        self.valkey = EmbeddedValkey(folder)
        self._engine: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start all three."""
        self.postgres.start()
        self.valkey.start()
        self.start_engine()

    def start_engine(self) -> None:
        """Start the engine; after the first time under the same address."""
        environment = {k: v for k, v in os.environ.items() if not k.startswith("STATLINE_")}
        environment["STATLINE_CLICKHOUSE_ENGINE_NICE"] = "0"  # a busy machine is no illness
        with (self.folder / "engine.log").open("ab") as log:
            self._engine = subprocess.Popen(
                [sys.executable, "-m", "statline", "engine", "--data-dir", str(self.folder)],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=self.folder, env=environment, start_new_session=True,
            )  # fmt: skip
        deadline = time.monotonic() + START_S
        while engine_url(self.folder) is None:
            assert self._engine.poll() is None, (self.folder / "engine.log").read_text()[-2000:]
            assert time.monotonic() < deadline, "the engine does not start"
            time.sleep(0.02)

    def signal_engine(self, number: int) -> None:
        """SIGSTOP, SIGCONT; after SIGKILL it is gone when this returns."""
        assert self._engine is not None
        self._engine.send_signal(number)
        if number == signal.SIGKILL:
            self._engine.wait()
            (self.folder / "clickhouse" / "engine.json").unlink()

    def clickhouse_url(self) -> str:
        """The engine's address."""
        url = engine_url(self.folder)
        assert url is not None
        return url

    def settings(self) -> dict[str, str]:
        """What a node must know of them."""
        return {
            "STATLINE_CLICKHOUSE_URL": self.clickhouse_url(),
            "STATLINE_POSTGRES_URL": self.postgres.url(),
            "STATLINE_REDIS_URL": self.valkey.url(),
        }

    @contextlib.asynccontextmanager
    async def ill(self, illness: str) -> AsyncIterator[None]:
        """The engine answers, and refuses every insert while inside."""
        begins, ends, _ = ILLNESSES[illness]
        settings = ClickHouseSettings()
        store = await ClickHouse.connect(self.clickhouse_url(), settings.database, settings)
        try:
            for statement in begins:
                await store.command(statement)
            try:
                yield
            finally:
                for statement in ends:
                    await store.command(statement)
        finally:
            await store.close()

    @contextlib.asynccontextmanager
    async def unreachable(self) -> AsyncIterator[None]:
        """The engine is gone: connections are refused."""
        await asyncio.to_thread(self.signal_engine, signal.SIGKILL)
        try:
            yield
        finally:
            await asyncio.to_thread(self.start_engine)

    @contextlib.asynccontextmanager
    async def hanging(self) -> AsyncIterator[None]:
        """The engine takes connections and never answers."""
        self.signal_engine(signal.SIGSTOP)
        try:
            yield
        finally:
            self.signal_engine(signal.SIGCONT)

    @contextlib.asynccontextmanager
    async def without_postgres(self) -> AsyncIterator[None]:
        """Postgres is stopped."""
        await asyncio.to_thread(self.postgres.stop)
        try:
            yield
        finally:
            await asyncio.to_thread(self.postgres.start)

    @contextlib.asynccontextmanager
    async def without_redis(self) -> AsyncIterator[None]:
        """Valkey is stopped."""
        await asyncio.to_thread(self.valkey.stop)
        try:
            yield
        finally:
            await asyncio.to_thread(self.valkey.start)

    def stop(self) -> None:
        """Stop all three."""
        if self._engine is not None:
            for number in (signal.SIGCONT, signal.SIGTERM):
                self._engine.send_signal(number)
            try:
                self._engine.wait(15)
            except subprocess.TimeoutExpired:
                self._engine.kill()
                self._engine.wait()
        self.valkey.stop()
        self.postgres.stop()
