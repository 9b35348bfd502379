"""The list of matches, and the page of one: scoreboard, course, who killed whom, weapons, places, moments."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple

from aiohttp import web
from msgspec import Struct

from query import maps, match_courses, match_events, match_reports, matches
from query.cursors import CURSOR_MAX
from query.periods import ALL, period
from query.scope import Scope
from schema.answers.courses import Course
from schema.answers.maps import MapNames
from schema.answers.match_reports import KillMatrix, MatchReport
from schema.answers.matches import MatchItem, ScoreboardRow
from schema.gametypes import GAMETYPES
from schema.map_names import display_name, map_title
from web.endpoints import Endpoints
from web.errors import bad_request, not_found
from web.map_images import Picture, picture_of
from web.pages import addresses
from web.pages.cached import cached
from web.pages.embeds import LOOK, everywhere
from web.pages.lanes import Lane, lanes, place
from web.pages.leaderboards import PERIOD_NAMES
from web.pages.plans import Plan, plan_with
from web.pages.rendering import Page, render
from web.pages.words import duration, gametype, whole
from web.parameters import part, text
from web.stats.parameters import GAMETYPE, MAP_FILTER, PERIOD, SERVER, now, server_names
from web.world import WORLD

ROWS: Final = 40
FEED_SHOWN: Final = 400
MATRIX_SHOWN: Final = 16
PLACES_SHOWN: Final = 600
LIVE_FOR: Final = timedelta(minutes=5)
"""A match without an end is over when nothing was heard of it for so long."""
TEAMS: Final = {"allies": "Allies", "axis": "Axis"}

MATCH: Final = part("match", "The match's id")
AFTER: Final = text("after", "Where the page before ended", most=CURSOR_MAX)

endpoints = Endpoints("pages")


class Team(NamedTuple):
    """One side of the scoreboard; `key` is empty where everybody plays alone."""

    key: str
    name: str
    players: list[ScoreboardRow]


class Spot(NamedTuple):
    """A death on the plan: where the killer stood, where the victim fell."""

    at_s: float
    kind: str
    from_x: float | None
    from_y: float | None
    to_x: float
    to_y: float


class MatchView(Struct, frozen=True, kw_only=True):
    """What a match's page is made of."""

    report: MatchReport
    course: Course
    matrix: KillMatrix

    def is_live(self, at: datetime) -> bool:
        """Whether it is still played."""
        return not self.report.is_finished and at - self.report.ended_at < LIVE_FOR

    @property
    def teams(self) -> list[Team]:
        """The scoreboard by team, the winner first; one team without a name where there are none."""
        players = self.report.players
        if not self.report.team_match:
            return [Team("", "", players)]
        order = sorted(TEAMS, key=lambda team: team != self.report.winning_team)
        sides = [Team(key, TEAMS[key], [one for one in players if one.team == key]) for key in order]
        others = [one for one in players if one.team not in TEAMS]
        return [side for side in (*sides, Team("", "Others", others)) if side.players]

    @property
    def numbers(self) -> dict[str, int]:
        """guid -> his number on this page: markup and script tell players apart by it, not by what they call themselves."""
        return {player.guid: number for number, player in enumerate(self.report.players)}

    @property
    def lanes(self) -> list[Lane]:
        """The timeline."""
        return lanes(self.course, self.report.players)

    @property
    def rounds(self) -> list[float]:
        """Where rounds begin on the timeline."""
        return [place(one.at_s, self.course.seconds) for one in self.course.rounds if one.at_s > 0]

    @property
    def script(self) -> dict[str, Any]:
        """What the scrubber counts: [second, killer, victim, whether it is a kill] of each death."""
        numbers = self.numbers
        return {
            "seconds": self.course.seconds,
            "deaths": [
                [
                    one.at_s,
                    numbers.get(one.killer_id, -1),
                    numbers.get(one.victim_id, -1),
                    int(one.kind == "kill"),
                ]
                for one in self.course.deaths
            ],
        }

    def ground(self, picture: Picture | None) -> Plan | None:
        """The ground on which they met, and all of the picture; None when no position is known."""
        places = [(one.to_x, one.to_y) for one in self.course.deaths if one.to_x or one.to_y]
        return plan_with(places, picture)

    def spots(self, ground: Plan) -> list[Spot]:
        """The deaths on the plan."""
        return [
            Spot(
                one.at_s, one.kind,
                ground.x(one.from_x) if one.from_x or one.from_y else None,
                ground.y(one.from_y) if one.from_x or one.from_y else None,
                ground.x(one.to_x), ground.y(one.to_y),
            )
            for one in self.course.deaths[:PLACES_SHOWN]
            if one.to_x or one.to_y
        ]  # fmt: skip

    @property
    def most_met(self) -> int:
        """The largest number of the matrix that is shown."""
        return max(
            (count for row in self.matrix.kills[:MATRIX_SHOWN] for count in row[:MATRIX_SHOWN]), default=0
        )


