"""What one player does besides fighting: vehicles and turrets, rounds and objectives, ladders, doors, items and falls."""

from __future__ import annotations

import asyncio
from typing import Final

from query.player_sums import Figures, Needs, basis, counted, duels, things
from query.players import guids_of
from query.ratios import kilometres, metres, percent, points
from query.scope import EVERYTHING, Scope
from query.together import Asks, asking
from schema.answers.players_deep import (
    GameFlow,
    ObjectiveType,
    PlayerVehicles,
    PlayerWorld,
    TeamStats,
    TurretStats,
    TurretType,
    VehicleType,
)

TURRET_WEAPONS: Final = frozenset(("mg42", "30cal", "mg42 turret"))
FLOW: Final = Needs(("uses",), ("openings", "rounds"), alone=False)


async def vehicles(store: Asks, guid: str, scope: Scope = EVERYTHING) -> PlayerVehicles:
    """Vehicles and turrets."""
    guids = await guids_of(store, guid, scope)
    async with asking(store) as together:
        c, used, mods, weapons = await asyncio.gather(
            counted(together, guids, scope, "ways", "moves", "uses"),
            things(together, guids, scope, "vehicle", "turret"),
            duels(together, guids, scope, "mod"),
            duels(together, guids, scope, "weapon"),
        )
    by_mod = {row["label"]: row for row in mods}
    turret = [row for row in weapons if row["label"].lower() in TURRET_WEAPONS]
    types = [
        VehicleType(vehicle_name=row["thing"], uses=row["times"], kills=0, deaths=0, distance_km=0.0)
        for row in used
        if row["kind"] == "vehicle"
    ]
    turret_kills, turret_deaths = sum(row["kills"] for row in turret), sum(row["deaths"] for row in turret)
    uses = c["turrets_entered"]
    return PlayerVehicles(
        vehicle_uses=c["vehicles_entered"], vehicle_kills=c["roadkills"],
        vehicle_deaths=Figures(by_mod.get("vehicle", {}))["deaths"], roadkills=c["roadkills"],
        total_driven_km=kilometres(c["driven"]), vehicle_types=types, by_vehicle_type=types,
        turret_stats=TurretStats(turret_uses=uses, turret_kills=turret_kills, turret_deaths=turret_deaths),
        turret_kills=turret_kills, turret_deaths=turret_deaths,
        by_turret_type=[TurretType(turret_name=row["thing"], uses=row["times"]) for row in used if row["kind"] == "turret"],
    )  # fmt: skip


async def game_flow(store: Asks, guid: str, scope: Scope = EVERYTHING) -> GameFlow:
    """Rounds, objectives, teams; rounds and time of settled matches."""
    guids = await guids_of(store, guid, scope)
    of, captured = await asyncio.gather(
        basis(store, guids, scope, FLOW), things(store, guids, scope, "objective")
    )
    s, r = of.sequences, of.results
    seen_ms = s["in_allies_ms"] + s["in_axis_ms"]
    return GameFlow(
        rounds_played=s["rounds_played"], rounds_won=s["won_rounds"], rounds_lost=s["lost_rounds"],
        round_win_rate=percent(s["won_rounds"], s["rounds_played"]), objectives_total=of.counters["objectives"],
        objectives_by_type=[ObjectiveType(objective_type=row["thing"], count=row["times"]) for row in captured],
        first_bloods=s["first_bloods"], clutch_wins=s["clutches"], clutch_chances=s["clutch_chances"],
        team_stats=TeamStats(
            allies_playtime_pct=percent(s["in_allies_ms"], seen_ms), axis_playtime_pct=percent(s["in_axis_ms"], seen_ms),
            allies_wins=r.allies_wins, axis_wins=r.axis_wins,
        ),
    )  # fmt: skip


async def world(store: Asks, guid: str, scope: Scope = EVERYTHING) -> PlayerWorld:
    """Ladders, doors, items, chat and falls; what has a height, a team or a damage: settled matches."""
    guids = await guids_of(store, guid, scope)
    c, rows, mods = await asyncio.gather(
        counted(store, guids, scope, "moves", "items", "uses"),
        things(store, guids, scope, "ladder", "chat", "fall"),
        duels(store, guids, scope, "mod"),
    )
    used = {(row["kind"], row["thing"]): row for row in rows}
    by_mod = {row["label"]: row for row in mods}

    def total(kind: str, thing: str) -> float:
        return float(Figures(used.get((kind, thing), {}))["total"])

    # A fall is told by damage, by land, or by both: the larger sum.
    fall = points(max(total("fall", "damage"), total("fall", "land")))
    return PlayerWorld(
        ladder_mounts=c["ladders"], ladder_climbs=c["ladders"], ladder_distance=metres(total("ladder", "ladder")),
        doors_opened=c["doors_opened"], doors_closed=c["doors_closed"], items_picked_up=c["items_picked"],
        item_pickups=c["items_picked"], items_dropped=c["items_dropped"], use_interactions=c["uses"],
        chat_messages=c["chat_messages"], team_messages=Figures(used.get(("chat", "team"), {}))["times"],
        fall_damage=fall, fall_damage_taken=fall, fall_deaths=Figures(by_mod.get("falling", {}))["deaths"],
    )  # fmt: skip
