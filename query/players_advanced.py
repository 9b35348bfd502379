"""One player's war room: peaks, combinations, drill-downs, play style, predictions, comparisons (spec/openmohaa.md 7.2, 7.3)."""

from __future__ import annotations

import asyncio
import calendar
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from query.players import guids_of, player_matches, player_names
from query.players_deep import (
    Figures,
    Needs,
    basis,
    best_weapon,
    bind,
    class_of,
    deep_stats,
    duels,
    first,
    rivals_of,
    weapons_of,
)
from query.ratios import kd_ratio, mean, metres, percent
from query.results import NONE, Results, add_up, divide, matches_of
from query.scope import EVERYTHING, Scope
from query.together import Asks, asking, divided
from query.visits import longest_run
from schema.answers.players_advanced import (
    BestConditions,
    ComboMetrics,
    DayPeak,
    Drilldown,
    DrilldownItem,
    DrilldownOptions,
    HeatPoint,
    HourPeak,
    KillerPattern,
    MapPeak,
    MovementCombat,
    NestedDrilldown,
    PeakPerformance,
    PerformancePoint,
    PerformanceSeries,
    PlayerGametype,
    PlayerHeatmap,
    Playstyle,
    Prediction,
    RivalForecast,
    Signature,
    Streaks,
    Versus,
    VersusWeapon,
    VictimPattern,
    WarRoom,
    WeaponDistance,
    WeaponHitlocs,
    WeaponOnMap,
    WeaponPeak,
)
from schema.hit_locations import GROUPS

DRILLDOWN_STATS: Final = (
    "kd",
    "kills",
    "deaths",
    "headshots",
    "accuracy",
    "damage",
    "shots",
    "hits",
    "winrate",
)
DIMENSIONS: Final = (
    "weapon", "weapon_class", "map", "server", "game_mode", "hour", "day", "day_of_week", "time_of_day", "victim", "killer",
    "hitloc", "stance", "range",
)  # fmt: skip
SAMPLE_MIN: Final = 10
NESTED_SAMPLE_MIN: Final = 5
PERFORMANCE_MATCHES: Final = 20
FORECAST_MATCHES: Final = 10
PATTERNS: Final = 10
HEAT_CELL: Final = 100
HEAT_ROWS_MAX: Final = 3000

_VIEW_DIMENSIONS: Final = frozenset(
    ("map", "server", "game_mode", "hour", "day", "day_of_week", "time_of_day")
)
PEAKS: Final = Needs((), ("runs", "visits"))
COMBOS: Final = Needs(("moves", "items"), ("openings", "lives", "skills", "steadiness"))
_STYLES: Final = {
    "Rookie": ("Still learning the ropes", "recruit"),
    "Sniper": ("Strikes from afar", "crosshair"),
    "Rusher": ("Goes where it is closest", "running"),
    "Soldier": ("Fights at every range", "rifle"),
}

Row = Mapping[str, Any]


async def counters_by(
    store: Asks, guids: Sequence[str], scope: Scope, dimension: str, *figures: str
) -> list[Figures]:
    """Sums of views by where or when; complete at once."""
    bound = bind(guids, scope, figures=figures)
    return [Figures(row) for row in await divided(store, "player_counters", bound, dimension)]


async def results_by(store: Asks, guids: Sequence[str], scope: Scope, dimension: str) -> dict[str, Results]:
    """Label -> what the matches there add up to."""
    parts = divide(await matches_of(store, bind(guids, scope)), dimension)
    return {label: add_up(matches) for label, matches in parts.items()}


