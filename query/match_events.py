"""What happened in one match, from its raw events: always asked for by server and times (decision 0003)."""

from __future__ import annotations

import asyncio
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from operator import itemgetter
from typing import Any, Final, NamedTuple

from query.games import MOHAA
from query.matches import PLAYERS, participants, raw_span, summary_row
from query.ratios import metres, percent, points
from query.together import Asks
from schema.answers.match_reports import (
    KillMatrix,
    MatchHeatPoint,
    MatchWeapon,
    MatrixPlayer,
    ReportEvent,
    TimelineEvent,
    Versus,
)
from schema.answers.matches import ScoreboardRow
from schema.answers.words import UNKNOWN_PLAYER
from schema.hit_locations import HEADSHOTS
from schema.weapons import weapon_key

TIMELINE_MAX: Final = 1000
REPORT_TIMELINE_MAX: Final = 500
HEATMAP_KILLS_MAX: Final = 2000
KILLS_MAX: Final = 20_000
"""More kills than a match holds: eight hours of one each second and a half."""
PAIRS_MAX: Final = 10_000
REPORT_ROWS_MAX: Final = 2000
"""Weapons of a match times types of event: more than any match has, for servers may invent names."""
TOP_WEAPONS: Final = 20
MATRIX_PLAYERS_MAX: Final = 64

TIMELINE_TYPES: Final = ("player_kill", "round_start", "round_end")
REPORT_TYPES: Final = (
    "player_kill", "bot_killed", "match_start", "match_end", "round_start", "round_end", "team_win", "objective_capture",
)  # fmt: skip
_DEATH_ORDER: Final = itemgetter("event_time", "player_guid", "target_guid", "weapon", "hitloc")
"""That of match_kills.sql."""
_EVENT_ORDER: Final = itemgetter("event_time", "event_type", "player_guid", "target_guid", "weapon", "hitloc")
"""That of match_timeline.sql."""
_TOLD: Final = (
    "event_time", "player_guid", "target_guid", "hitloc", "kill_kind", "player_name", "target_name", "distance_units", "round_number",
    "subject", "winning_team", "capturing_team",
)  # fmt: skip
"""What each of the events of match_report.sql tells, in its order."""
_USES: Final = ("player_kill", "bot_killed", "damage", "weapon_fire", "weapon_hit")
"""Types of event in which a weapon was used."""
_PAIRED: Final = {"kill": "kills", "bot": "bot_kills", "team_kill": "team_kills"}

Row = Mapping[str, Any]


async def timeline(store: Asks, id: str, game: str = MOHAA) -> list[TimelineEvent] | None:
    """Kills and rounds of a match in order; None when nothing was ever heard of it."""
    row = await summary_row(store, id, game, parts=())
    if row is None:
        return None
    events = await events_of(store, row, TIMELINE_TYPES, TIMELINE_MAX, game)
    return [_timeline_event(event) for event in events]


class Told(NamedTuple):
    """What a report tells of a match's events: the first of those it shows, every death in order (as `kills`, without places), the weapons."""

    timeline: list[ReportEvent]
    deaths: list[dict[str, Any]]
    weapons: list[MatchWeapon]


async def told(store: Asks, row: Row, game: str = MOHAA) -> Told:
    """Everything that a match's report tells of its events, by one statement."""
    parameters = {**raw_span(row, game), "event_types": list(REPORT_TYPES), "rows_max": REPORT_ROWS_MAX}
    rows = await store.rows("match_report", parameters)
    found = [
        {"weapon": one["weapon"], "event_type": one["event_type"], **dict(zip(_TOLD, event, strict=True))}
        for one in rows
        for event in one["events"]
    ]
    events = sorted(found, key=_EVENT_ORDER)[:KILLS_MAX]
    shown = [event for event in events if event["event_type"] in REPORT_TYPES]
    deaths = sorted((event for event in events if event["kill_kind"]), key=_DEATH_ORDER)
    return Told(
        [_report_event(event) for event in shown[:REPORT_TIMELINE_MAX]], deaths, top_weapons(rows, events)
    )


