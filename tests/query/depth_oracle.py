"""Every figure of the answers in depth about one player, counted again from the list of events; defined in docs/statistics.md.

Plain Python, as in oracle.py. Each function gives the whole answer, so that no field of it goes unchecked.
"""

from __future__ import annotations

import calendar
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

from tests.query.lives_oracle import MS_EVER, career, figures
from tests.query.oracle import (
    HEAD,
    KILLS,
    LIMBS,
    TORSO,
    Event,
    by_match,
    day_stats,
    last,
    match_stats,
    players_of,
    takes_part,
    weapon_stats,
)
from tests.query.sequences_oracle import sequences

METRE = 0.0254
TURRETS = {"mg42", "30cal", "mg42 turret"}
MET = ("kill", "bot", "team_kill")


def percent(part: float, whole: float) -> float:
    return part / whole * 100 if whole else 0.0


def mean(total: float, count: float) -> float:
    return total / count if count else 0.0


def ratio(kills: float, deaths: float) -> float:
    return kills / deaths if deaths else kills


class Player:
    """What somebody did and suffered, in the shapes that the answers ask for."""

    def __init__(self, events: Sequence[Event], guid: str) -> None:
        self.events, self.guid = events, guid
        self.acted = [e for e in events if e["player_guid"] == guid]
        self.acts = Counter(e["event_type"] for e in self.acted)
        self.kills = [e for e in self.acted if e["kill_kind"] == "kill"]
        self.bot_kills = [e for e in self.acted if e["kill_kind"] == "bot"]
        self.deaths = [e for e in events if e["event_type"] in KILLS and e["target_guid"] == guid]
        self.stats = {**day_stats(events, guid), **match_stats(events, guid, 0, MS_EVER)}
        self.career = career(events, guid)
        self.sums: Counter[str] = Counter()
        self.own = [match for match in by_match(events).values() if guid in players_of(match)]
        best = 0
        for match in self.own:
            counted = sequences(match, guid)
            best = max(best, counted["best_streak"])
            self.sums.update(counted)
            self.sums.update(figures(match, guid))
        self.sums["best_streak"] = best
        self.distances = [e["distance_units"] for e in self.kills if e["distance_units"]]

    def died_by(self, mod: str) -> int:
        return sum(e["mod"] == mod for e in self.deaths)

    def used(self, kind: str, name: str, value: str) -> list[dict[str, Any]]:
        """What he used of a kind, most used first."""
        times = Counter(e["subject"] or "unknown" for e in self.acted if e["event_type"] == kind)
        return [
            {name: thing, value: count}
            for thing, count in sorted(times.items(), key=lambda one: (-one[1], one[0]))
        ]


def combat(p: Player) -> dict[str, Any]:
    n, s = p.stats, p.sums
    kills = n["kills"]
    ways = {
        "bash": n["bash_kills"],
        "grenade": n["grenade_kills"],
        "roadkill": n["roadkills"],
        "telefrag": n["telefrags"],
    }
    ways["standard"] = max(0, kills - sum(ways.values()))
    same = (
        "streaks_5", "streaks_10", "streaks_15", "streaks_20", "streaks_25", "double_kills", "multi_kills", "ultra_kills",
        "monster_kills", "ludicrous_kills", "gibs", "trading_kills", "revenge_kills", "first_bloods", "longshots", "clutches",
    )  # fmt: skip
    return {
        **{f"{way}_kills": count for way, count in ways.items()},
        **{f"{way}_percent": percent(count, kills) for way, count in ways.items()},
        **{name: s[name] for name in same},
        **{name: n[name] for name in ("bot_kills", "deaths", "kd_ratio", "headshots", "suicides", "torso_kills", "limb_kills")},
        "kills": kills, "player_kills": kills, "headshot_percent": percent(n["headshots"], kills), "melee_kills": ways["bash"],
        "team_kills": n["teamkills"], "nutshots": sum(e["hitloc"] == "pelvis" for e in p.kills),
        "grenades_thrown": p.acts["grenade_throw"], "damage_dealt": n["damage"], "damage_taken": n["damage_taken"],
        "highest_streak": s["best_streak"], "best_killstreak": s["best_streak"], "current_streak": p.career["current_streak"],
        "multi_kill_rate": percent(s["chained_kills"], s["kills"]), "avg_lifespan_s": mean(s["lifespan_ms"], s["deaths"]) / 1000,
        "unsettled_matches": 0,
    }  # fmt: skip


