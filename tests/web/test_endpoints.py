from __future__ import annotations

import re

import pytest
from aiohttp import web

from tests.web.conftest import Serve, Served
from web.answers import answer
from web.app import TABLES, create_app
from web.endpoints import ENDPOINTS, Endpoints, by_handler
from web.parameters import flag, number, part, text


def test_every_route_is_declared(served: Served) -> None:
    app = create_app(served.world)
    undeclared = [
        str(route)
        for route in app.router.routes()
        # Static files are no answers of ours.
        if not isinstance(route.resource, web.StaticResource) and route.handler not in app[ENDPOINTS]
    ]
    assert undeclared == []


def test_every_part_of_a_path_is_a_declared_parameter_and_the_other_way_round() -> None:
    for endpoint in by_handler(TABLES).values():
        in_paths = {name for path in endpoint.paths for name in re.findall(r"{(\w+)[:}]", path)}
        declared = {one.name for one in endpoint.parameters if one.where == "path"}
        assert declared == in_paths, endpoint.name


def test_every_endpoint_has_a_name_of_its_own_and_says_what_it_answers() -> None:
    endpoints = [endpoint for table in TABLES for endpoint in table]
    names = [endpoint.name for endpoint in endpoints]
    assert len(names) == len(set(names))
    assert [endpoint.name for endpoint in endpoints if not endpoint.handler.__doc__] == []


def test_a_lifetime_that_nobody_set_is_no_declaration() -> None:
    with pytest.raises(ValueError, match="no lifetime is set"):
        Endpoints("test").get("/x", answers=dict, cache="forever")


async def test_answers_are_told_apart_by_every_declared_parameter(serve: Serve) -> None:
    endpoints, asked = Endpoints("test"), 0
    parameters = [
        part("one", "One"), part("two", "Two", default=""), flag("bots", "Bots"), text("side", "Side"),
        number("limit", "Limit", default=5, least=1, most=9), number("offset", "Offset", default=None, least=0, most=9),
    ]  # fmt: skip

    @endpoints.get("/it/{one}", "/it/{one}/{two}", answers=int, parameters=parameters, cache="list")
    async def it(request: web.Request) -> web.Response:
        async def produce() -> int:
            nonlocal asked
            asked += 1
            return asked

        return await answer(request, produce, variant=request.query.get("day", ""))

    different = [
        "/it/a", "/it/a/b", "/it/a%2Fb", "/it/b", "/it/a?bots=1", "/it/a?limit=6", "/it/a?offset=0", "/it/a?offset=1",
        "/it/a?side=!", "/it/a?side=%21%2F", "/it/!", "/it/a?day=1", "/it/a?day=2", "/it/1", "/it/%00",
    ]  # fmt: skip
    same = [
        "/it/a?",
        "/it/a?bots=no",
        "/it/a?limit=5",
        "/it/a?limit=five",
        "/it/a?offset=x",
        "/it/a?ignored=1",
    ]
    async with serve(endpoints) as served:
        answers = [(await served.get(path)).json for path in different]
        assert answers == list(range(1, len(different) + 1))
        assert {(await served.get(path)).json for path in same} == {1}


async def test_a_slash_at_the_end_changes_nothing_in_the_api(serve: Serve) -> None:
    endpoints = Endpoints("test")
    who = part("who", "Who")

    @endpoints.get("/api/tried", "/api/tried/{who:.+}", answers=str, parameters=[who], cache="list")
    async def tried(request: web.Request) -> web.Response:
        async def produce() -> str:
            return who.of(request)

        return await answer(request, produce)

    async with serve(endpoints) as served:
        for path, meant in (("/api/tried/", ""), ("/api/tried/dm/x/", "dm/x"), ("/api/tried/dm%2F/", "dm/")):
            assert (await served.get(path)).json == meant
        assert (await served.get("/api/v1/stats/maps/")).status == 503  # this server has no ClickHouse
        assert (await served.get("/api/v1/stats/nothing/")).status == 404
