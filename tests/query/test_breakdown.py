from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from query.breakdown import DIMENSIONS, EVENTS, METRICS, breakdown
from query.periods import between
from query.scope import EVERYTHING, Scope
from tests.query.conftest import Stored
from tests.query.oracle import HEAD, KILLS, Event, last
from tests.query.scoped import inside

HOURS = between(datetime(2026, 10, 31, 5, tzinfo=UTC), datetime(2026, 11, 1, 1, tzinfo=UTC))


def figures(events: Sequence[Event], dimension: str, metric: str, guid: str, bots: bool) -> dict[str, float]:
    """label -> figure, straight down the events: each from its actor's and, of a death, from its victim's side."""
    column = DIMENSIONS[dimension]
    counts: dict[str, dict[str, float]] = {}
    for e in events:
        sides = [("player", True)] if e["player_guid"] else []
        if e["event_type"] in KILLS and e["target_guid"]:
            sides.append(("target", False))
        for side, acted in sides:
            who = e[f"{side}_guid"]
            if guid not in ("", who) or (e[f"{side}_is_bot"] and not bots):
                continue
            label = who if column == "player_guid" else str(e[column])
            one = counts.setdefault(
                label, dict.fromkeys(("kills", "deaths", "headshots", "shots", "hits", EVENTS), 0)
            )
            killed = acted and e["kill_kind"] == "kill"
            one["kills"] += killed
            one["headshots"] += killed and e["hitloc"] in HEAD
            one["deaths"] += not acted
            one[EVENTS] += acted
            one["shots"] += acted and e["event_type"] == "weapon_fire"
            one["hits"] += acted and e["event_type"] == "weapon_hit"
    for one in counts.values():
        one["accuracy"] = one["hits"] / max(one["shots"], 1) * 100
        one["kdr"] = one["kills"] / max(one["deaths"], 1)
    return {label: one[metric] for label, one in counts.items() if one[metric] > 0 and label}


SCOPES = {
    "everything": EVERYTHING,
    "hours of a server with bots": Scope(period=HOURS, server_id="server-1", with_bots=True),
    "a weapon": Scope(weapon="Thompson"),
    "a weapon on a map": Scope(weapon="BAR", map_name="obj/obj_team2"),
}


@pytest.mark.parametrize("name", SCOPES)
@pytest.mark.parametrize("dimension", [name for name in DIMENSIONS if name != "player"])
async def test_every_figure_by_every_dimension_is_the_recount(
    world: Stored, name: str, dimension: str
) -> None:
    scope = SCOPES[name]
    counted = [
        e for e in inside(world.events, replace(scope, weapon="")) if scope.weapon in ("", e["weapon"])
    ]
    for metric in METRICS:
        answer = await breakdown(world.clickhouse, dimension, metric, scope, limit=1000)
        expected = figures(counted, dimension, metric, "", scope.with_bots)
        assert {one.label: one.value for one in answer} == pytest.approx(expected), metric
        values = [one.value for one in answer]
        assert values == sorted(values, reverse=True)


async def test_one_player_is_counted_alone_and_shown_by_name(world: Stored) -> None:
    for dimension in ("map", "hitloc", "weapon"):
        answer = await breakdown(world.clickhouse, dimension, "deaths", EVERYTHING, guid="41")
        assert {one.label: one.value for one in answer} == figures(
            world.events, dimension, "deaths", "41", False
        )
    [named] = await breakdown(world.clickhouse, "player", "kills", EVERYTHING, guid="41")
    assert named.label == last(world.events, "41", "name")


async def test_the_list_is_no_longer_than_asked(world: Stored) -> None:
    whole = await breakdown(world.clickhouse, "player_guid", "kills", EVERYTHING)
    assert await breakdown(world.clickhouse, "player_guid", "kills", EVERYTHING, limit=3) == whole[:3]
