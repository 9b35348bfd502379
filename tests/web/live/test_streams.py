"""Event streams over a real server and a real Valkey: whole, resumed, bounded, and ended with the server."""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from typing import Any

from aiohttp import ClientResponse, ClientSession, ClientTimeout

from clickhouse.client import ClickHouse
from live.hub import Topic
from live.settings import LiveSettings
from tests.live.conftest import MATCH, Stage

EVENTS = f"/api/v1/live/matches/{MATCH}/events"


class Messages:
    """The messages of one stream, as a browser would see them."""

    def __init__(self, response: ClientResponse) -> None:
        self.response = response

    async def next(self) -> tuple[str, str, Any]:
        """Id, event and data of the next message; comments and `retry` are passed over."""
        while True:
            fields: dict[str, str] = {}
            while line := (await self._line()).rstrip("\n"):
                name, _, value = line.partition(":")
                fields[name] = value.removeprefix(" ")
            if "data" in fields:
                return fields.get("id", ""), fields["event"], json.loads(fields["data"])

    async def _line(self) -> str:
        async with asyncio.timeout(60):
            line = await self.response.content.readline()
        if not line:
            raise EOFError
        return line.decode()


@contextlib.asynccontextmanager
async def opened(served: Any, path: str, last_id: str = "") -> AsyncIterator[Messages]:
    headers = {"Last-Event-ID": last_id} if last_id else {}
    async with served.client.get(path, headers=headers) as response:
        assert (response.status, response.content_type) == (200, "text/event-stream")
        yield Messages(response)


async def begin(served: Any, stage: Stage) -> Any:
    await served.world.hub.is_subscribed.wait()
    keeper = stage.keeper()
    await stage.played(keeper, [stage.event("match_start", 60, server_id=served.server_id)])
    return keeper


async def test_a_reader_gets_the_board_and_then_every_change(live: tuple[Any, Stage]) -> None:
    served, stage = live
    keeper = await begin(served, stage)
    on = {"server_id": served.server_id}
    async with opened(served, EVENTS) as messages:
        assert messages.response.headers["X-Content-Type-Options"] == "nosniff"
        _, event, board = await messages.next()
        assert (event, board["match"]["server_name"], board["players"]) == ("board", "test", [])
        await stage.played(keeper, [stage.kill("1", "2", 5, **on)])
        _, event, update = await messages.next()
        assert (event, [kill["victim_guid"] for kill in update["kills"]]) == ("update", ["2"])
        assert {player["guid"]: player["kills"] for player in update["players"]} == {"1": 1, "2": 0}
        await stage.played(keeper, [stage.event("match_end", 1, attributes={"winning_team": "axis"}, **on)])
        assert [(await messages.next())[1] for _ in range(2)] == ["update", "end"]


async def test_a_reader_that_comes_back_misses_nothing_and_sees_nothing_twice(
    live: tuple[Any, Stage], eventually: Callable[..., Any]
) -> None:
    served, stage = live
    keeper = await begin(served, stage)
    async with opened(served, EVENTS) as messages:
        last_id, _, _ = await messages.next()
    for n in range(3):
        await stage.played(keeper, [stage.kill("1", f"v{n}", 30 - n, server_id=served.server_id)])
    await eventually(lambda: len(served.world.hub._ring) >= 4)
    async with opened(served, EVENTS, last_id) as messages:
        seen = [await messages.next() for _ in range(3)]
        assert [kill["victim_guid"] for _, _, data in seen for kill in data["kills"]] == ["v0", "v1", "v2"]
        await stage.played(keeper, [stage.kill("1", "v3", 5, server_id=served.server_id)])
        assert [kill["victim_guid"] for kill in (await messages.next())[2]["kills"]] == ["v3"]
    async with opened(served, f"{EVENTS}?last_event_id={seen[1][0]}") as messages:
        assert (await messages.next())[2]["kills"][0]["victim_guid"] == "v2"


async def test_an_id_that_nobody_remembers_begins_with_the_whole_board(live: tuple[Any, Stage]) -> None:
    served, stage = live
    keeper = await begin(served, stage)
    await stage.played(keeper, [stage.kill("1", "2", 5, server_id=served.server_id)])
    for last_id in ("1-1", "nonsense", "9" * 500, "99999999999999-0", "-", "1-1\x00"):
        async with opened(served, f"{EVENTS}?last_event_id={last_id[:40]}") as messages:
            _, event, board = await messages.next()
            assert (event, len(board["players"])) == ("board", 2), last_id