async def kills(store: Asks, row: Row, *, limit: int = KILLS_MAX, game: str = MOHAA) -> list[dict[str, Any]]:
    """Every death of a match in order, as match_kills.sql answers it."""
    return await store.rows("match_kills", {**raw_span(row, game), "rows_max": limit})


async def heatmap(
    store: Asks, id: str, kinds: Iterable[str] = ("kill", "death"), game: str = MOHAA
) -> list[MatchHeatPoint] | None:
    """Where killers and victims stood in the first kills of a match; None when nothing was ever heard of it."""
    row = await summary_row(store, id, game, parts=())
    if row is None:
        return None
    points_: list[MatchHeatPoint] = []
    for death in await kills(store, row, limit=HEATMAP_KILLS_MAX, game=game):
        for kind in kinds:
            if (place := _place(death, kind)) is not None:
                points_.append(_heat_point(len(points_) + 1, kind, death, place))
    return points_


def versus(players: Sequence[ScoreboardRow], deaths: Iterable[Row]) -> dict[str, list[Versus]]:
    """By player name: what he and each opponent did to each other in these deaths (`kills`), most deadly first. Namesakes are told apart."""
    pairs = _pairs_of(deaths)
    keys, names = _distinct_names(players), {player.guid: player.name for player in players}
    met: dict[str, set[str]] = defaultdict(set)
    for killer, victim in pairs:
        met[killer].add(victim)
        met[victim].add(killer)
    return {
        keys[player.guid]: sorted(
            (_versus(player.guid, other, names, pairs) for other in met[player.guid]),
            key=lambda one: (-one.kills, -one.deaths, one.opponent_id),
        )
        for player in players
        if met[player.guid]
    }


async def kill_matrix(store: Asks, id: str, game: str = MOHAA) -> KillMatrix | None:
    """Who killed whom among those with most kills; None when nothing was ever heard of the match."""
    row = await summary_row(store, id, game, parts=[PLAYERS])
    if row is None:
        return None
    everybody, pairs = await asyncio.gather(participants(store, row, game), _pairs(store, row, game))
    players = everybody[:MATRIX_PLAYERS_MAX]
    return KillMatrix(
        players=[MatrixPlayer(guid=one.guid, name=one.name, team=one.team) for one in players],
        kills=[[_killed(pairs, one.guid, other.guid) for other in players] for one in players],
    )


def top_weapons(rows: Iterable[Row], events: Iterable[Row]) -> list[MatchWeapon]:
    """The weapons of a match, most kills first; spellings of one weapon are one. From the rows of match_report.sql and the events in them."""
    used: dict[str, Counter[str]] = defaultdict(Counter)
    for one in rows:
        if one["weapon"] and one["number"] and one["event_type"] in _USES:
            used[one["weapon"]].update(
                {
                    one["event_type"]: one["number"],
                    "damage_dealt": one["damage_dealt"],
                }
            )
    for event in events:
        if event["kill_kind"] == "kill" and event["weapon"] in used and event["event_type"] in _USES:
            used[event["weapon"]].update(kills=1, headshots=event["hitloc"] in HEADSHOTS)
    sums: dict[str, Counter[str]] = defaultdict(Counter)
    names: dict[str, str] = {}
    for weapon in sorted(used, key=lambda name: (-used[name]["kills"], -used[name]["weapon_fire"], name)):
        key = weapon_key(weapon)
        names.setdefault(key, weapon)
        sums[key].update(used[weapon])
    ranked = sorted(sums, key=lambda key: (-sums[key]["kills"], -sums[key]["weapon_fire"], key))
    return [_weapon(key, names[key], sums[key]) for key in ranked[:TOP_WEAPONS]]


async def events_of(
    store: Asks, row: Row, types: Sequence[str], limit: int, game: str
) -> list[dict[str, Any]]:
    """The first events of these types in a match in order, as match_timeline.sql answers them."""
    parameters = {**raw_span(row, game), "event_types": list(types), "rows_max": limit}
    return await store.rows("match_timeline", parameters)


async def _pairs(store: Asks, row: Row, game: str) -> dict[tuple[str, str], Row]:
    """(killer, victim) -> how often."""
    rows = await store.rows("match_versus", {**raw_span(row, game), "rows_max": PAIRS_MAX})
    return {(one["player_guid"], one["target_guid"]): one for one in rows}