async def gametypes(store: Asks, guid: str, scope: Scope = EVERYTHING) -> list[PlayerGametype]:
    """What a player did in each game type, most matches first."""
    guids = await guids_of(store, guid, scope)
    results, counted = await asyncio.gather(
        results_by(store, guids, scope, "gametype"), counters_by(store, guids, scope, "gametype", "fights")
    )
    found = [
        PlayerGametype(
            gametype=row["label"], kills=row["kills"], player_kills=row["kills"], bot_kills=row["bot_kills"], deaths=row["deaths"],
            headshots=row["headshots"], matches_played=row["matches_played"], matches_won=won.matches_won,
            matches_lost=won.matches_lost, win_rate=percent(won.matches_won, row["matches_played"]),
            kd_ratio=kd_ratio(row["kills"], row["deaths"]),
        )
        for row in counted
        for won in [results.get(row["label"], NONE)]
    ]  # fmt: skip
    return sorted(found, key=lambda one: (-one.matches_played, one.gametype))


async def heatmap(
    store: Asks, guid: str, map_name: str, kind: str, scope: Scope = EVERYTHING
) -> PlayerHeatmap:
    """Where a player kills (`kills`) or dies (`deaths`) on a map: settled matches."""
    bound = bind(
        await guids_of(store, guid, scope),
        scope,
        of_deaths=int(kind == "deaths"),
        cell_units=HEAT_CELL,
        rows_max=HEAT_ROWS_MAX,
    )
    rows = await store.rows("player_heatmap", {**bound, "map_name": map_name})
    return PlayerHeatmap(
        map_name=map_name,
        type=kind,
        points=[HeatPoint(x=row["cell_x"], y=row["cell_y"], count=row["value"]) for row in rows],
    )


async def performance(store: Asks, guid: str, scope: Scope = EVERYTHING) -> list[PerformancePoint]:
    """The last 20 matches of the scope, oldest first."""
    matches = await player_matches(store, guid, {}, scope, limit=PERFORMANCE_MATCHES)
    return [
        PerformancePoint(
            match_id=match.match_id, kills=match.kills, deaths=match.deaths, kd=match.kd, played_at=match.played_at,
            label=f"{match.started_at:%Y-%m-%d %H:%M}",
        )
        for match in reversed(matches)
    ]  # fmt: skip


async def performance_series(store: Asks, guid: str, scope: Scope = EVERYTHING) -> PerformanceSeries:
    """The same as columns."""
    points = await performance(store, guid, scope)
    return PerformanceSeries(
        labels=[point.label for point in points], kills=[point.kills for point in points],
        deaths=[point.deaths for point in points], kd=[point.kd for point in points], played_at=[point.played_at for point in points],
    )  # fmt: skip


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


def _hour(row: Figures, result: Results) -> HourPeak:
    return HourPeak(
        hour=int(row["label"]), kills=row["kills"], player_kills=row["kills"], bot_kills=row["bot_kills"], deaths=row["deaths"],
        kd_ratio=kd_ratio(row["kills"], row["deaths"]), accuracy=percent(row["shots_hit"], row["shots_fired"]),
        wins=result.matches_won, losses=result.matches_lost,
    )  # fmt: skip


def _day(row: Figures, result: Results) -> DayPeak:
    number = int(row["label"])
    return DayPeak(
        day_of_week=calendar.day_name[number - 1], day_num=number, kills=row["kills"], player_kills=row["kills"],
        bot_kills=row["bot_kills"], deaths=row["deaths"], kd_ratio=kd_ratio(row["kills"], row["deaths"]),
        accuracy=percent(row["shots_hit"], row["shots_fired"]), wins=result.matches_won, losses=result.matches_lost,
    )  # fmt: skip


def _part_of_day(hour: int | None) -> str:
    if hour is None:
        return ""
    return (
        "Morning"
        if 5 <= hour < 12
        else "Afternoon"
        if 12 <= hour < 17
        else "Evening"
        if 17 <= hour < 21
        else "Night"
    )


