"""Pictures for elsewhere: a player's badge for forum signatures, and the images that links to pages show."""

from __future__ import annotations

from typing import Final

from aiohttp import web

from query import players
from schema.map_names import map_title
from web.endpoints import Endpoints
from web.errors import not_found
from web.pages import maps, matches, servers
from web.pages.cached import cached
from web.pages.pictures import FORMAT, Figure, Picture, answer
from web.pages.words import date, duration, fixed, gametype, share, whole
from web.parameters import part
from web.stats.parameters import GUID, MAP, map_name, server_names
from web.world import WORLD

SHARE: Final = "share.svg"
NAME_SHOWN: Final = {"badge": 26, "share": 24}
"""Characters of a name that have room."""
ALLIES: Final = "#86b0e0"
AXIS: Final = "#f07a62"
"""As the dark theme has them."""

PICTURE: Final = part("picture", "badge or share")

endpoints = Endpoints("pages")


@endpoints.page("/player/{guid}/{picture:badge|share}.{format:svg|png}", parameters=[GUID, PICTURE, FORMAT])
async def get_picture(request: web.Request) -> web.Response:
    """A player as a picture, SVG or PNG."""
    world, asked, kind = request.app[WORLD], GUID.of(request), PICTURE.of(request)

    async def produce() -> Picture:
        guid = await players.player_guid(world.clickhouse, asked)
        stats = (await players.player_page(world.clickhouse, guid, server_names(world))).player
        if stats.first_seen is None:
            raise not_found("No such player was ever seen")
        figures = [
            Figure("Kills", whole(stats.kills)), Figure("Deaths", whole(stats.deaths)),
            Figure("K/D", fixed(stats.kd_ratio)), Figure("Accuracy", share(stats.accuracy if stats.shots_fired else None)),
        ]  # fmt: skip
        return Picture(name=stats.name, figures=figures, otherwise=f"Player {guid[:8]}")

    shown = await cached(request, "leaderboard", f"picture/{asked}", Picture, produce)
    return await answer(request, f"{kind}.svg", shown, NAME_SHOWN[kind])


@endpoints.page("/match/{match}/share.{format:svg|png}", parameters=[matches.MATCH, FORMAT])
async def get_picture_of_match(request: web.Request) -> web.Response:
    """A match as a picture: where and when it was, and how it stands."""
    report = (await matches.match_view(request, matches.MATCH.of(request))).report
    figures = [
        Figure("Kills", whole(report.total_kills)), Figure("Players", whole(len(report.players))),
        Figure("Length", duration(report.duration)),
    ]  # fmt: skip
    if report.team_match:
        figures[2:] = []
        figures[:0] = [
            Figure("Allies", whole(report.allies_score), ALLIES),
            Figure("Axis", whole(report.axis_score), AXIS),
        ]
    line = f"{gametype(report.gametype)} · {date(report.started_at)} · {report.server_name}"
    shown = Picture(name=map_title(report.map_name), line=line, figures=figures, otherwise="A match")
    return await answer(request, SHARE, shown, NAME_SHOWN["share"])


@endpoints.page("/map/{map:[^/]+}/share.{format:svg|png}", parameters=[MAP, FORMAT])
async def get_picture_of_map(request: web.Request) -> web.Response:
    """A map as a picture."""
    page = (await maps.map_view(request, await map_name(request.app[WORLD], MAP.of(request)))).page
    figures = [
        Figure("Matches", whole(page.total_matches)), Figure("Kills", whole(page.total_kills)),
        Figure("Players", whole(page.unique_players)), Figure("A match", duration(page.avg_duration)),
    ]  # fmt: skip
    best = f"Most kills: {page.top_players[0].name}" if page.top_players else "A map"
    shown = Picture(name=map_title(page.map_name), line=best, figures=figures, otherwise="A map")
    return await answer(request, SHARE, shown, NAME_SHOWN["share"])


@endpoints.page("/server/{server}/share.{format:svg|png}", parameters=[servers.SERVER_ID, FORMAT])
async def get_picture_of_server(request: web.Request) -> web.Response:
    """A server as a picture: its last day."""
    server = (await servers.server_view(request, servers.SERVER_ID.of(request))).server
    figures = [
        Figure("Matches", whole(server.total_matches)), Figure("Kills", whole(server.total_kills)),
        Figure("Players", whole(server.unique_players)), Figure("At once", whole(server.peak_players_24h)),
    ]  # fmt: skip
    shown = Picture(name=server.name, line="The last 24 hours", figures=figures, otherwise="A server")
    return await answer(request, SHARE, shown, NAME_SHOWN["share"])
