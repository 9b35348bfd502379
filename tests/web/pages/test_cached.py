"""What a page shows is asked of the database once in its lifetime."""

from __future__ import annotations

from aiohttp import web

from schema.answers.players import NamedPlayer
from tests.web.conftest import Serve
from web.endpoints import Endpoints
from web.pages.cached import cached


async def test_a_page_gets_a_typed_answer_that_is_asked_for_once(serve: Serve) -> None:
    asked = 0
    shown: list[NamedPlayer] = []
    endpoints = Endpoints("test")

    async def produce() -> NamedPlayer:
        nonlocal asked
        asked += 1
        return NamedPlayer(guid="7", name="Ann")

    @endpoints.page("/tried")
    async def page(request: web.Request) -> web.Response:
        shown.append(await cached(request, "player", "page/7", NamedPlayer, produce))
        return web.Response(text=shown[-1].name)

    async with serve(endpoints) as served:
        answers = [await served.get("/tried") for _ in range(3)]

    assert [one.body for one in answers] == [b"Ann"] * 3
    assert shown == [NamedPlayer(guid="7", name="Ann")] * 3
    assert asked == 1
