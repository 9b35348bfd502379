"""One player's war room: his play style, and everything of it at once (spec/openmohaa.md 7.2)."""

from __future__ import annotations

import asyncio
from typing import Final

from query.player_combos import combos
from query.player_depth import deep_stats
from query.player_drilldowns import drilldown
from query.player_peaks import peak_performance
from query.player_sums import counters_by, first
from query.player_weapons import best_weapon
from query.players import guids_of
from query.ratios import mean, metres
from query.scope import EVERYTHING, Scope
from query.together import Asks, asking
from schema.answers.players_advanced import Playstyle, WarRoom

_STYLES: Final = {
    "Rookie": ("Still learning the ropes", "recruit"),
    "Sniper": ("Strikes from afar", "crosshair"),
    "Rusher": ("Goes where it is closest", "running"),
    "Soldier": ("Fights at every range", "rifle"),
}


def style_of(kills: int, distance_m: float, top_weapon: str) -> Playstyle:
    """The badge of 7.2; an unknown distance decides nothing."""
    weapon = top_weapon.lower()
    if kills < 10:
        name = "Rookie"
    elif distance_m > 50 or any(word in weapon for word in ("springfield", "kar98", "scope")):
        name = "Sniper"
    elif 0 < distance_m < 10 or any(
        word in weapon for word in ("thompson", "mp40", "shotgun", "sten", "bar")
    ):
        name = "Rusher"
    else:
        name = "Soldier"
    description, icon = _STYLES[name]
    return Playstyle(
        name=name, style=name, description=description, icon=icon, confidence=round(kills / (kills + 50), 3)
    )


async def playstyle(store: Asks, guid: str, scope: Scope = EVERYTHING) -> Playstyle:
    """What kind of fighter a player is."""
    guids = await guids_of(store, guid, scope)
    counted, (weapon, _) = await asyncio.gather(
        counters_by(store, guids, scope, "", "ranges"), best_weapon(store, guids, scope)
    )
    c = first(counted)
    return style_of(c["kills"], metres(mean(c["kill_distance"], c["distance_kills"])), weapon)


async def war_room(store: Asks, guid: str, scope: Scope = EVERYTHING) -> WarRoom:
    """Everything of the war room at once."""
    async with asking(store) as together:
        deep, peak, combo, drilled, style = await asyncio.gather(
            deep_stats(together, guid, scope),
            peak_performance(together, guid, scope),
            combos(together, guid, scope),
            drilldown(together, guid, "kd", "weapon", 5, scope),
            playstyle(together, guid, scope),
        )
    return WarRoom(
        deep_stats=deep, peak_performance=peak, combo_metrics=combo, kd_drilldown=drilled, playstyle=style
    )