def movement(p: Player) -> dict[str, Any]:
    n, s = p.stats, p.sums
    stood, crouched, lay = (s[f"{stance}_ms"] / 1000 for stance in ("stand", "crouch", "prone"))
    return {
        "total_distance_km": n["distance"] * METRE / 1000, "sprint_distance_km": n["sprinted"] * METRE / 1000,
        "swim_distance_km": n["swam"] * METRE / 1000, "driven_distance_km": n["driven"] * METRE / 1000,
        "jump_count": n["jumps"], "crouch_count": n["crouch_time"], "prone_count": n["prone_time"], "ladder_count": n["ladders"],
        "sprint_count": n["sprinted"] * METRE / 100, "crouch_time_sec": crouched, "prone_time_sec": lay, "stand_time_sec": stood,
        "sprint_time_sec": s["sprint_ms"] / 1000, "time_standing": stood, "time_crouching": crouched, "time_prone": lay,
    }  # fmt: skip


def stances(p: Player) -> dict[str, Any]:
    found: dict[str, Any] = {}
    by = {name: p.stats[f"{word}_kills"] for name, word in (("standing", "standing"), ("crouch", "crouching"), ("prone", "prone"))}  # fmt: skip
    for name, stance in (("standing", "stand"), ("crouch", "crouch"), ("prone", "prone")):
        found[f"{name}_kills"] = found[f"{name}_player_kills"] = by[name]
        found[f"{name}_bot_kills"] = sum(e["player_stance"] == stance for e in p.bot_kills)
        found[f"{name}_pct"] = percent(by[name], sum(by.values()))
    return found


def rivals(p: Player) -> dict[str, Any]:
    killed_by = Counter(e["player_guid"] for e in p.deaths if e["kill_kind"] == "kill")
    killed = Counter(e["target_guid"] for e in p.kills)
    found: dict[str, Any] = {}
    for word, met in (("nemesis", killed_by), ("victim", killed)):
        times, guid = max(((times, guid) for guid, times in met.items()), default=(0, None))
        found |= {f"{word}_guid": guid, f"{word}_kills": times}
        found[f"{word}_name"] = last(p.events, guid, "name") if guid is not None else None
    return found


def weapons(p: Player) -> dict[str, dict[str, Any]]:
    """Weapon -> its row of the answer."""
    bots = Counter(e["weapon"] for e in p.bot_kills)
    return {
        name: {
            "name": name, "kills": c["kills"], "player_kills": c["kills"], "bot_kills": bots[name], "deaths": c["deaths"],
            "headshots": c["headshots"], "accuracy": percent(c["shots_hit"], c["shots_fired"]), "shots": c["shots_fired"],
            "hits": c["shots_hit"], "damage": c["damage"],
        }
        for name, c in weapon_stats(p.events, p.guid).items()
    }  # fmt: skip


def deep(p: Player) -> dict[str, Any]:
    """DeepStats; its weapons are a mapping, for those of equal kills and shots come in any order here."""
    n, c = p.stats, p.career
    return {
        "guid": p.guid, "name": last(p.events, p.guid, "name"), "combat": combat(p), "weapons": weapons(p),
        "movement": movement(p), "stance": stances(p), "rivals": rivals(p),
        "accuracy": {
            "overall": n["accuracy"], "head_hit_pct": percent(n["headshots"], n["shots_hit"]),
            "avg_distance": mean(sum(p.distances), len(p.distances)) * METRE, "shots_fired": n["shots_fired"], "shots_hit": n["shots_hit"],
        },
        "session": {
            "playtime_hours": n["playtime"] / 3600, "matches_played": n["matches_played"], "wins": n["wins"],
            "win_rate": percent(n["wins"], n["matches_played"]), "sessions": c["sessions"],
            "avg_session_mins": mean(c["sessions_ms"], c["sessions"]) / 60_000, "longest_session_mins": c["longest_session_ms"] / 60_000,
        },
        "interaction": {
            "chat_messages": p.acts["chat"], "vehicle_uses": p.acts["vehicle_enter"], "turret_uses": p.acts["turret_enter"],
            "pickups": p.used("item_pickup", "item_name", "count"),
        },
    }  # fmt: skip


