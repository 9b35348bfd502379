"""A ClickHouse in memory that remembers tokens as the real one does, and fails in the ways the real one does."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, NamedTuple

from clickhouse.client import ClickHouse
from clickhouse.errors import ClickHouseError, ClickHouseRefused, ClickHouseUnavailable
from schema.columns import COLUMNS, INDEX, Row
from tests.ingest.faulty_disk import Crash

BATCH_ID: Final = INDEX["batch_id"]
BATCH_ROW: Final = INDEX["batch_row"]
BAD_WEAPON: Final = "bomb"


class Moods(NamedTuple):
    """How often things go wrong, as probabilities of one call."""

    fails: float = 0.0
    """It says no before it did anything."""
    loses: float = 0.0
    """It did it, and the answer is lost."""
    lags: float = 0.0
    """The caller's time is over before it does it, and then it does it."""
    half_done: float = 0.0
    """The raw table has the rows and a view has not."""
    kills: float = 0.0
    """The caller is killed, before or after."""


class ModelStore:
    """`raw_events`, its views and the tokens of both: what survives every process."""

    def __init__(self, rng: random.Random) -> None:
        self.rng, self.moods = rng, Moods()
        self.batches: dict[str, list[Row]] = {}
        self.viewed: set[str] = set()
        self.refuses_bad = True
        self.violations: list[str] = []

    def stored(self) -> list[Row]:
        """All rows, in the order in which their inserts were taken."""
        return [row for rows in self.batches.values() for row in rows]

    def check(self, rows: Sequence[Row]) -> None:
        """As a CHECK of the table: before deduplication."""
        if self.refuses_bad and any(row[INDEX["weapon"]] == BAD_WEAPON for row in rows):
            raise ClickHouseRefused(469, "Constraint no_bombs is violated")

    def take(self, token: str, rows: list[Row], *, views: bool = True) -> None:
        """Store rows under a token, unless the token is known: in the raw table, and in the views."""
        before = self.batches.setdefault(token, rows)
        if [_place(row) for row in before] != [_place(row) for row in rows]:
            self.violations.append(f"token {token} came again with other rows")
        if views:
            self.viewed.add(token)


class Connection(ClickHouse):
    """One process's client of the store. `killed` marks that process dead."""

    def __init__(self, store: ModelStore, killed: Callable[[], None]) -> None:
        self._store, self._killed = store, killed
        self._column_types = {}

    async def insert(
        self, table: str, column_names: Sequence[str], columns: Sequence[Sequence[Any]], *, token: str
    ) -> None:
        store, moods = self._store, self._store.moods
        rows = [list(row) for row in zip(*columns, strict=True)]
        self._kill_sometimes(moods.kills / 2)
        await asyncio.sleep(store.rng.random() * store.rng.choice((0.01, 0.5)))
        if self._dice(moods.fails):
            raise ClickHouseUnavailable(store.rng.choice((None, 252, 241, 60)), "not now")
        store.check(rows)
        if self._dice(moods.lags):
            delay_s = store.rng.random() * 8
            asyncio.get_running_loop().call_later(delay_s, store.take, token, rows)
            raise ClickHouseUnavailable(None, "no answer within the time limit")
        if self._dice(moods.half_done):
            store.take(token, rows, views=False)
            raise ClickHouseRefused(407, "a view overflowed")
        store.take(token, rows)
        self._kill_sometimes(moods.kills / 2)
        if self._dice(moods.loses):
            raise ClickHouseUnavailable(None, "the answer was lost")

    async def rows(self, query: str, parameters: Mapping[str, object] = {}) -> list[dict[str, Any]]:
        await asyncio.sleep(self._store.rng.random() * 0.02)
        self._kill_sometimes(self._store.moods.kills / 4)
        if self._dice(self._store.moods.fails):
            raise self._store.rng.choice((ClickHouseUnavailable, ClickHouseError))(60, "not now")
        answers: dict[str, Callable[[Mapping[str, Any]], list[dict[str, Any]]]] = {
            "batch_rows_stored": self._batch_rows_stored,
            "event_ids_known": self._event_ids_known,
            "raw_columns": lambda _: [{"name": column.name, "type": column.type} for column in COLUMNS],
        }
        return answers[query](parameters)

    def _batch_rows_stored(self, parameters: Mapping[str, Any]) -> list[dict[str, Any]]:
        low, high = parameters["low"], parameters["high"]
        stored = [
            row
            for row in self._store.stored()
            if row[BATCH_ID] == parameters["batch_id"] and low <= row[BATCH_ROW] < high
        ]
        return [{"stored": len(stored)}]

    def _event_ids_known(self, parameters: Mapping[str, Any]) -> list[dict[str, Any]]:
        asked = set(parameters["event_ids"])
        return [
            {"event_id": row[INDEX["event_id"]]}
            for token in self._store.viewed  # event_ids is a view's table
            for row in self._store.batches[token]
            if row[INDEX["event_id"]] in asked
            and row[INDEX["server_id"]] == parameters["server_id"]
            and not row[BATCH_ID].startswith(parameters["segment"])
        ]

    def _dice(self, rate: float) -> bool:
        return self._store.rng.random() < rate

    def _kill_sometimes(self, rate: float) -> None:
        if self._dice(rate):
            self._killed()
            raise Crash


def _place(row: Row) -> tuple[Any, ...]:
    return row[BATCH_ID], row[BATCH_ROW], row[INDEX["raw"]], row[INDEX["received_at"]], row[INDEX["map_name"]]
