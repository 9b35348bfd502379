"""How one player fights, moves and stands (spec/openmohaa.md 7.2)."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any, Final

from query.player_sums import Basis, Figures, Needs, basis, counted, duels
from query.players import guids_of
from query.ratios import kd_ratio, kilometres, mean, metres, percent, points
from query.scope import EVERYTHING, Scope
from query.together import Asks
from schema.answers.players_deep import DeepCombat, DeepMovement, DeepStance

COMBAT: Final = Needs(("fights", "ways"), ("openings", "runs", "rows", "deeds", "lives"))
MOVEMENT: Final = Needs(("moves",), ("stances",))

Row = Mapping[str, Any]


def combat(of: Basis, nutshots: int) -> DeepCombat:
    """Fighting, from the sums."""
    c, s = of.counters, of.sequences
    kills = c["kills"]
    special = {
        "bash": c["all_bash_kills"],
        "grenade": c["grenade_kills"],
        "roadkill": c["roadkills"],
        "telefrag": c["telefrags"],
    }
    standard = max(0, kills - sum(special.values()))
    return DeepCombat(
        kills=kills, player_kills=kills, bot_kills=c["bot_kills"], deaths=c["deaths"], kd_ratio=kd_ratio(kills, c["deaths"]),
        headshots=c["headshots"], headshot_percent=percent(c["headshots"], kills), torso_kills=c["torso_kills"],
        limb_kills=c["limb_kills"], melee_kills=special["bash"], gibs=s["gibs"], suicides=c["suicides"], team_kills=c["team_kills"],
        trading_kills=s["trading_kills"], revenge_kills=s["revenge_kills"], highest_streak=s["best_streak"], nutshots=nutshots,
        first_bloods=s["first_bloods"], longshots=s["longshots"],
        bash_kills=special["bash"], bash_percent=percent(special["bash"], kills),
        grenade_kills=special["grenade"], grenade_percent=percent(special["grenade"], kills),
        roadkill_kills=special["roadkill"], roadkill_percent=percent(special["roadkill"], kills),
        telefrag_kills=special["telefrag"], telefrag_percent=percent(special["telefrag"], kills),
        standard_kills=standard, standard_percent=percent(standard, kills), grenades_thrown=c["grenades_thrown"],
        damage_dealt=points(c["damage_dealt"]), damage_taken=points(c["damage_taken"]), best_killstreak=s["best_streak"],
        current_streak=s["current_streak"], streaks_5=s["streaks_5"], streaks_10=s["streaks_10"], streaks_15=s["streaks_15"],
        streaks_20=s["streaks_20"], streaks_25=s["streaks_25"], double_kills=s["double_kills"], multi_kills=s["multi_kills"],
        ultra_kills=s["ultra_kills"], monster_kills=s["monster_kills"], ludicrous_kills=s["ludicrous_kills"],
        multi_kill_rate=percent(s["chained_kills"], s["kills_in_all"]), clutches=s["clutches"],
        avg_lifespan_s=mean(s["lived_ms"], s["lives_ended"]) / 1000, unsettled_matches=of.unsettled,
    )  # fmt: skip


def movement(of: Basis) -> DeepMovement:
    """Getting about, from the sums; times of settled matches."""
    c, s = of.counters, of.sequences
    return DeepMovement(
        total_distance_km=kilometres(c["walked"] + c["sprinted"] + c["swam"] + c["driven"]),
        sprint_distance_km=kilometres(c["sprinted"]), swim_distance_km=kilometres(c["swam"]), driven_distance_km=kilometres(c["driven"]),
        jump_count=c["jumps"], crouch_count=c["crouches"], prone_count=c["prones"], ladder_count=c["ladders"],
        sprint_count=round(metres(c["sprinted"]) / 100, 2), crouch_time_sec=s["crouching_ms"] / 1000,
        prone_time_sec=s["proning_ms"] / 1000, stand_time_sec=s["standing_ms"] / 1000, sprint_time_sec=round(s["sprinting_ms"] / 1000, 3),
        time_standing=s["standing_ms"] / 1000, time_crouching=s["crouching_ms"] / 1000, time_prone=s["proning_ms"] / 1000,
    )  # fmt: skip


def stance(c: Figures, by_stance: Sequence[Row]) -> DeepStance:
    """Kills by stance; of bots: settled matches."""
    by = {row["label"]: Figures(row) for row in by_stance}
    bots = {name: by.get(name, Figures())["bot_kills"] for name in ("stand", "crouch", "prone")}
    total = c["standing_kills"] + c["crouching_kills"] + c["prone_kills"]
    return DeepStance(
        standing_kills=c["standing_kills"], standing_player_kills=c["standing_kills"], standing_bot_kills=bots["stand"],
        crouch_kills=c["crouching_kills"], crouch_player_kills=c["crouching_kills"], crouch_bot_kills=bots["crouch"],
        prone_kills=c["prone_kills"], prone_player_kills=c["prone_kills"], prone_bot_kills=bots["prone"],
        standing_pct=percent(c["standing_kills"], total), crouch_pct=percent(c["crouching_kills"], total),
        prone_pct=percent(c["prone_kills"], total),
    )  # fmt: skip


async def player_combat(store: Asks, guid: str, scope: Scope = EVERYTHING) -> DeepCombat:
    """Fighting."""
    guids = await guids_of(store, guid, scope)
    of, at_pelvis = await asyncio.gather(
        basis(store, guids, scope, COMBAT, results=False), nutshots(store, guids, scope.game)
    )
    return combat(of, at_pelvis)


async def player_movement(store: Asks, guid: str, scope: Scope = EVERYTHING) -> DeepMovement:
    """Getting about."""
    return movement(await basis(store, await guids_of(store, guid, scope), scope, MOVEMENT, results=False))


async def player_stance(store: Asks, guid: str, scope: Scope = EVERYTHING) -> DeepStance:
    """Kills by stance."""
    guids = await guids_of(store, guid, scope)
    return stance(
        *await asyncio.gather(counted(store, guids, scope, "stances"), duels(store, guids, scope, "stance"))
    )


async def nutshots(store: Asks, guids: Sequence[str], game: str) -> int:
    """Kills at the pelvis, of all time."""
    rows = await store.rows("player_hitlocs_of", {"game": game, "guids": list(guids)})
    return sum(row["killed"] for row in rows if row["hitloc"] == "pelvis")