def vehicles(p: Player) -> dict[str, Any]:
    kills = sum(e["weapon"].lower() in TURRETS for e in p.kills)
    deaths = sum(e["weapon"].lower() in TURRETS for e in p.deaths)
    types = [
        {**one, "kills": 0, "deaths": 0, "distance_km": 0.0}
        for one in p.used("vehicle_enter", "vehicle_name", "uses")
    ]
    return {
        "vehicle_uses": p.acts["vehicle_enter"], "vehicle_kills": p.stats["roadkills"], "roadkills": p.stats["roadkills"],
        "vehicle_deaths": p.died_by("vehicle"), "total_driven_km": p.stats["driven"] * METRE / 1000, "vehicle_types": types,
        "by_vehicle_type": types, "turret_kills": kills, "turret_deaths": deaths,
        "turret_stats": {"turret_uses": p.acts["turret_enter"], "turret_kills": kills, "turret_deaths": deaths},
        "by_turret_type": p.used("turret_enter", "turret_name", "uses"),
    }  # fmt: skip


def game_flow(p: Player) -> dict[str, Any]:
    s = p.sums
    wins = Counter(
        last(match, p.guid, "team") for match in p.own if match_stats(match, p.guid, 0, MS_EVER)["team_wins"]
    )
    done = Counter(
        e["attributes"].get("objective_type") or e["subject"] or e["event_type"]
        for e in p.acted
        if e["event_type"] in ("objective_capture", "objective_update")
    )
    return {
        "rounds_played": s["rounds"], "rounds_won": s["rounds_won"], "rounds_lost": s["rounds_lost"],
        "round_win_rate": percent(s["rounds_won"], s["rounds"]), "objectives_total": p.stats["objectives"],
        "objectives_by_type": [
            {"objective_type": name, "count": times} for name, times in sorted(done.items(), key=lambda one: (-one[1], one[0]))
        ],
        "first_bloods": s["first_bloods"], "clutch_wins": s["clutches"], "clutch_chances": s["clutch_chances"],
        "team_stats": {
            "allies_playtime_pct": percent(s["allies_ms"], s["allies_ms"] + s["axis_ms"]),
            "axis_playtime_pct": percent(s["axis_ms"], s["allies_ms"] + s["axis_ms"]),
            "allies_wins": wins["allies"], "axis_wins": wins["axis"],
        },
    }  # fmt: skip


def world(p: Player) -> dict[str, Any]:
    hurt = sum(
        e["damage"] for e in p.events
        if e["event_type"] == "damage" and e["mod"] == "falling" and e["target_guid"] == p.guid
    )  # fmt: skip
    landed = sum(
        _number(e["attributes"].get("fall_damage", "")) for e in p.acted if e["event_type"] == "land"
    )
    climbed = sum(e["amount"] for e in p.acted if e["event_type"] == "ladder_dismount")
    fall = max(hurt, landed)
    said = [e["attributes"].get("team_only") == "true" for e in p.acted if e["event_type"] == "chat"]
    return {
        "ladder_mounts": p.acts["ladder_mount"], "ladder_climbs": p.acts["ladder_mount"], "ladder_distance": climbed * METRE,
        "doors_opened": p.acts["door_open"], "doors_closed": p.acts["door_close"], "items_picked_up": p.acts["item_pickup"],
        "item_pickups": p.acts["item_pickup"], "items_dropped": p.acts["item_drop"], "use_interactions": p.acts["use"],
        "chat_messages": len(said), "team_messages": sum(said), "fall_damage": fall, "fall_damage_taken": fall,
        "fall_deaths": p.died_by("falling"),
    }  # fmt: skip


