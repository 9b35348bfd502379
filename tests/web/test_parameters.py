from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from aiohttp import web

from tests.web.conftest import Serve
from web.endpoints import Endpoints
from web.parameters import AnyParameter, choice, flag, header, number, parsed, part, text
from web.responses import json_response

LIMIT = number("limit", "How many", default=25, least=1, most=100)
OFFSET = number("offset", "From where", default=None, least=0, most=1000)
BOTS = flag("bots", "Bots too")
SIDE = choice("side", "Which side", ("axis", "allies"), default="axis", aliases={"german": "axis"})
ORDER = choice("order", "Which way", ("up", "down"), default="up", strict=True)
NAME = text("name", "A name", most=5)
LEAST = number("least", "At least", default=None, least=0, most=9, strict=True)


def day(given: str) -> date | None:
    try:
        return date.fromisoformat(given)
    except ValueError:
        raise ValueError("is no day") from None


DAY = parsed("day", "A day", day, default=None, schema={"type": "string", "format": "date"})
WHOSE = part("whose", "Whose", default="nobody")
KEY = header("Idempotency-Key", "A name of the report")
ALL: list[AnyParameter] = [LIMIT, OFFSET, BOTS, SIDE, ORDER, NAME, LEAST, DAY, WHOSE, KEY]


def endpoints() -> Endpoints:
    """Answers with what it read."""
    table = Endpoints("test")

    @table.get("/read", "/read/{whose}", answers=dict[str, Any], parameters=ALL)
    async def read(request: web.Request) -> web.Response:
        return json_response({parameter.name: parameter.of(request) for parameter in ALL})

    @table.get("/undeclared", answers=dict[str, Any], parameters=[BOTS])
    async def undeclared(request: web.Request) -> web.Response:
        return json_response({"limit": LIMIT.of(request)})

    return table


async def test_what_is_absent_or_empty_is_the_default(serve: Serve) -> None:
    async with serve(endpoints()) as served:
        expected = {
            "limit": 25, "offset": None, "bots": False, "side": "axis", "order": "up", "name": "", "least": None, "day": None,
            "whose": "nobody", "Idempotency-Key": "",
        }  # fmt: skip
        assert (await served.get("/read")).json == expected
        assert (await served.get("/read?limit=&bots=&side=&order=&name=&day=")).json == expected


@pytest.mark.parametrize(
    ("query", "name", "value"),
    [
        ("limit=7", "limit", 7), ("limit=0", "limit", 1), ("limit=101", "limit", 100), ("limit=-1e9", "limit", 25),
        ("limit=" + "9" * 5000, "limit", 25), ("offset=3", "offset", 3), ("offset=x", "offset", None),
        ("bots=1", "bots", True), ("bots=YES", "bots", True), ("bots=maybe", "bots", False),
        ("side=Allies", "side", "allies"), ("side=german", "side", "axis"), ("side=left", "side", "axis"),
        ("order=down", "order", "down"), ("name=abcde", "name", "abcde"), ("name=%20a%20", "name", "a"),
        ("least=9", "least", 9), ("day=2026-01-02", "day", "2026-01-02"),
    ],
)  # fmt: skip
async def test_a_value_is_read_and_brought_within_its_bounds(
    serve: Serve, query: str, name: str, value: object
) -> None:
    async with serve(endpoints()) as served:
        assert (await served.get(f"/read?{query}")).json[name] == value


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("order=sideways", "order is one of up, down"),
        ("name=abcdef", "name is longer than 5 characters"),
        ("day=tomorrow", "day is no day"),
        ("least=-1", "least is a whole number from 0 to 9"),
        ("least=10", "least is a whole number from 0 to 9"),
        ("least=%D9%A3", "least is a whole number from 0 to 9"),
        ("least=" + "9" * 5000, "least is a whole number from 0 to 9"),
    ],
)
async def test_a_strict_parameter_refuses_and_says_why(serve: Serve, query: str, sentence: str) -> None:
    async with serve(endpoints()) as served:
        answer = await served.get(f"/read?{query}")
        assert (answer.status, answer.json["error"]) == (400, sentence)


async def test_parts_of_the_path_and_headers_are_parameters_too(serve: Serve) -> None:
    async with serve(endpoints()) as served:
        answer = await served.get("/read/a%2Fb?whose=other", headers={"Idempotency-Key": "k"})
        assert (answer.json["whose"], answer.json["Idempotency-Key"]) == ("a/b", "k")


async def test_a_parameter_that_is_not_declared_is_a_fault_of_ours(serve: Serve) -> None:
    async with serve(endpoints()) as served:
        assert (await served.get("/undeclared?limit=1")).status == 500