async def peak_performance(store: Asks, guid: str, scope: Scope = EVERYTHING) -> PeakPerformance:
    """When, where and with what a player does best."""
    async with asking(store) as together:
        guids = await guids_of(together, guid, scope)
        (
            (of, (weapon, weapon_kills), hour_results, day_results),
            (hour_rows, day_rows, maps),
        ) = await asyncio.gather(
            asyncio.gather(
                basis(together, guids, scope, PEAKS),
                best_weapon(together, guids, scope),
                results_by(together, guids, scope, "hour"),
                results_by(together, guids, scope, "day_of_week"),
            ),
            asyncio.gather(
                counters_by(together, guids, scope, "hour", "fights"),
                counters_by(together, guids, scope, "day_of_week", "fights"),
                counters_by(together, guids, scope, "map", "fights"),
            ),
        )
    hours = sorted(
        (_hour(row, hour_results.get(row["label"], NONE)) for row in hour_rows), key=lambda one: one.hour
    )
    days = [_day(row, day_results.get(row["label"], NONE)) for row in day_rows]
    best_hour = max(
        (h for h in hours if h.kills + h.deaths > 10), key=lambda one: (one.kd_ratio, -one.hour), default=None
    )
    best_day = max(
        (d for d in days if d.kills + d.deaths > 20),
        key=lambda one: (one.kd_ratio, -one.day_num),
        default=None,
    )
    top_map = max(
        (row for row in maps if row["label"]), key=lambda row: (row["kills"], row["label"]), default=None
    )
    shots = {int(row["label"]): row["shots_fired"] for row in hour_rows}
    accurate = max(
        (h for h in hours if shots[h.hour] > 50), key=lambda one: (one.accuracy, -one.hour), default=None
    )
    winning = max((h for h in hours if h.wins), key=lambda one: (one.wins, -one.hour), default=None)
    losing = max((h for h in hours if h.losses), key=lambda one: (one.losses, -one.hour), default=None)
    s, course = of.sequences, of.results.course
    return PeakPerformance(
        best_hour=best_hour, best_day=best_day,
        best_map=MapPeak(map_name=top_map["label"], kills=top_map["kills"], kd_ratio=kd_ratio(top_map["kills"], top_map["deaths"])) if top_map else None,
        best_weapon=WeaponPeak(weapon_name=weapon, kills=weapon_kills) if weapon_kills else None,
        hourly_breakdown=hours, daily_breakdown=days, most_accurate_at=_clock(accurate), most_wins_at=_clock(winning),
        most_losses_at=_clock(losing),
        best_conditions=BestConditions(
            best_hour_label=_part_of_day(best_hour.hour if best_hour else None), best_day=best_day.day_of_week if best_day else "",
            best_map=top_map["label"] if top_map else "", optimal_session_mins=round(mean(s["sessions_ms"], s["sessions"]) / 60_000),
        ),
        streaks=Streaks(
            current_streak=s["current_streak"], best_kill_streak=s["best_streak"], best_win_streak=longest_run(course, 1),
            worst_loss_streak=longest_run(course, 0),
        ),
    )  # fmt: skip


def _clock(peak: HourPeak | None) -> str:
    return f"{peak.hour:02d}:00" if peak else ""


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


async def drilldown(
    store: Asks, guid: str, stat: str, dimension: str, limit: int, scope: Scope = EVERYTHING
) -> Drilldown:
    """A stat of a player divided by a dimension, largest first."""
    guids = await guids_of(store, guid, scope)
    rows = await _rows_by(store, guids, scope, dimension)
    items, total = await _items(store, rows, stat, dimension, limit, scope.sample_min or 0, scope.game)
    return Drilldown(stat=stat, dimension=dimension, total=total, items=items, breakdown=items)


async def nested_drilldown(
    store: Asks,
    guid: str,
    stat: str,
    parent: str,
    value: str,
    child: str,
    limit: int,
    scope: Scope = EVERYTHING,
) -> NestedDrilldown:
    """One value of a dimension divided by another one: kills and deaths of settled matches."""
    guids = await guids_of(store, guid, scope)
    weapons: list[str] = []
    if parent == "weapon_class":
        weapons = [
            row["label"]
            for row in await duels(store, guids, scope, "weapon")
            if class_of(row["label"]) == value
        ] or [""]
        rows = await _duels_by(store, guids, scope, child, weapons=weapons)
    else:
        rows = await _duels_by(store, guids, scope, child, parent=parent, parent_value=value)
    items, total = await _items(store, rows, stat, child, limit, scope.sample_min or 0, scope.game)
    return NestedDrilldown(
        stat=stat,
        parent_dimension=parent,
        parent_value=value,
        child_dimension=child,
        total=total,
        items=items,
        breakdown=items,
    )


