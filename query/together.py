"""What the parts of one answer ask is asked once, and together.

A player's war room is made of five answers that rest on the same sums. `Together` is the store they ask: the same question is one
statement however many ask it, and questions that differ only in how they divide (`dimensions`) or in what they count (`figures`) are
one statement too, because planning a wide statement costs ten times what a player's rows cost to read.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Coroutine, Mapping, Sequence
from contextlib import asynccontextmanager
from types import MappingProxyType
from typing import Any, Final, NamedTuple, Protocol

from cache.tasks import end_tasks

DIVIDED: Final = "dimensions"
"""The parameter of queries that answer several dimensions at once; each of their rows names its `dimension`."""
FIGURES: Final = "figures"
"""The parameter of queries that count only what is asked for, by groups of their columns."""
JOINED: Final = (DIVIDED, FIGURES)
"""What may differ between questions that are one statement: it is asked for everything that any of them names."""
GATHERING_TURNS: Final = 4
"""Turns of the event loop in which questions are gathered: as deep as one `asyncio.gather` stands in another."""

NOTHING: Final[Mapping[str, object]] = MappingProxyType({})

Rows = Sequence[Mapping[str, Any]]


class Asks(Protocol):
    """Whoever answers a named query: clickhouse.client.ClickHouse, or Together."""

    async def rows(self, query: str, parameters: Mapping[str, object] = ...) -> list[dict[str, Any]]:
        """The rows of `clickhouse/queries/<query>.sql`."""
        ...


async def divided(store: Asks, query: str, parameters: Mapping[str, object], dimension: str) -> Rows:
    """The rows of one dimension of a query that can answer several; what answers the whole (empty) alone need not name it."""
    found = await store.rows(query, {**parameters, DIVIDED: [dimension]})
    return [row for row in found if row.get("dimension", "") == dimension]


class _Question(NamedTuple):
    """A statement under way, and the dimensions and figures it is asked for."""

    wanted: dict[str, set[str]]
    answer: asyncio.Task[list[dict[str, Any]]]


class Together:
    """One answer's questions. What it returns is shared: nobody may change it. Use `asking`, which ends what it began."""

    def __init__(self, store: Asks) -> None:
        self._store = store
        self._asked: dict[str, _Question] = {}
        self._gathering: set[str] = set()
        self._tasks: list[asyncio.Task[list[dict[str, Any]]]] = []

    async def rows(self, query: str, parameters: Mapping[str, object] = NOTHING) -> list[dict[str, Any]]:
        """The rows; what other parts of the answer asked the same query for, dimensions and figures, is among them."""
        rest = {name: value for name, value in parameters.items() if name not in JOINED}
        key, wanted = f"{query} {sorted(rest.items())!r}", _wanted(parameters)
        known = self._asked.get(key)
        if known is not None and key in self._gathering:
            for name, words in wanted.items():
                known.wanted[name] |= words
        elif known is None or any(words - known.wanted[name] for name, words in wanted.items()):
            known = self._begin(key, query, rest, wanted)
        # One who leaves does not take the answer of the others with him.
        return await asyncio.shield(known.answer)

    async def end(self) -> None:
        """Stop what still runs: an answer that failed in one part needs no other."""
        await end_tasks(*self._tasks)

    def _begin(
        self, key: str, query: str, rest: Mapping[str, object], wanted: dict[str, set[str]]
    ) -> _Question:
        ask: Coroutine[Any, Any, list[dict[str, Any]]]
        if wanted:
            self._gathering.add(key)
            ask = self._joined(key, query, rest, wanted)
        else:
            ask = self._store.rows(query, rest)
        question = self._asked[key] = _Question(wanted, asyncio.create_task(ask))
        self._tasks.append(question.answer)
        return question

    async def _joined(
        self, key: str, query: str, rest: Mapping[str, object], wanted: dict[str, set[str]]
    ) -> list[dict[str, Any]]:
        for _ in range(GATHERING_TURNS):
            await asyncio.sleep(0)
        self._gathering.discard(key)
        joined = {name: sorted(words) for name, words in wanted.items()}
        return await self._store.rows(query, {**rest, **joined})


@asynccontextmanager
async def asking(store: Asks) -> AsyncIterator[Together]:
    """A Together over the store, ended on leaving; of a part of an answer that asks one already: that one."""
    if isinstance(store, Together):
        yield store
        return
    together = Together(store)
    try:
        yield together
    finally:
        await together.end()


def _wanted(parameters: Mapping[str, object]) -> dict[str, set[str]]:
    named = {name: parameters[name] for name in JOINED if name in parameters}
    return {name: {str(one) for one in words} for name, words in named.items() if isinstance(words, Sequence)}
