"""What the answers in depth say equals a recount of the events."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Coroutine
from dataclasses import replace
from typing import Any, Final

import msgspec
import pytest

from clickhouse.client import ClickHouse
from query import (
    player_bots,
    player_combos,
    player_depth,
    player_drilldowns,
    player_form,
    player_peaks,
    player_places,
    player_rivals,
    player_world,
    war_rooms,
)
from query.scope import EVERYTHING, Scope
from schema.columns import INDEX, Row
from tests.query.brawls import LATER, settled
from tests.query.in_depth import all_is_a_recount
from tests.query.oracle import day_stats, match_stats, players_of, weapon_stats
from tests.query.rows import a_world, value

Asked = Callable[[ClickHouse, str, Scope], Coroutine[Any, Any, object]]
ASKED: Final[tuple[Asked, ...]] = (
    player_depth.deep_stats,
    player_world.vehicles,
    player_world.game_flow,
    player_world.world,
    player_places.gametypes,
    player_peaks.peak_performance,
    player_combos.combos,
    war_rooms.playstyle,
    war_rooms.war_room,
)


async def test_answers_in_depth_are_those_of_a_recount(clickhouse: ClickHouse) -> None:
    events = await settled(clickhouse, a_world(3, 2500))
    for guid in sorted(players_of(events))[:6]:
        counted = {**day_stats(events, guid), **match_stats(events, guid, 0, 1 << 50)}
        deep = await player_depth.deep_stats(clickhouse, guid)
        for field in ("kills", "bot_kills", "deaths", "headshots", "torso_kills", "limb_kills", "suicides"):
            assert getattr(deep.combat, field) == counted[field], field
        assert deep.combat.unsettled_matches == 0
        assert deep.session.wins == counted["wins"]
        assert deep.session.matches_played == counted["matches_played"]
        assert sum(weapon.kills for weapon in deep.weapons) == counted["kills"]
        assert sum(weapon.shots for weapon in deep.weapons) == counted["shots_fired"]
        for dimension in player_drilldowns.DIMENSIONS:
            drill = await player_drilldowns.drilldown(clickhouse, guid, "kills", dimension, 100)
            if dimension not in ("hitloc", "stance", "killer"):  # some kills have none; killers only kill
                assert sum(item.kills for item in drill.items) == counted["kills"], dimension
        hours = (await player_peaks.peak_performance(clickhouse, guid)).hourly_breakdown
        assert sum(hour.kills for hour in hours) == counted["kills"]
        assert sum(hour.wins for hour in hours) == counted["wins"]
        types = await player_places.gametypes(clickhouse, guid)
        assert sum(one.matches_won for one in types) == counted["wins"]
        on_map = await player_drilldowns.nested_drilldown(
            clickhouse, guid, "kills", "map", "dm/mohdm6", "weapon", 100
        )
        assert on_map.total == day_stats([e for e in events if e["map_name"] == "dm/mohdm6"], guid)["kills"]


async def test_every_figure_in_depth_is_that_of_a_recount(clickhouse: ClickHouse) -> None:
    rows = a_world(6, 2500)
    _with_details(random.Random(6), rows)
    events = await settled(clickhouse, rows)
    happened: set[str] = set()
    for guid in sorted(guid for guid in players_of(events) if guid.isdigit())[:4]:
        happened |= await all_is_a_recount(clickhouse, events, guid)
    assert {
        "bash_kills", "telefrag_kills", "roadkill_percent", "melee_kills", "prone_time_sec", "sprint_time_sec",
        "driven_distance_km", "swim_distance_km", "count", "turret_uses", "turret_kills", "turret_deaths", "vehicle_deaths",
        "objectives_total", "axis_wins", "losses", "doors_closed", "fall_damage", "fall_deaths", "ladder_distance", "team_messages",
        "items_dropped", "use_interactions", "uses", "hour", "nutshots", "grenades_thrown", "longest_session_mins",
    } <= happened, "nothing is proved by what never happens"  # fmt: skip


def _with_details(chance: random.Random, rows: list[Row]) -> None:
    """Say of what happened what `a_world` leaves out: things, falls, ladders, chat, turrets."""
    for one in rows:
        kind = value(one, "event_type")
        if kind in ("item_pickup", "vehicle_enter", "turret_enter", "objective_update"):
            one[INDEX["subject"]] = chance.choice(("tank", "jeep", ""))
        if kind in ("objective_capture", "objective_update"):
            one[INDEX["attributes"]] = chance.choice(({"objective_type": "bomb"}, {}))
        if kind == "land":
            one[INDEX["attributes"]] = chance.choice(({"fall_damage": "12"}, {"fall_damage": "much"}, {}))
        if kind == "chat":
            one[INDEX["attributes"]] = {"team_only": chance.choice(("true", "false"))}
        if kind == "damage" and chance.random() < 0.1:
            one[INDEX["mod"]], one[INDEX["weapon"]] = "falling", ""
        if kind == "death":
            one[INDEX["event_type"]], one[INDEX["amount"]] = "ladder_dismount", 120.5
        if value(one, "kill_kind") and chance.random() < 0.1:
            one[INDEX["weapon"]] = chance.choice(("MG42", "30cal"))


async def test_a_stat_by_each_dimension_it_is_counted_by_adds_up_to_it_and_by_others_is_nothing(
    clickhouse: ClickHouse,
) -> None:
    events = await settled(clickhouse, a_world(5, 1500))
    guid = Counter(e["player_guid"] for e in events if e["kill_kind"] == "kill").most_common(1)[0][0]
    counted = day_stats(events, guid)
    named = {"shots": "shots_fired", "kd": "kd_ratio"}
    by_weapon, no_ratios = weapon_stats(events, guid, only_used=False), ("shots", "damage")
    for stat in (*no_ratios, "deaths", "accuracy", "kd"):
        for dimension in player_drilldowns.DIMENSIONS:
            drill = await player_drilldowns.drilldown(clickhouse, guid, stat, dimension, 100)
            if dimension not in player_drilldowns.dimensions_of(stat):
                assert (drill.total, drill.items) == (0, [])
            elif dimension in ("weapon", "weapon_class") and stat not in ("kd", "accuracy"):
                # Some hits and deaths name no weapon.
                of = named.get(stat, stat)
                assert drill.total == pytest.approx(sum(c[of] for c in by_weapon.values())), (stat, dimension)
            elif dimension not in ("victim", "killer", "weapon", "weapon_class"):
                assert drill.total == pytest.approx(counted[named.get(stat, stat)]), (stat, dimension)
            if stat in no_ratios and dimension == "weapon":
                values = {item.key: item.value for item in drill.items if item.value}
                of = named.get(stat, stat)
                assert values == pytest.approx({w: c[of] for w, c in by_weapon.items() if c[of]})
            if (stat, dimension) == ("deaths", "weapon"):
                fallen = {item.key: item.value for item in drill.items if item.value}
                assert fallen == {weapon: c["deaths"] for weapon, c in by_weapon.items() if c["deaths"]}
    met = await player_drilldowns.drilldown(clickhouse, guid, "kd", "victim", 100)
    for item in met.items:
        fallen_to = [e for e in events if e["target_guid"] == guid and e["player_guid"] == item.key]
        assert item.deaths == sum(e["kill_kind"] in ("kill", "bot", "team_kill") for e in fallen_to)
        assert item.kills > 0


async def test_filters_leave_out_what_they_name_not(clickhouse: ClickHouse) -> None:
    events = await settled(clickhouse, a_world(4, 1500))
    guid = Counter(e["player_guid"] for e in events if e["kill_kind"] == "kill").most_common(1)[0][0]
    for field, one in (("map_name", "obj/obj_team2"), ("server_id", "server-2"), ("gametype", "tdm")):
        scope = replace(EVERYTHING, **{field: one})  # type: ignore[arg-type]
        deep = await player_depth.deep_stats(clickhouse, guid, scope)
        counted = day_stats([e for e in events if e[field] == one], guid)
        assert (deep.combat.kills, deep.combat.deaths) == (counted["kills"], counted["deaths"])
        assert sum(weapon.kills for weapon in deep.weapons) == counted["kills"]


async def test_nobody_has_zeros_in_every_answer(clickhouse: ClickHouse) -> None:
    for asked in ASKED:
        encoded = msgspec.json.encode(await asked(clickhouse, "nobody", EVERYTHING))
        unnamed = encoded.replace(b'_name":null', b"").replace(b'_guid":null', b"")
        assert b"null" not in unnamed or asked in (player_peaks.peak_performance, war_rooms.war_room)
    assert (await player_bots.bots(clickhouse, "nobody")).bot_kills == 0
    assert await player_places.body_heatmap(clickhouse, "nobody", "mohaa") == {}
    assert await player_depth.member_guid(clickhouse, 7, "mohaa") is None
    assert await player_form.performance(clickhouse, "nobody") == []
    assert (await player_places.heatmap(clickhouse, "nobody", "x", "kills")).points == []
    assert (await player_rivals.versus(clickhouse, "nobody", "no one")).kills == 0
    assert (await player_form.prediction(clickhouse, "nobody", LATER)).confidence == 0