def drilldown_options(stat: str) -> DrilldownOptions:
    """What can be asked for."""
    return DrilldownOptions(stat=stat, stats=list(DRILLDOWN_STATS), dimensions=list(DIMENSIONS))


async def _rows_by(store: Asks, guids: Sequence[str], scope: Scope, dimension: str) -> list[Figures]:
    if dimension in _VIEW_DIMENSIONS and not scope.weapon:
        results, found = await asyncio.gather(
            results_by(store, guids, scope, dimension),
            counters_by(store, guids, scope, dimension, "fights"),
        )
        for row in found:
            row["matches_won"] = results.get(row["label"], NONE).matches_won
        return found
    if dimension == "weapon":
        return [
            Figures(
                label=one.name, kills=one.kills, deaths=one.deaths, headshots=one.headshots, shots_fired=one.shots,
                shots_hit=one.hits, damage_dealt=one.damage,
            )
            for one in await weapons_of(store, guids, scope)
        ]  # fmt: skip
    return await _duels_by(store, guids, scope, dimension)


async def _duels_by(
    store: Asks, guids: Sequence[str], scope: Scope, dimension: str, **inside: Any
) -> list[Figures]:
    if dimension != "weapon_class":
        return [Figures(row) for row in await duels(store, guids, scope, dimension, **inside)]
    classes: dict[str, Figures] = {}
    for row in await duels(store, guids, scope, "weapon", **inside):
        found = classes.setdefault(class_of(row["label"]), Figures(label=class_of(row["label"])))
        for name in ("kills", "deaths", "headshots", "bot_kills", "team_kills"):
            found[name] += row[name]
    return list(classes.values())


def stat_value(row: Figures, stat: str) -> float:
    """A stat of one row of sums."""
    match stat:
        case "kd":
            return kd_ratio(row["kills"], row["deaths"])
        case "accuracy":
            return percent(row["shots_hit"], row["shots_fired"])
        case "winrate":
            return percent(row["matches_won"], row["matches_played"])
        case _:
            return float(
                row[{"damage": "damage_dealt", "shots": "shots_fired", "hits": "shots_hit"}.get(stat, stat)]
            )


def sample_of(row: Figures, stat: str) -> int:
    """How many things a stat of a row rests on."""
    match stat:
        case "accuracy" | "shots" | "hits":
            return int(row["shots_fired"])
        case "winrate":
            return int(row["matches_played"])
        case _:
            return int(row["kills"] + row["deaths"])


async def _items(
    store: Asks,
    rows: Sequence[Figures],
    stat: str,
    dimension: str,
    limit: int,
    sample_min: int,
    game: str,
) -> tuple[list[DrilldownItem], float]:
    whole = Figures()
    for row in rows:
        for name, value in row.items():
            if isinstance(value, int | float) and not isinstance(value, bool):
                whole[name] += value
    base, is_ratio = stat_value(whole, stat), stat in ("kd", "accuracy", "winrate")
    ranked = [row for row in rows if row["label"] and sample_of(row, stat) >= sample_min]
    ranked = sorted(ranked, key=lambda row: (-stat_value(row, stat), -row["kills"], row["label"]))[:limit]
    people = dimension in ("victim", "killer")
    names = await player_names(store, [row["label"] for row in ranked], game) if people else {}
    items = []
    for row in ranked:
        value = stat_value(row, stat)
        items.append(
            DrilldownItem(
                key=row["label"], label=_label(row["label"], dimension, names), value=value,
                # Of a ratio there are no parts: the share of the kills then.
                percentage=percent(row["kills"], whole["kills"]) if is_ratio else percent(value, base),
                sublabel=f"{row['kills']} kills, {row['deaths']} deaths", sample_size=sample_of(row, stat), kills=row["kills"],
                deaths=row["deaths"], delta=value - base, delta_pct=percent(value - base, base),
            )
        )  # fmt: skip
    return items, base