def _pairs_of(deaths: Iterable[Row]) -> dict[tuple[str, str], Row]:
    """The same from every death."""
    pairs: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for death in deaths:
        if (column := _PAIRED.get(death["kill_kind"])) and death["player_guid"] and death["target_guid"]:
            pairs[death["player_guid"], death["target_guid"]][column] += 1
    return dict(pairs)


def _killed(pairs: Mapping[tuple[str, str], Row], killer: str, victim: str) -> int:
    pair = pairs.get((killer, victim))
    return pair["kills"] + pair["bot_kills"] if pair else 0


def _versus(guid: str, other: str, names: Mapping[str, str], pairs: Mapping[tuple[str, str], Row]) -> Versus:
    nothing: Row = {"kills": 0, "bot_kills": 0, "team_kills": 0}
    given, taken = pairs.get((guid, other), nothing), pairs.get((other, guid), nothing)
    return Versus(
        opponent_id=other,
        opponent_name=names.get(other, UNKNOWN_PLAYER),
        kills=given["kills"],
        deaths=taken["kills"],
        bot_kills=given["bot_kills"],
        team_kills=given["team_kills"],
    )


def _distinct_names(players: Sequence[ScoreboardRow]) -> dict[str, str]:
    """guid -> his name; of several with one name all but the first have their id behind it."""
    keys: dict[str, str] = {}
    taken: set[str] = set()
    for player in players:
        key = player.name if player.name not in taken else f"{player.name} ({player.guid})"
        taken.add(key)
        keys[player.guid] = key
    return keys


def _timeline_event(event: Row) -> TimelineEvent:
    return TimelineEvent(
        timestamp=event["event_time"],
        event_type=event["event_type"],
        kill_kind=event["kill_kind"],
        actor_name=event["player_name"],
        actor_id=event["player_guid"],
        actor_team=event["player_team"],
        target_name=event["target_name"],
        target_id=event["target_guid"],
        target_team=event["target_team"],
        weapon=event["weapon"],
        hitloc=event["hitloc"],
        round_number=event["round_number"],
        distance_m=metres(event["distance_units"]),
    )


def _report_event(event: Row) -> ReportEvent:
    return ReportEvent(
        timestamp=event["event_time"].timestamp(),
        type=event["event_type"],
        actor=event["player_name"],
        actor_id=event["player_guid"],
        target=event["target_name"],
        target_id=event["target_guid"],
        detail=_detail(event),
    )


def _detail(event: Row) -> str:
    match event["event_type"]:
        case "player_kill" | "bot_killed":
            return str(event["weapon"])
        case "objective_capture":
            return f"{event['subject']} {event['capturing_team']}".strip()
        case "team_win" | "match_end":
            return str(event["winning_team"])
        case "round_start" | "round_end":
            return str(event["round_number"] or "")
        case _:
            return ""


def _place(death: Row, kind: str) -> tuple[float, float, float] | None:
    """Where the killer of a kill stood, or who died; None when unknown or nobody killed (R1)."""
    if kind == "kill" and death["kill_kind"] != "kill":
        return None
    side = "player" if kind == "kill" else "target"
    place: tuple[float, float, float] = (death[f"{side}_x"], death[f"{side}_y"], death[f"{side}_z"])
    return place if any(place) else None


def _heat_point(id: int, kind: str, death: Row, place: tuple[float, float, float]) -> MatchHeatPoint:
    x, y, z = place
    who = f"Killer: {death['player_name']}" if kind == "kill" else f"Victim: {death['target_name']}"
    return MatchHeatPoint(id=id, type=kind, x=x, y=y, z=z, label=who)


def _weapon(key: str, name: str, sums: Counter[str]) -> MatchWeapon:
    return MatchWeapon(
        id=key,
        name=name,
        weapon=name,
        weapon_name=name,
        kills=sums["kills"],
        headshots=sums["headshots"],
        shots_fired=sums["weapon_fire"],
        shots_hit=sums["weapon_hit"],
        accuracy=percent(sums["weapon_hit"], sums["weapon_fire"]),
        damage=points(sums["damage_dealt"]),
    )
