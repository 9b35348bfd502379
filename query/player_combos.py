"""One player's combinations of weapons, maps, opponents and movement (spec/openmohaa.md 7.2)."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any, Final

from query.player_sums import Needs, basis, duels
from query.players import guids_of, player_names
from query.ratios import kd_ratio, mean, metres, percent
from query.scope import EVERYTHING, Scope
from query.together import Asks, asking
from schema.answers.players_advanced import (
    ComboMetrics,
    KillerPattern,
    MovementCombat,
    Signature,
    VictimPattern,
    WeaponDistance,
    WeaponHitlocs,
    WeaponOnMap,
)
from schema.hit_locations import GROUPS

PATTERNS: Final = 10
COMBOS: Final = Needs(("moves", "items", "uses"), ("openings", "lives", "skills", "steadiness"), alone=False)

Row = Mapping[str, Any]


async def combos(store: Asks, guid: str, scope: Scope = EVERYTHING) -> ComboMetrics:
    """Combinations of weapons, maps, opponents and movement."""
    async with asking(store) as together:
        guids = await guids_of(together, guid, scope)
        of, armed, hit, (victims, killers), placed = await asyncio.gather(
            basis(together, guids, scope, COMBOS),
            duels(together, guids, scope, "weapon", figures=["distances"]),
            duels(together, guids, scope, "weapon_hitloc"),
            _patterns(together, guids, scope),
            duels(together, guids, scope, "map_weapon"),
        )
    weapons = [row for row in armed if row["label"]]
    head, torso = _hitlocs(weapons, hit)
    c, s, r = of.counters, of.sequences, of.results
    run_gun = min(100.0, mean(s["kill_speed"], s["kills_in_all"]) / 300 * 100)
    bunny = min(100.0, mean(c["jumps"], c["kills"]) * 20)
    first_blood = percent(s["first_bloods"], s["first_blood_chances"])
    pickups = mean(c["items_picked"] + c["health_picked"] + c["ammo_picked"] + c["armor_picked"], c["kills"])
    return ComboMetrics(
        weapon_on_map=_weapon_on_map(placed), victim_patterns=victims, killer_patterns=killers,
        distance_by_weapon=[
            WeaponDistance(
                weapon_name=row["label"], avg_distance=metres(mean(row["kill_distance"], row["distance_kills"])),
                max_distance=metres(row["longest"]), min_distance=metres(row["shortest"]),
            )
            for row in weapons if row["distance_kills"]
        ],
        hitloc_by_weapon=[
            WeaponHitlocs(
                weapon_name=row["label"], head_pct=percent(head[row["label"]], row["kills"]), torso_pct=percent(torso[row["label"]][0], row["kills"]),
                limb_pct=percent(torso[row["label"]][1], row["kills"]),
            )
            for row in weapons if row["kills"] >= 10
        ],
        signature=Signature(
            play_style=_signature(weapons), clutch_rate=percent(r.team_wins, r.matches_played), first_blood_rate=first_blood
        ),
        movement_combat=MovementCombat(run_gun_index=run_gun, bunny_hop_efficiency=bunny), run_gun_index=run_gun,
        bunny_hop_efficiency=bunny, clutch_rate=percent(s["clutches"], s["clutch_chances"]), first_blood_rate=first_blood,
        revenge_rate=percent(s["revenge_kills"], s["lives_ended"]), survival_rate=percent(s["survived"], s["survived"] + s["lives_ended"]),
        multi_kill_rate=percent(s["chained_kills"], s["kills_in_all"]), air_kill_rate=percent(s["air_kills"], s["kills_in_all"]),
        slide_kill_rate=percent(s["slide_kills"], s["kills_in_all"]), low_health_kill_rate=percent(s["low_health_kills"], s["hp_kills"]),
        scavenger_score=min(100.0, pickups * 20), pickup_to_kill_ratio=pickups,
        objective_focus=percent(c["objectives"], c["objectives"] + c["kills"]),
        consistency=s["kd_deviation"], consistency_matches=s["steady_matches"],
        avg_lifespan_secs=mean(s["lived_ms"], s["lives_ended"]) / 1000, avg_hp_at_kill=mean(s["hp_at_kill"], s["hp_kills"]),
    )  # fmt: skip


def _weapon_on_map(rows: Sequence[Row]) -> list[WeaponOnMap]:
    best: dict[str, WeaponOnMap] = {}
    for row in rows:  # most kills first
        map_name, _, weapon = row["label"].partition("\n")
        if map_name and weapon and row["kills"] and map_name not in best:
            best[map_name] = WeaponOnMap(
                map_name=map_name,
                weapon_name=weapon,
                kills=row["kills"],
                kd_ratio=kd_ratio(row["kills"], row["deaths"]),
            )
    return list(best.values())


def _hitlocs(weapons: Sequence[Row], hit: Sequence[Row]) -> tuple[dict[str, int], dict[str, tuple[int, int]]]:
    """Weapon -> kills at the head; weapon -> kills at torso and limbs."""
    head = {row["label"]: row["headshots"] for row in weapons}
    others = {row["label"]: [0, 0] for row in weapons}
    for row in hit:
        weapon, _, hitloc = row["label"].partition("\n")
        for place, group in enumerate(("torso", "limbs")):
            if weapon in others and hitloc in GROUPS[group]:
                others[weapon][place] += row["kills"]
    return head, {weapon: (torso, limbs) for weapon, (torso, limbs) in others.items()}


async def _patterns(
    store: Asks, guids: Sequence[str], scope: Scope
) -> tuple[list[VictimPattern], list[KillerPattern]]:
    rows, armed = await asyncio.gather(
        duels(store, guids, scope, "opponent"), duels(store, guids, scope, "opponent_weapon")
    )
    with_what: dict[tuple[str, str], tuple[int, str]] = {}
    for row in armed:
        opponent, way, weapon = row["label"].split("\n", 2)
        count = row["deaths"] if way == "by" else row["kills"]
        with_what[opponent, way] = max(with_what.get((opponent, way), (0, "")), (count, weapon))
    victims = sorted((r for r in rows if r["kills"]), key=lambda r: (-r["kills"], r["label"]))[:PATTERNS]
    killers = sorted(
        (r for r in rows if r["deaths"] and r["label"]), key=lambda r: (-r["deaths"], r["label"])
    )[:PATTERNS]
    names = await player_names(store, list({r["label"] for r in (*victims, *killers)}), scope.game)
    return [
        VictimPattern(
            victim_guid=r["label"], victim_name=names[r["label"]], kills=r["kills"], deaths_to=r["deaths"],
            ratio=kd_ratio(r["kills"], r["deaths"]), favorite_weapon=with_what.get((r["label"], "with"), (0, ""))[1],
        )
        for r in victims
    ], [
        KillerPattern(
            killer_guid=r["label"], killer_name=names[r["label"]], deaths_to=r["deaths"], kills_against=r["kills"],
            most_used_weapon=with_what.get((r["label"], "by"), (0, ""))[1],
        )
        for r in killers
    ]  # fmt: skip


def _signature(weapons: Sequence[Row]) -> str:
    if not weapons or not weapons[0]["kills"]:
        return "Rookie"
    name = str(weapons[0]["label"])
    words = {
        "Sniper": ("kar98", "springfield"), "Rusher": ("thompson", "mp40"), "Aggressor": ("shotgun",),
        "Soldier": ("bar", "stg44", "mp44"), "Demolitionist": ("bazooka", "panzerschreck"),
    }  # fmt: skip
    return next(
        (style for style, marks in words.items() if any(mark in name.lower() for mark in marks)), name
    )
