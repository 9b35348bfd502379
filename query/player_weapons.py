"""What one player did with each weapon: kills from duels, shots from what he used."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from query.player_sums import Figures, duels, things
from query.ratios import percent, points
from query.scope import Scope
from query.together import Asks
from schema.answers.players_deep import DeepWeapon
from schema.weapons import weapon_class


async def weapons_of(
    store: Asks, guids: Sequence[str], scope: Scope, *, only_used: bool = True
) -> list[DeepWeapon]:
    """Weapons in a scope, most kills first: kills from duels, shots from things; settled matches.

    Without `only_used` also those that he never used and died by.
    """
    fought, used = await asyncio.gather(
        duels(store, guids, scope, "weapon"), things(store, guids, scope, "weapon")
    )
    shots = {row["thing"]: row for row in used if not scope.weapon or row["thing"] == scope.weapon}
    kills = {row["label"]: row for row in fought}
    found = []
    for name in {**shots, **kills}:
        if not name:
            continue
        duel, use = Figures(kills.get(name, {})), Figures(shots.get(name, {}))
        if only_used and not (use or duel["kills"] or duel["bot_kills"] or duel["team_kills"]):
            continue
        found.append(
            DeepWeapon(
                name=name, kills=duel["kills"], player_kills=duel["kills"], bot_kills=duel["bot_kills"], deaths=duel["deaths"],
                headshots=duel["headshots"], accuracy=percent(use["times_hit"], use["times"]), shots=use["times"],
                hits=use["times_hit"], damage=points(use["total"]),
            )
        )  # fmt: skip
    return sorted(found, key=lambda weapon: (-weapon.kills, -weapon.shots, weapon.name))


async def best_weapon(store: Asks, guids: Sequence[str], scope: Scope) -> tuple[str, int]:
    """Name and kills of the first of `weapons_of`; "" and 0 without any. Shots are asked only where kills do not tell."""
    fought = [row for row in await duels(store, guids, scope, "weapon") if row["label"]]
    most = max((row["kills"] for row in fought), default=0)
    best = [row["label"] for row in fought if row["kills"] == most]
    if most and len(best) == 1:
        return best[0], most
    weapons = await weapons_of(store, guids, scope)
    return (weapons[0].name, weapons[0].kills) if weapons else ("", 0)


def class_of(weapon: str) -> str:
    """Weapon class as the drill-down names it."""
    words = {
        "rifle": "Rifles",
        "sniper": "Rifles",
        "smg": "SMGs",
        "pistol": "Pistols",
        "shotgun": "Shotguns",
        "grenade": "Grenades",
        "mg": "MGs",
    }
    return words.get(weapon_class(weapon), "Other")
