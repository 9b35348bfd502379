"""One player in depth: fighting, moving, time, rivals, vehicles, rounds, world and bots (docs/statistics.md)."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from query.periods import EVER
from query.players import guids_of, match_sums, player_names
from query.ratios import kd_ratio, kilometres, mean, metres, percent, points
from query.results import Results, add_up, matches_of
from query.scope import EVERYTHING, Scope
from query.together import DIVIDED, FIGURES, Asks, asking, divided
from query.visits import running_streak, sessions
from schema.answers.players_deep import (
    BotVictim,
    DeepAccuracy,
    DeepCombat,
    DeepInteraction,
    DeepMovement,
    DeepRivals,
    DeepSession,
    DeepStance,
    DeepStats,
    DeepWeapon,
    GameFlow,
    ObjectiveType,
    Pickup,
    PlayerBots,
    PlayerVehicles,
    PlayerWorld,
    TeamStats,
    TurretStats,
    TurretType,
    VehicleType,
)
from schema.weapons import weapon_class

ROWS_MAX: Final = 1000
BOTS_NAMED: Final = 100
"""Bots whose names are told."""
HOUR_MS: Final = 3_600_000
TURRET_WEAPONS: Final = frozenset(("mg42", "30cal", "mg42 turret"))

Row = Mapping[str, Any]


class Figures(dict[str, Any]):
    """A row of sums in which what nobody counted is 0."""

    def __missing__(self, name: str) -> int:
        return 0


class Needs(NamedTuple):
    """What an answer needs to know, by the groups of figures of player_counters.sql and player_sequences.sql."""

    counters: Sequence[str]
    sequences: Sequence[str]


COMBAT: Final = Needs(("fights", "ways"), ("openings", "runs", "rows", "deeds", "lives"))
MOVEMENT: Final = Needs(("moves",), ("stances",))
FLOW: Final = Needs(("uses",), ("openings", "rounds"))
DEEP: Final = Needs(
    (*COMBAT.counters, *MOVEMENT.counters, "stances", "ranges", "uses"),
    (*COMBAT.sequences, *MOVEMENT.sequences, "visits"),
)


@dataclass(frozen=True, slots=True)
class Basis:
    """What several answers rest on: sums of views, of ended matches, of settled matches."""

    guids: Sequence[str]
    counters: Figures
    results: Results
    sequences: Figures

    @property
    def unsettled(self) -> int:
        """Matches played whose sequences are missing."""
        return max(0, int(self.counters["matches_played"]) - int(self.sequences["matches"]))


def bind(guids: Sequence[str], scope: Scope, **more: object) -> dict[str, object]:
    """The parameters that the queries of one person share."""
    bound = scope.parameters()
    return {**bound, "guids": list(guids), **more}


async def basis(
    store: Asks, guids: Sequence[str], scope: Scope, needs: Needs, *, results: bool = True
) -> Basis:
    """The sums of one person in a scope. The weapon filter does not apply: these are not divided by weapon.

    What is not among the needs, and without `results` those, is 0.
    """
    bound = bind(guids, scope)
    counters, matches, sequences = await asyncio.gather(
        counted(store, guids, scope, *needs.counters),
        matches_of(store, bound) if results else _nothing(),
        store.rows("player_sequences", {**bound, FIGURES: needs.sequences}),
    )
    return Basis(guids, counters, add_up(matches), _in_order(first(sequences)))


def _in_order(sequences: Figures) -> Figures:
    """With what follows from the order of the matches."""
    backwards = [(deaths, kills_after) for *_, deaths, kills_after in sequences["backwards"] or ()]
    played = sessions(sequences["visits"] or ())
    return Figures({**sequences, **played._asdict(), "current_streak": running_streak(backwards)})


async def counted(store: Asks, guids: Sequence[str], scope: Scope, *figures: str) -> Figures:
    """What views count of one person in a scope: these figures (clickhouse/queries/player_counters.sql)."""
    return first(await divided(store, "player_counters", bind(guids, scope, figures=figures), ""))


async def _nothing() -> Sequence[Row]:
    return ()


def first(rows: Sequence[Row]) -> Figures:
    """The first row, or zeros."""
    return Figures(rows[0]) if rows else Figures()


async def things(store: Asks, guids: Sequence[str], scope: Scope, *kinds: str) -> Sequence[Row]:
    """What these players used of these kinds, most used first."""
    rows = await store.rows(
        "player_things_of", {**bind(guids, scope, rows_max=ROWS_MAX), DIVIDED: list(kinds)}
    )
    return [row for row in rows if row["kind"] in kinds]


async def duels(
    store: Asks, guids: Sequence[str], scope: Scope, dimension: str, *, parent: str = "", parent_value: str = "",
    weapons: Sequence[str] = (), opponent: str = "", figures: Sequence[str] = (), limit: int = ROWS_MAX,
) -> Sequence[Row]:  # fmt: skip
    """Kills and deaths of settled matches by a circumstance, most kills first; `figures` are what else is counted."""
    bound = bind(
        guids,
        scope,
        parent=parent,
        parent_value=parent_value,
        weapons=list(weapons),
        opponent=opponent,
        figures=figures,
        rows_max=limit,
    )
    return await divided(store, "player_duels_by", bound, dimension)


async def weapons_of(store: Asks, guids: Sequence[str], scope: Scope) -> list[DeepWeapon]:
    """Weapons in a scope, most kills first: kills from duels, shots from things; settled matches."""
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
        if not (use or duel["kills"] or duel["bot_kills"] or duel["team_kills"]):
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


async def rivals_of(store: Asks, guids: Sequence[str], game: str, other: str = "") -> Sequence[Row]:
    """Opponents of all time, those met most first."""
    return await store.rows(
        "player_rivals", {"game": game, "guids": list(guids), "other": other, "rows_max": ROWS_MAX}
    )


async def rivals(store: Asks, guids: Sequence[str], game: str) -> tuple[DeepRivals, int, str]:
    """Nemesis and favourite victim of all time; with the kills at the pelvis, and his own name, since names are asked for once."""
    [row] = await store.rows("player_nemesis", {"game": game, "guids": list(guids)})
    nemesis = row["nemesis"] if row["nemesis_kills"] else None
    victim = row["victim"] if row["victim_kills"] else None
    met = [guid for guid in (nemesis, victim) if guid is not None]
    names = await player_names(store, [guids[0], *met], game)
    return DeepRivals(
        nemesis_name=names[nemesis] if nemesis is not None else None, nemesis_guid=nemesis, nemesis_kills=row["nemesis_kills"],
        victim_name=names[victim] if victim is not None else None, victim_guid=victim, victim_kills=row["victim_kills"],
    ), row["nutshots"], names[guids[0]]  # fmt: skip


async def nutshots(store: Asks, guids: Sequence[str], game: str) -> int:
    """Kills at the pelvis, of all time."""
    rows = await store.rows("player_hitlocs_of", {"game": game, "guids": list(guids)})
    return sum(row["killed"] for row in rows if row["hitloc"] == "pelvis")


async def body_heatmap(store: Asks, guid: str, game: str) -> dict[str, int]:
    """Hit location -> hits taken: hits and deaths there, of all time."""
    guids = await guids_of(store, guid)
    rows = await store.rows("player_hitlocs_of", {"game": game, "guids": guids})
    return {row["hitloc"]: row["taken"] + row["died"] for row in rows if row["taken"] + row["died"]}


async def deep_stats(store: Asks, guid: str, scope: Scope = EVERYTHING) -> DeepStats:
    """Everything in depth; zeros for a player nobody saw."""
    async with asking(store) as together:
        return await _deep_stats(together, await guids_of(together, guid, scope), scope)


async def _deep_stats(store: Asks, guids: Sequence[str], scope: Scope) -> DeepStats:
    (of, matches, picked), (weapons, (met, at_pelvis, name), by_stance) = await asyncio.gather(
        asyncio.gather(
            basis(store, guids, scope, DEEP),
            match_sums(store, guids, scope),
            things(store, guids, scope, "item"),
        ),
        asyncio.gather(
            weapons_of(store, guids, scope),
            rivals(store, guids, scope.game),
            duels(store, guids, scope, "stance"),
        ),
    )
    c, r, s = of.counters, of.results, of.sequences
    hits = c["shots_hit"]
    return DeepStats(
        guid=guids[0],
        name=name,
        combat=combat(of, at_pelvis),
        weapons=weapons,
        movement=movement(of),
        accuracy=DeepAccuracy(
            overall=percent(hits, c["shots_fired"]), head_hit_pct=percent(c["headshots"], hits),
            avg_distance=metres(mean(c["kill_distance"], c["distance_kills"])), shots_fired=c["shots_fired"], shots_hit=hits,
        ),
        session=DeepSession(
            playtime_hours=matches["playtime_s"] / 3600, matches_played=r.matches_played, wins=r.matches_won,
            win_rate=percent(r.matches_won, r.matches_played), sessions=s["sessions"],
            avg_session_mins=mean(s["sessions_ms"], s["sessions"]) / 60_000, longest_session_mins=s["longest_session_ms"] / 60_000,
        ),
        rivals=met,
        stance=stance(of.counters, by_stance),
        interaction=DeepInteraction(
            chat_messages=c["chat_messages"], vehicle_uses=c["vehicles_entered"], turret_uses=c["turrets_entered"],
            pickups=[Pickup(item_name=row["thing"], count=row["times"]) for row in picked],
        ),
    )  # fmt: skip


async def member_guid(store: Asks, smf_id: int, game: str) -> str | None:
    """The guid under which a forum member played last; None when nobody saw the member."""
    rows = await store.rows("player_of_member", {"game": game, "smf_id": smf_id})
    return str(rows[0]["player_guid"]) if rows and smf_id else None


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


async def bots(store: Asks, guid: str, asked: Scope = EVERYTHING) -> PlayerBots:
    """Bots killed and killed by; distances, and anything but all of time and everywhere, of settled matches."""
    guids = await guids_of(store, guid, asked)
    of_all = asked.anywhere and asked.period == EVER and not asked.weapon
    duelled, met = await asyncio.gather(
        duels(store, guids, asked, "opponent", figures=["bots"]),
        rivals_of(store, guids, asked.game) if of_all else _nothing(),
    )
    fought = [row for row in duelled if row["with_bot"]]
    if of_all:
        rows = [row for row in met if row["bot"] or row["bots_killed"]]
        kills = {row["opponent_guid"]: row["bots_killed"] for row in rows}
        died = sum(row["killed_by"] + row["killed_by_bot"] for row in rows if row["bot"])
    else:
        kills = {row["label"]: row["bot_kills"] for row in fought}
        died = sum(row["deaths"] for row in fought)
    named = list(kills)[:BOTS_NAMED]
    names = await player_names(store, named, asked.game)
    by_name: dict[str, int] = {}
    for bot in named:
        by_name[names[bot]] = by_name.get(names[bot], 0) + kills[bot]
    victims = [
        BotVictim(name=name, kills=killed)
        for name, killed in sorted(by_name.items(), key=lambda one: (-one[1], one[0]))
        if killed
    ]
    killed = sum(kills.values())
    far, counted = (sum(row[name] for row in fought) for name in ("bot_kill_distance", "bot_distance_kills"))
    return PlayerBots(
        bot_kills=killed, deaths_to_bots=died, bot_deaths=died, bot_kd_ratio=kd_ratio(killed, died), bots_by_type=victims,
        top_bot_victims=victims[:10], avg_bot_kill_distance=metres(mean(far, counted)),
    )  # fmt: skip


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
