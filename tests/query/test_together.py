"""The same question is one statement, and so are questions that differ in how they divide."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

import pytest

from query.together import NOTHING, Asks, Rows, asking, divided


class Store:
    """Notes what it is asked; a row for each dimension asked for."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, Mapping[str, object]]] = []
        self.ended: list[str] = []

    async def rows(self, query: str, parameters: Mapping[str, object] = NOTHING) -> list[dict[str, Any]]:
        self.asked.append((query, parameters))
        try:
            await asyncio.sleep(3600 if query == "long" else 0)
        finally:
            self.ended.append(query)
        if query == "broken":
            raise ValueError(query)
        dimensions = parameters.get("dimensions", [""])
        assert isinstance(dimensions, list)
        return [{"dimension": one, "label": f"{query} {one}"} for one in dimensions]


async def test_the_same_question_is_asked_once() -> None:
    store = Store()
    async with asking(store) as together:
        answers = await asyncio.gather(*(together.rows("names", {"guid": "a", "n": 1}) for _ in range(3)))
        later = await together.rows("names", {"n": 1, "guid": "a"})
        other = await together.rows("names", {"guid": "b", "n": 1})
    assert [*answers, later] == [other] * 4
    assert [parameters["guid"] for _, parameters in store.asked] == ["a", "b"]


async def test_dimensions_of_parts_within_parts_are_one_statement() -> None:
    store = Store()

    async def part(asks: Asks, *dimensions: str) -> list[Rows]:
        async with asking(asks) as nested:
            return await asyncio.gather(*(divided(nested, "sums", {"guid": "a"}, one) for one in dimensions))

    async with asking(store) as together:
        found = await asyncio.gather(part(together, "map"), part(together, "hour", "map"), part(together, ""))
        again = await part(together, "hour")
    assert [[one["label"] for rows in of for one in rows] for of in found] == [
        ["sums map"], ["sums hour", "sums map"], ["sums "],
    ]  # fmt: skip
    assert again == [found[1][0]]
    assert [parameters["dimensions"] for _, parameters in store.asked] == [["", "hour", "map"]]


async def test_figures_of_parts_are_one_statement_and_others_too_late_another() -> None:
    store = Store()
    async with asking(store) as together:
        await asyncio.gather(
            divided(together, "sums", {"figures": ["fights"]}, ""),
            divided(together, "sums", {"figures": ["moves", "fights"]}, "map"),
            divided(together, "sums", {"figures": []}, ""),
        )
        await divided(together, "sums", {"figures": ["moves"]}, "map")
        await divided(together, "sums", {"figures": ["uses"]}, "map")
    assert [(asked["dimensions"], asked["figures"]) for _, asked in store.asked] == [
        (["", "map"], ["fights", "moves"]), (["map"], ["uses"]),
    ]  # fmt: skip


async def test_a_dimension_asked_for_too_late_is_a_statement_of_its_own() -> None:
    store = Store()
    async with asking(store) as together:
        await divided(together, "sums", NOTHING, "map")
        assert [row["label"] for row in await divided(together, "sums", NOTHING, "day")] == ["sums day"]
    assert [parameters["dimensions"] for _, parameters in store.asked] == [["map"], ["day"]]


async def test_a_part_that_fails_ends_the_others() -> None:
    store = Store()

    async def answer() -> None:
        async with asking(store) as together:
            await asyncio.gather(together.rows("long"), together.rows("broken"))

    with pytest.raises(ValueError, match="broken"):
        await answer()
    assert sorted(query for query, _ in store.asked) == ["broken", "long"]
    assert sorted(store.ended) == ["broken", "long"]
