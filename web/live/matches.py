"""Matches that are being played, over HTTP (spec/openmohaa.md 3.3, 4.3)."""

from __future__ import annotations

import asyncio
from typing import Final

from aiohttp import web

from live import boards, servers
from schema.answers.live import LiveBoard, LiveMatch, LiveTotals, Presence, Realtime
from schema.match_ids import match_uuid_of_path
from web.answers import answer
from web.endpoints import Endpoints
from web.errors import not_found
from web.moments import moment_of
from web.parameters import part
from web.stats.parameters import API
from web.world import WORLD

MATCH: Final = part("id", "The match's UUID, or the id its server gave it")
GUID: Final = part("guid", "The player's guid")
REDIS_AWAY: Final = {503: "Redis is away: nobody knows what is live"}

endpoints = Endpoints("live")


@endpoints.get(
    f"{API}/stats/live/matches",
    f"{API}/live/matches",
    answers=list[LiveMatch],
    cache="live",
    errors=REDIS_AWAY,
)
async def get_live_matches(request: web.Request) -> web.Response:
    """The matches being played, most players first."""
    world = request.app[WORLD]
    return await answer(request, lambda: boards.live_matches(world.live, moment_of(world)))


@endpoints.get(
    f"{API}/stats/realtime", answers=Realtime, rows="live_matches", cache="live", errors=REDIS_AWAY
)
async def get_realtime(request: web.Request) -> web.Response:
    """What is going on now, in one answer: how much, and the matches."""
    world = request.app[WORLD]

    async def produce() -> Realtime:
        at = moment_of(world)
        totals, matches = await asyncio.gather(
            servers.totals_now(world.live, at), boards.live_matches(world.live, at)
        )
        return Realtime(
            servers_online=totals.servers_online,
            active_matches=totals.matches,
            active_players=totals.players,
            live_matches=matches,
        )

    return await answer(request, produce)


@endpoints.get(
    f"{API}/live/matches/{{id}}",
    answers=LiveBoard,
    rows="players",
    parameters=[MATCH],
    cache="board",
    errors={404: "No board of the match is kept", **REDIS_AWAY},
)
async def get_live_board(request: web.Request) -> web.Response:
    """The whole board of one match, for some minutes after its end too."""
    world, match_id = request.app[WORLD], str(match_uuid_of_path(MATCH.of(request)))

    async def produce() -> LiveBoard:
        found = await boards.live_board(world.live, match_id, moment_of(world))
        if found is None:
            raise not_found("Match is not live")
        return found

    return await answer(request, produce)


@endpoints.get(
    f"{API}/live/players/{{guid}}", answers=Presence, parameters=[GUID], cache="live", errors=REDIS_AWAY
)
async def get_presence(request: web.Request) -> web.Response:
    """Whether a player is on a server now."""
    world, guid = request.app[WORLD], GUID.of(request)
    return await answer(request, lambda: servers.presence(world.live, guid, moment_of(world)))


@endpoints.get(f"{API}/live/totals", answers=LiveTotals, cache="live", errors=REDIS_AWAY)
async def get_live_totals(request: web.Request) -> web.Response:
    """How many servers, matches and players there are now."""
    world = request.app[WORLD]
    return await answer(request, lambda: servers.totals_now(world.live, moment_of(world)))