def _number(text: str) -> float:
    return float(text) if text.isdigit() else 0.0


def peaks(p: Player) -> dict[str, Any]:
    hours = _breakdown(p, lambda at: at.hour)
    days = _breakdown(p, lambda at: at.isoweekday())
    hourly: list[dict[str, Any]] = [{"hour": hour, **row} for hour, row in sorted(hours.items())]
    daily: list[dict[str, Any]] = [
        {"day_of_week": calendar.day_name[day - 1], "day_num": day, **row}
        for day, row in sorted(days.items())
    ]
    best_hour = max(
        (h for h in hourly if h["kills"] + h["deaths"] > 10), key=lambda h: (h["kd_ratio"], -h["hour"]), default=None
    )  # fmt: skip
    best_day = max(
        (d for d in daily if d["kills"] + d["deaths"] > 20), key=lambda d: (d["kd_ratio"], -d["day_num"]), default=None
    )  # fmt: skip
    on_maps = {e["map_name"]: [0, 0] for e in p.events if e["map_name"] and takes_part(e, p.guid)}
    for place, deeds in enumerate((p.kills, p.deaths)):
        for e in deeds:
            on_maps[e["map_name"]][place] += 1
    kills, map_name = max(((kills, name) for name, (kills, _) in on_maps.items()), default=(0, ""))
    shots = Counter(_time(e).hour for e in p.acted if e["event_type"] == "weapon_fire")
    return {
        "best_hour": best_hour, "best_day": best_day,
        "best_map": {"map_name": map_name, "kills": kills, "kd_ratio": ratio(*on_maps[map_name])} if on_maps else None,
        "hourly_breakdown": hourly, "daily_breakdown": daily,
        "most_accurate_at": _clock([h for h in hourly if shots[h["hour"]] > 50], "accuracy"),
        "most_wins_at": _clock([h for h in hourly if h["wins"]], "wins"),
        "most_losses_at": _clock([h for h in hourly if h["losses"]], "losses"),
        "best_conditions": {
            "best_hour_label": _part_of_day(best_hour["hour"]) if best_hour else "",
            "best_day": best_day["day_of_week"] if best_day else "", "best_map": map_name,
            "optimal_session_mins": round(mean(p.career["sessions_ms"], p.career["sessions"]) / 60_000),
        },
        "streaks": {
            "current_streak": p.career["current_streak"], "best_kill_streak": p.sums["best_streak"],
            "best_win_streak": p.career["best_win_streak"], "worst_loss_streak": p.career["worst_loss_streak"],
        },
    }  # fmt: skip


def _time(event: Event) -> datetime:
    return datetime.fromtimestamp(event["event_time"] / 1000, UTC)


def _breakdown(p: Player, part: Callable[[datetime], int]) -> dict[int, dict[str, Any]]:
    """Hour or day -> the row of the answer, for those in which he was seen."""
    found: dict[int, Counter[str]] = {part(_time(e)): Counter() for e in p.events if takes_part(e, p.guid)}
    for name, deeds in (("kills", p.kills), ("bot_kills", p.bot_kills), ("deaths", p.deaths)):
        for e in deeds:
            found[part(_time(e))][name] += 1
    for e in p.acted:
        found[part(_time(e))][e["event_type"]] += 1
    for match in p.own:
        decided = match_stats(match, p.guid, 0, MS_EVER)
        began = part(min(map(_time, match)))
        for name in ("wins", "losses"):
            if decided[name]:
                found[began][name] += 1
    return {
        when: {
            "kills": c["kills"], "player_kills": c["kills"], "bot_kills": c["bot_kills"], "deaths": c["deaths"],
            "kd_ratio": ratio(c["kills"], c["deaths"]), "accuracy": percent(c["weapon_hit"], c["weapon_fire"]),
            "wins": c["wins"], "losses": c["losses"],
        }
        for when, c in found.items()
    }  # fmt: skip