async def test_the_feed_tells_of_all_servers_or_of_one(live: tuple[Any, Stage]) -> None:
    served, stage = live
    await served.world.hub.is_subscribed.wait()
    keeper = stage.keeper()
    async with (
        opened(served, "/api/v1/live/feed") as everything,
        opened(served, "/api/v1/live/feed?server=server-2") as other,
    ):
        await stage.played(keeper, [stage.event("match_start", 9)])
        await stage.played(keeper, [stage.kill("1", "2", 5)])
        assert [(await everything.next())[1] for _ in range(2)] == ["start", "kills"]
        from schema.match_ids import match_uuid

        there = {"server_id": "server-2", "match_id": match_uuid("match_2", "server-2", "")}
        await stage.played(keeper, [stage.event("match_start", 4, **there)])
        assert (await other.next())[2]["server_id"] == "server-2"


async def test_a_server_is_followed_from_match_to_match(live: tuple[Any, Stage]) -> None:
    from schema.match_ids import match_uuid

    served, stage = live
    keeper = await begin(served, stage)
    async with opened(served, f"/api/v1/live/servers/{served.server_id}/events") as messages:
        assert (await messages.next())[2]["match"]["match_id"] == str(MATCH)
        following = match_uuid("match_2", served.server_id, "")
        on = {"server_id": served.server_id, "match_id": following}
        await stage.played(keeper, [stage.event("match_start", 2, **on)])
        assert (await messages.next())[2]["match"]["match_id"] == str(following)
    assert (await served.get("/api/v1/live/servers/unknown/events")).status == 404


async def test_a_silent_stream_shows_signs_of_life(serve: Callable[..., Any]) -> None:
    async with (
        serve(live=replace(LiveSettings(), heartbeat_s=0.1)) as served,
        served.client.get(EVENTS) as response,
    ):
        lines = [await response.content.readline() for _ in range(4)]
        assert lines == [b"retry: 3000\n", b"\n", b": still here\n", b"\n"]


async def test_more_readers_than_may_be_are_told_to_come_later(serve: Callable[..., Any]) -> None:
    async with (
        serve(live=replace(LiveSettings(), readers_max=2)) as served,
        opened(served, EVENTS),
        opened(served, "/api/v1/live/feed"),
    ):
        answer = await served.get(EVENTS)
        assert (answer.status, answer.headers["Retry-After"]) == (503, "5")


async def test_a_reader_that_takes_nothing_is_dropped(
    serve: Callable[..., Any], eventually: Callable[..., Any]
) -> None:
    bounds = replace(LiveSettings(), reader_bytes_max=65_536, write_timeout_s=600)
    async with serve(live=bounds) as served:
        hub = served.world.hub
        with socket.create_connection(("127.0.0.1", served.port)) as lazy:
            lazy.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            lazy.sendall(b"GET /api/v1/live/feed HTTP/1.1\r\nHost: x\r\n\r\n")
            [reader] = await eventually(lambda: list(hub._readers.get(Topic("feed"), ())))
            pushed = 0
            while not reader.ended:
                reader.push(b"x" * 8192)
                pushed += 8192
                await asyncio.sleep(0)
                assert pushed < 32 * 1024 * 1024
            await eventually(lambda: not hub._readers)
        assert hub._count == 0


async def test_a_write_that_takes_too_long_ends_the_stream(
    serve: Callable[..., Any], eventually: Callable[..., Any]
) -> None:
    bounds = replace(LiveSettings(), reader_bytes_max=64 * 1024 * 1024, write_timeout_s=0.2)
    async with serve(live=bounds) as served:
        hub = served.world.hub
        with socket.create_connection(("127.0.0.1", served.port)) as lazy:
            lazy.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            lazy.sendall(b"GET /api/v1/live/feed HTTP/1.1\r\nHost: x\r\n\r\n")
            [reader] = await eventually(lambda: list(hub._readers.get(Topic("feed"), ())))
            reader.push(b"x" * 16 * 1024 * 1024)
            await eventually(lambda: hub._count == 0)


async def test_a_server_that_stops_does_not_wait_for_its_readers(
    serve: Callable[..., Any], clickhouse: ClickHouse
) -> None:
    async with ClientSession(timeout=ClientTimeout(total=30)) as client:
        async with serve(clickhouse=clickhouse, stop_timeout_s=300.0) as served:
            url = f"http://127.0.0.1:{served.port}/api/v1/live/feed"
            responses = [await client.get(url) for _ in range(20)]
        # Left within the test's time limit, although running requests may take 300 s to finish.
        texts = [await response.read() for response in responses]
    assert texts == [b"retry: 3000\n\n"] * 20


async def test_hostile_names_stay_in_their_message(live: tuple[Any, Stage]) -> None:
    served, stage = live
    keeper = await begin(served, stage)
    name = 'x\n\nevent: end\ndata: {}\r\rid: 1\n</script>"'
    async with opened(served, EVENTS) as messages:
        await messages.next()
        await stage.played(keeper, [stage.kill("1", "2", 5, player_name=name, server_id=served.server_id)])
        _, event, update = await messages.next()
        assert (event, update["kills"][0]["killer_name"]) == ("update", name)
