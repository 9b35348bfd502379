"""One player in depth over HTTP (spec/openmohaa.md 4.4): every answer takes the filters of `web.stats.parameters`."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, Final

from aiohttp import web

from clickhouse.client import ClickHouse
from query import (
    player_bots,
    player_combos,
    player_depth,
    player_drilldowns,
    player_fighting,
    player_form,
    player_peaks,
    player_places,
    player_rivals,
    player_world,
    war_rooms,
)
from query.games import MOHAA
from query.scope import Scope
from schema.answers.players_advanced import (
    ComboMetrics,
    Drilldown,
    DrilldownOptions,
    NestedDrilldown,
    PeakPerformance,
    PerformancePoint,
    PerformanceSeries,
    PlayerGametype,
    PlayerHeatmap,
    Playstyle,
    Prediction,
    Versus,
    WarRoom,
)
from schema.answers.players_deep import (
    DeepCombat,
    DeepMovement,
    DeepStance,
    DeepStats,
    GameFlow,
    PlayerBots,
    PlayerVehicles,
    PlayerWorld,
)
from web.answers import answer
from web.endpoints import Endpoints
from web.errors import not_found
from web.parameters import choice, number, part
from web.stats.parameters import (
    API,
    FILTERS,
    GAMETYPE,
    GUID,
    MAP,
    PLACES,
    SERVER,
    SPAN,
    WEAPON_FILTER,
    known_names,
    map_name,
    now,
    scope,
)
from web.world import WORLD

PLAYER: Final = f"{API}/stats/player/{{guid}}"
MEMBER: Final = part("member", "The forum member's number")
OTHER: Final = part("other", "The opponent's guid")
STAT: Final = choice("stat", "What is divided", player_drilldowns.DRILLDOWN_STATS, default="kd")
DIMENSION: Final = choice(
    "dimension", "What it is divided by", player_drilldowns.DIMENSIONS, default="weapon"
)
PARENT: Final = part("parent", "The dimension of the value")
VALUE: Final = part("value", "The value, a `key` of the drill-down")
CHILD: Final = choice(
    "child_dimension", "What the value is divided by", player_drilldowns.DIMENSIONS, default="map"
)
LIMIT: Final = number("limit", "How many values", default=10, least=1, most=100)
SHAPE: Final = choice("shape", "A list of matches, or columns", ("list", "series"), default="list")
MEMBER_MAX: Final = (1 << 63) - 1

endpoints = Endpoints("players")

Ask = Callable[[ClickHouse, str, Scope], Awaitable[Any]]


async def _scoped(request: web.Request, ask: Ask) -> web.Response:
    world, guid, asked = request.app[WORLD], GUID.of(request), scope(request)

    async def produce() -> Any:
        return await ask(world.clickhouse, guid, await known_names(world, asked))

    return await answer(request, produce, variant=asked.key())


@endpoints.get(
    f"{API}/stats/member/{{member}}", answers=DeepStats, parameters=[MEMBER, *FILTERS], cache="player",
    errors={404: "The member never played"},
)  # fmt: skip
async def get_member(request: web.Request) -> web.Response:
    """A forum member in depth, under the guid seen last."""
    world, member, asked = request.app[WORLD], MEMBER.of(request), scope(request)

    async def produce() -> DeepStats:
        number = int(member) if member.isascii() and member.isdigit() and len(member) < 19 else 0
        guid = await player_depth.member_guid(world.clickhouse, number, MOHAA)
        if guid is None:
            raise not_found("No player profile linked to this forum account")
        return await player_depth.deep_stats(world.clickhouse, guid, await known_names(world, asked))

    return await answer(request, produce, variant=asked.key())


@endpoints.get(f"{API}/stats/drilldown/options", answers=DrilldownOptions, parameters=[STAT], cache="list")
async def get_drilldown_options(request: web.Request) -> web.Response:
    """What drill-downs can be asked for."""
    stat = STAT.of(request)

    async def produce() -> DrilldownOptions:
        return player_drilldowns.drilldown_options(stat)

    return await answer(request, produce)


@endpoints.get(f"{PLAYER}/deep", answers=DeepStats, parameters=[GUID, *FILTERS], cache="player")
async def get_player_deep(request: web.Request) -> web.Response:
    """Everything about a player in depth."""
    return await _scoped(request, player_depth.deep_stats)


@endpoints.get(f"{PLAYER}/combat", answers=DeepCombat, parameters=[GUID, *FILTERS], cache="player")
async def get_player_combat(request: web.Request) -> web.Response:
    """Fighting."""
    return await _scoped(request, player_fighting.player_combat)


@endpoints.get(f"{PLAYER}/movement", answers=DeepMovement, parameters=[GUID, *FILTERS], cache="player")
async def get_player_movement(request: web.Request) -> web.Response:
    """Getting about."""
    return await _scoped(request, player_fighting.player_movement)


@endpoints.get(f"{PLAYER}/stance", answers=DeepStance, parameters=[GUID, *FILTERS], cache="player")
async def get_player_stance(request: web.Request) -> web.Response:
    """Kills by stance."""
    return await _scoped(request, player_fighting.player_stance)


@endpoints.get(
    f"{PLAYER}/gametypes", answers=list[PlayerGametype], parameters=[GUID, *FILTERS], cache="player"
)
async def get_player_gametypes(request: web.Request) -> web.Response:
    """What a player did in each game type."""
    return await _scoped(request, player_places.gametypes)


@endpoints.get(f"{PLAYER}/heatmap/body", answers=dict[str, int], parameters=[GUID], cache="player")
async def get_player_body(request: web.Request) -> web.Response:
    """Hits taken by hit location."""
    store, guid = request.app[WORLD].clickhouse, GUID.of(request)
    return await answer(request, lambda: player_places.body_heatmap(store, guid, MOHAA))


@endpoints.get(
    f"{PLAYER}/heatmap/{{map:.+}}",
    answers=PlayerHeatmap,
    rows="points",
    parameters=[GUID, MAP, WEAPON_FILTER, *SPAN, SERVER, GAMETYPE],
    cache="player",
)
async def get_player_heatmap(request: web.Request) -> web.Response:
    """Where a player kills on a map."""
    return await _heatmap(request, "kills")


@endpoints.get(
    f"{PLAYER}/deaths/{{map:.+}}",
    answers=PlayerHeatmap,
    rows="points",
    parameters=[GUID, MAP, WEAPON_FILTER, *SPAN, SERVER, GAMETYPE],
    cache="player",
)
async def get_player_deaths(request: web.Request) -> web.Response:
    """Where a player dies on a map."""
    return await _heatmap(request, "deaths")


async def _heatmap(request: web.Request, kind: str) -> web.Response:
    text = MAP.of(request)

    async def ask(store: ClickHouse, guid: str, asked: Scope) -> PlayerHeatmap:
        on_map = await map_name(request.app[WORLD], text)
        return await player_places.heatmap(store, guid, on_map, kind, asked)

    return await _scoped(request, ask)


@endpoints.get(
    f"{PLAYER}/performance", answers=(list[PerformancePoint], PerformanceSeries), parameters=[GUID, SHAPE, *PLACES], cache="player"
)  # fmt: skip
async def get_player_performance(request: web.Request) -> web.Response:
    """The last 20 matches, oldest first."""
    as_series = SHAPE.of(request) == "series"
    return await _scoped(request, player_form.performance_series if as_series else player_form.performance)


@endpoints.get(f"{PLAYER}/playstyle", answers=Playstyle, parameters=[GUID, *FILTERS], cache="player")
async def get_player_playstyle(request: web.Request) -> web.Response:
    """What kind of fighter a player is."""
    return await _scoped(request, war_rooms.playstyle)


@endpoints.get(
    f"{PLAYER}/peak-performance",
    answers=PeakPerformance,
    rows="hourly_breakdown",
    parameters=[GUID, *FILTERS],
    cache="player",
)
async def get_player_peak_performance(request: web.Request) -> web.Response:
    """When and where a player does best."""
    return await _scoped(request, player_peaks.peak_performance)


@endpoints.get(f"{PLAYER}/combos", answers=ComboMetrics, parameters=[GUID, *FILTERS], cache="player")
async def get_player_combos(request: web.Request) -> web.Response:
    """Combinations of weapons, maps, opponents and movement."""
    return await _scoped(request, player_combos.combos)


@endpoints.get(
    f"{PLAYER}/drilldown", answers=Drilldown, rows="items", parameters=[GUID, STAT, DIMENSION, LIMIT, *FILTERS], cache="player"
)  # fmt: skip
async def get_player_drilldown(request: web.Request) -> web.Response:
    """A stat divided by a dimension."""
    stat, dimension, limit = STAT.of(request), DIMENSION.of(request), LIMIT.of(request)
    return await _scoped(
        request,
        lambda store, guid, asked: player_drilldowns.drilldown(store, guid, stat, dimension, limit, asked),
    )


@endpoints.get(
    f"{PLAYER}/drilldown/{{parent}}/{{value:.+}}", answers=NestedDrilldown, rows="items",
    parameters=[GUID, PARENT, VALUE, STAT, CHILD, LIMIT, *FILTERS], cache="player", errors={404: "No such dimension"},
)  # fmt: skip
async def get_player_nested_drilldown(request: web.Request) -> web.Response:
    """One value divided by another dimension."""
    stat, child, limit = STAT.of(request), CHILD.of(request), LIMIT.of(request)
    parent, value = PARENT.of(request), VALUE.of(request)
    if parent not in player_drilldowns.DIMENSIONS:
        raise not_found("No such dimension")
    return await _scoped(
        request,
        lambda store, guid, asked: player_drilldowns.nested_drilldown(
            store, guid, stat, parent, value, child, limit, asked
        ),
    )


@endpoints.get(f"{PLAYER}/war-room", answers=WarRoom, parameters=[GUID, *FILTERS], cache="player")
async def get_player_war_room(request: web.Request) -> web.Response:
    """Everything of the war room at once."""
    return await _scoped(request, war_rooms.war_room)


@endpoints.get(f"{PLAYER}/vehicles", answers=PlayerVehicles, parameters=[GUID, *FILTERS], cache="player")
async def get_player_vehicles(request: web.Request) -> web.Response:
    """Vehicles and turrets."""
    return await _scoped(request, player_world.vehicles)


@endpoints.get(f"{PLAYER}/game-flow", answers=GameFlow, parameters=[GUID, *FILTERS], cache="player")
async def get_player_game_flow(request: web.Request) -> web.Response:
    """Rounds, objectives, teams."""
    return await _scoped(request, player_world.game_flow)


@endpoints.get(f"{PLAYER}/world", answers=PlayerWorld, parameters=[GUID, *FILTERS], cache="player")
async def get_player_world(request: web.Request) -> web.Response:
    """Ladders, doors, items, chat, falls."""
    return await _scoped(request, player_world.world)


@endpoints.get(
    f"{PLAYER}/bots",
    answers=PlayerBots,
    rows="bots_by_type",
    parameters=[GUID, WEAPON_FILTER, *PLACES],
    cache="player",
)
async def get_player_bots(request: web.Request) -> web.Response:
    """Bots killed and killed by. Within filters: in matches that are over."""
    return await _scoped(request, player_bots.bots)


@endpoints.get(
    f"{PLAYER}/predictions", f"{API}/player/{{guid}}/predictions",
    answers=Prediction, parameters=[GUID, *PLACES], cache="player",
)  # fmt: skip
async def get_player_predictions(request: web.Request) -> web.Response:
    """What the last ten matches say of the next. Rivals are those of all time."""

    async def ask(store: ClickHouse, guid: str, asked: Scope) -> Prediction:
        return await player_form.prediction(store, guid, now(), asked)

    return await _scoped(request, ask)


@endpoints.get(
    f"{PLAYER}/versus/{{other}}", answers=Versus, parameters=[GUID, OTHER, *FILTERS], cache="player"
)
async def get_player_versus(request: web.Request) -> web.Response:
    """Two players against each other."""
    other = OTHER.of(request)
    return await _scoped(request, lambda store, guid, asked: player_rivals.versus(store, guid, other, asked))