def _clock(hours: Sequence[dict[str, Any]], name: str) -> str:
    best = max(hours, key=lambda h: (h[name], -h["hour"]), default=None)
    return f"{best['hour']:02d}:00" if best else ""


def _part_of_day(hour: int) -> str:
    parts = ((5, "Night"), (12, "Morning"), (17, "Afternoon"), (21, "Evening"), (24, "Night"))
    return next(word for until, word in parts if hour < until)


def combos(p: Player) -> dict[str, Any]:
    """ComboMetrics, without what a test of its own recounts (tests/query/test_demo_matches.py)."""
    n, kills = p.stats, len(p.kills)
    by_weapon = Counter(e["weapon"] for e in p.kills if e["weapon"])
    far: dict[str, list[float]] = {}
    for e in p.kills:
        if e["weapon"] and e["distance_units"]:
            far.setdefault(e["weapon"], []).append(e["distance_units"])
    pickups = mean(n["items_picked"] + n["health_picked"] + n["ammo_picked"] + n["armor_picked"], kills)
    bunny = min(100.0, mean(n["jumps"], kills) * 20)
    return {
        "weapon_on_map": _weapon_on_map(p),
        "victim_patterns": _patterns(p, "victim"), "killer_patterns": _patterns(p, "killer"),
        "distance_by_weapon": {
            weapon: [mean(sum(units), len(units)) * METRE, max(units) * METRE, min(units) * METRE] for weapon, units in far.items()
        },
        "hitloc_by_weapon": {
            weapon: [
                percent(sum(e["hitloc"] in group and e["weapon"] == weapon for e in p.kills), count)
                for group in (HEAD, TORSO, LIMBS)
            ]
            for weapon, count in by_weapon.items() if count >= 10
        },
        "team_wins_rate": percent(n["team_wins"], n["matches_played"]), "bunny_hop_efficiency": bunny,
        "scavenger_score": min(100.0, pickups * 20), "pickup_to_kill_ratio": pickups,
        "objective_focus": percent(n["objectives"], n["objectives"] + kills), "consistency_matches": p.career["steady_matches"],
    }  # fmt: skip


def _weapon_on_map(p: Player) -> dict[str, tuple[int, float]]:
    """Map -> kills and K/D of the weapon that killed most there."""
    kills = Counter((e["map_name"], e["weapon"]) for e in p.kills if e["weapon"] and e["map_name"])
    deaths = Counter((e["map_name"], e["weapon"]) for e in p.deaths)
    found: dict[str, tuple[int, int, str]] = {}
    for (map_name, weapon), count in sorted(kills.items(), key=lambda one: one[0][1], reverse=True):
        # Of equal ones the one more died by, then the first of the alphabet.
        one = (count, deaths[map_name, weapon], weapon)
        if map_name not in found or one[:2] >= found[map_name][:2]:
            found[map_name] = one
    return {map_name: (count, ratio(count, fell)) for map_name, (count, fell, _) in found.items()}


def _patterns(p: Player, side: str) -> list[tuple[str, int, int, str]]:
    """The ten killed most, or most killed by: guid, kills, deaths, the weapon."""
    killed = Counter(e["target_guid"] for e in p.kills)
    fell = Counter(e["player_guid"] for e in p.deaths if e["kill_kind"] in MET)
    met, by = (
        (killed, p.kills) if side == "victim" else (fell, [e for e in p.deaths if e["kill_kind"] in MET])
    )
    other = "target_guid" if side == "victim" else "player_guid"
    del met[""]
    rows = sorted(met.items(), key=lambda one: (-one[1], one[0]))[:10]
    return [
        (guid, killed[guid], fell[guid], _most(Counter(e["weapon"] for e in by if e[other] == guid)))
        for guid, _ in rows
    ]  # fmt: skip


def _most(weapons: Counter[str]) -> str:
    return max(((times, weapon) for weapon, times in weapons.items()), default=(0, ""))[1]