@endpoints.page(*everywhere("/match/{match}"), parameters=[MATCH, *LOOK])
async def get_match_as_page(request: web.Request) -> web.Response:
    """Everything about a match; while it is played the page keeps itself up to date."""
    match_id = MATCH.of(request)
    view = await match_view(request, match_id)
    report = view.report
    is_live = view.is_live(now())
    score = f"Allies {report.allies_score}, Axis {report.axis_score}. " if report.team_match else ""
    page = Page(
        title=f"{display_name(report.map_name)}, {gametype(report.gametype)}",
        section=addresses.MATCHES,
        description=(
            f"{score}{len(report.players)} players, {whole(report.total_kills)} kills in {duration(report.duration)}"
        ),
        share_image=addresses.share_image(addresses.match(report.match_id)),
        stream=addresses.match_stream(report.match_id) if is_live else "",
    )
    picture = await picture_of(request, report.map_name)
    ground = view.ground(picture)
    shown = {
        "match": view,
        "is_live": is_live,
        "picture": picture,
        "ground": ground,
        "spots": view.spots(ground) if ground else [],
    }
    return render(request, "match.html", page, shown)


async def match_view(request: web.Request, match_id: str) -> MatchView:
    """What a match's page and picture are made of; raises HttpError 404 for a match that nobody heard of."""
    return await cached(request, "live", f"match/{match_id}", MatchView, lambda: _view(request, match_id))


async def _view(request: web.Request, match_id: str) -> MatchView:
    world = request.app[WORLD]
    store = world.clickhouse
    report, course, matrix = await asyncio.gather(
        match_reports.match_report(store, match_id, server_names(world)),
        match_courses.course(store, match_id),
        match_events.kill_matrix(store, match_id),
    )
    if report is None or course is None or matrix is None:
        raise not_found("No such match was ever heard of")
    return MatchView(report=report, course=course, matrix=matrix)


@dataclass(frozen=True, kw_only=True)
class MatchList:
    """A page of the list and what it was filtered by."""

    asked: Scope
    matches: list[MatchItem]
    next: str
    first: str
    """The address of the newest; empty where they are shown."""
    choices: list[tuple[str, str, str, list[tuple[str, str]]]]


@endpoints.page(
    *everywhere(addresses.MATCHES), parameters=[MAP_FILTER, GAMETYPE, SERVER, PERIOD, AFTER, *LOOK]
)
async def get_matches_as_page(request: web.Request) -> web.Response:
    """Every match, newest first."""
    world, after = request.app[WORLD], AFTER.of(request)
    asked = Scope(
        period=period(PERIOD.of(request), now()),
        map_name=MAP_FILTER.of(request),
        gametype=GAMETYPE.of(request),
        server_id=SERVER.of(request),
    )
    names = server_names(world)

    async def produce() -> list[MatchItem]:
        try:
            return await matches.matches(world.clickhouse, names, asked, after=after, limit=ROWS + 1)
        except ValueError as error:
            raise bad_request(str(error)) from None

    found = await cached(request, "match", f"matches/{asked.key()}/{after}", list[MatchItem], produce)
    filters = {
        "period": "" if asked.period.name == ALL else asked.period.name,
        "map": asked.map_name, "gametype": asked.gametype, "server": asked.server_id,
    }  # fmt: skip
    more = found[ROWS - 1].cursor if len(found) > ROWS else ""
    view = MatchList(
        asked=asked,
        matches=found[:ROWS],
        next=addresses.MATCHES + addresses.query_string({**filters, "after": more}) if more else "",
        first=addresses.MATCHES + addresses.query_string(filters) if after else "",
        choices=[
            ("period", "Period", filters["period"], [("", "All time"), *_periods()]),
            ("map", "Map", asked.map_name, [("", "Every map"), *await map_choices(request)]),
            ("gametype", "Game type", asked.gametype, [("", "Every type"), *_gametypes()]),
            ("server", "Server", asked.server_id, [("", "Every server"), *sorted(names.items(), key=lambda one: one[1])]),
        ],
    )  # fmt: skip
    page = Page(title="Matches", section=addresses.MATCHES, robots="noindex" if after else "")
    return render(request, "matches.html", page, view)


async def map_choices(request: web.Request) -> list[tuple[str, str]]:
    """(name, name for people) of every map that was played."""
    store = request.app[WORLD].clickhouse
    found = await cached(request, "list", "maps/names", MapNames, lambda: maps.map_list(store))
    return [(one.name, map_title(one.name)) for one in found.maps]


def _periods() -> list[tuple[str, str]]:
    return [(name, title) for name, title in PERIOD_NAMES.items() if name != ALL]


def _gametypes() -> list[tuple[str, str]]:
    return [(name, one.display_name) for name, one in GAMETYPES.items()]