def _label(key: str, dimension: str, names: Mapping[str, str]) -> str:
    if dimension == "hour":
        return f"{int(key):02d}:00"
    if dimension == "day_of_week":
        return calendar.day_name[int(key) - 1]
    return names.get(key, key)


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


async def prediction(store: Asks, guid: str, now: datetime, scope: Scope = EVERYTHING) -> Prediction:
    """What the last ten matches of the scope say of the next; rivals are those of all time.

    Deaths: their average. Kills: deaths expected x K/D expected. Confidence n / (n + 5) of n matches, less for uneven ones:
    divided by 1 + deviation / mean. A rival: (kills + 1) / (kills + deaths + 2).
    """
    guids = await guids_of(store, guid, scope)
    own, game = guids[0], scope.game
    recent, met = await asyncio.gather(
        player_matches(store, guid, {}, scope, limit=FORECAST_MATCHES), rivals_of(store, guids, game)
    )
    matches = [match for match in recent if match.kills + match.deaths]
    ratios = [match.kd for match in matches]
    average = mean(sum(ratios), len(ratios))
    deviation = mean(sum((one - average) ** 2 for one in ratios), len(ratios)) ** 0.5
    deaths = mean(sum(match.deaths for match in matches), len(matches))
    trend = "stable"
    if len(ratios) >= 3:
        trend = (
            "improving"
            if ratios[0] > 1.1 * average
            else "declining"
            if ratios[0] < 0.9 * average
            else "stable"
        )
    ranked = sorted(met, key=lambda row: (-row["killed"], row["opponent_guid"]))
    rivals = [row for row in ranked if row["killed"]][:3]
    names = await player_names(store, [row["opponent_guid"] for row in rivals], game)
    steady = 1 + (deviation / average if average else 0)
    return Prediction(
        guid=own, expected_kd=average, trend=trend, confidence=round(len(ratios) / (len(ratios) + 5) / steady, 3),
        predicted_kills=round(average * deaths if deaths else mean(sum(m.kills for m in matches), len(matches))),
        predicted_deaths=round(deaths), recent_performance=ratios, last_updated=now,
        rival_analysis=[
            RivalForecast(
                opponent_guid=row["opponent_guid"], opponent_name=names[row["opponent_guid"]],
                win_prob=round((row["killed"] + 1) / (row["killed"] + row["killed_by"] + 2), 3),
                nemesis=row["killed_by"] > row["killed"],
            )
            for row in rivals
        ],
    )  # fmt: skip


async def versus(store: Asks, guid: str, other: str, scope: Scope = EVERYTHING) -> Versus:
    """Two players against each other, of all time."""
    guids, [opponent, *_] = await asyncio.gather(guids_of(store, guid, scope), guids_of(store, other, scope))
    own = guids[0]
    async with asking(store) as together:
        met, names, by_weapon, by_map, fought = await asyncio.gather(
            rivals_of(together, guids, scope.game, opponent),
            player_names(together, [own, opponent], scope.game),
            duels(together, guids, scope, "weapon", opponent=opponent),
            duels(together, guids, scope, "map", opponent=opponent),
            duels(together, guids, scope, "", opponent=opponent, figures=["matches"]),
        )
    row, whole = first(met), first(fought)

    def split(rows: Sequence[Row]) -> list[VersusWeapon]:
        return [VersusWeapon(weapon=one["label"], kills=one["kills"], deaths=one["deaths"]) for one in rows]

    return Versus(
        guid=own, name=names[own], opponent_guid=opponent, opponent_name=names[opponent], kills=row["killed"], deaths=row["killed_by"],
        team_kills=row["team_killed"], team_deaths=row["team_killed_by"], kd_ratio=kd_ratio(row["killed"], row["killed_by"]),
        matches=whole["matches"], last_met=row["met_at"] or None, weapons=split(by_weapon), maps=split(by_map),
    )  # fmt: skip
