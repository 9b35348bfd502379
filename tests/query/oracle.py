"""Every figure of the answers counted again, straight down the list of events: plain Python, no SQL, no shared code.

The rules are those of spec/openmohaa.md 1.10 and 7.1; how matches are won is told in query/ranked_stats.py.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from schema.columns import NAMES, Row

HEAD = {"head", "helmet"}
TORSO = {"neck", "torso_upper", "torso_mid", "torso_lower", "pelvis", "torso", "chest"}
LIMBS = {
    f"{side}_{limb}"
    for side in "lr"
    for limb in ("arm_upper", "arm_lower", "leg_upper", "leg_lower", "hand", "foot")
}
COUNTED_ACTS = {
    "shots_fired": "weapon_fire", "shots_hit": "weapon_hit", "weapon_swaps": "weapon_change", "no_ammo": "weapon_no_ammo",
    "looter": "item_pickup", "items_picked": "item_pickup", "jumps": "jump", "crouch_time": "crouch",
    "prone_time": "prone", "ladders": "ladder_mount", "health_picked": "health_pickup", "ammo_picked": "ammo_pickup",
    "armor_picked": "armor_pickup",
}  # fmt: skip
MEANS = {
    "bash_kills": ({"bash"}, "player_bash"),
    "roadkills": ({"vehicle"}, "player_roadkill"),
    "telefrags": ({"telefrag"}, "player_telefragged"),
    "crushed": ({"crush", "crush_every_frame"}, "player_crushed"),
}
SIX_HOURS_MS = 6 * 3_600_000
KILLS = {"player_kill", "bot_killed"}

Event = dict[str, Any]


def events_of(rows: Iterable[Row]) -> list[Event]:
    """Rows by the names of their columns; matches by the text of their id, which is what answers show."""
    events = [dict(zip(NAMES, row, strict=True)) for row in rows]
    for event in events:
        event["match_id"] = str(event["match_id"])
    return events


def bots(events: Sequence[Event]) -> set[str]:
    return {e[f"{side}_guid"] for e in events for side in ("player", "target") if e[f"{side}_is_bot"]}


def players_of(events: Sequence[Event]) -> set[str]:
    """Everybody who acted, was killed or was hurt."""
    actors = {e["player_guid"] for e in events}
    victims = {e["target_guid"] for e in events if e["event_type"] in KILLS | {"damage"}}
    return (actors | victims) - {""}


def takes_part(event: Event, guid: str) -> bool:
    """Whether somebody acted, was killed or was hurt in an event."""
    return guid == event["player_guid"] or (
        guid == event["target_guid"] and event["event_type"] in KILLS | {"damage"}
    )


def day_stats(events: Sequence[Event], guid: str) -> dict[str, float]:
    """The stats of one player that are counted from events."""
    acted = [e for e in events if e["player_guid"] == guid]
    kills = [e for e in acted if e["kill_kind"] == "kill"]
    acts = Counter(e["event_type"] for e in acted)
    kinds = Counter(e["kill_kind"] for e in acted)
    stats: dict[str, float] = {name: acts[act] for name, act in COUNTED_ACTS.items()}
    for name, (mods, act) in MEANS.items():
        stats[name] = max(sum(e["mod"] in mods for e in kills), acts[act])
    stats |= {
        way: sum(e[way] for e in acted if e["event_type"] == "distance")
        for way in ("walked", "sprinted", "swam", "driven")
    }
    deaths = sum(e["event_type"] in KILLS and e["target_guid"] == guid for e in events)
    return stats | {
        "kills": len(kills),
        "bot_kills": kinds["bot"],
        "total_kills": len(kills) + kinds["bot"],
        "teamkills": kinds["team_kill"],
        "suicides": kinds["suicide"],
        "deaths": deaths,
        "world_deaths": sum(e["kill_kind"] == "world" and e["target_guid"] == guid for e in events),
        "kd_ratio": len(kills) / deaths if deaths else len(kills),
        "headshots": sum(e["hitloc"] in HEAD for e in kills),
        "torso_kills": sum(e["hitloc"] in TORSO for e in kills),
        "limb_kills": sum(e["hitloc"] in LIMBS for e in kills),
        "standing_kills": sum(e["player_stance"] == "stand" for e in kills),
        "crouching_kills": sum(e["player_stance"] == "crouch" for e in kills),
        "prone_kills": sum(e["player_stance"] == "prone" for e in kills),
        "grenade_kills": sum(e["mod"] in {"grenade", "explosion"} for e in kills),
        "reloads": max(acts["reload"], acts["weapon_reload_done"]),
        "objectives": acts["objective_capture"] + acts["objective_update"],
        "accuracy": acts["weapon_hit"] / acts["weapon_fire"] * 100 if acts["weapon_fire"] else 0,
        "damage": sum(e["damage"] for e in acted if e["event_type"] == "damage" and e["target_guid"] != guid),
        "damage_taken": sum(
            e["damage"] for e in events if e["event_type"] == "damage" and e["target_guid"] == guid
        ),
        "distance": sum(stats[way] for way in ("walked", "sprinted", "swam", "driven")),
    }


def by_match(events: Sequence[Event]) -> dict[str, list[Event]]:
    """match_id -> its events."""
    found: dict[str, list[Event]] = defaultdict(list)
    for event in events:
        found[event["match_id"]].append(event)
    return found


def winner_of(match: Sequence[Event]) -> str:
    """The winning team by the match's end, else by the last team_win."""
    for kind in ("match_end", "team_win"):
        said = sorted(
            (e["event_time"], e["attributes"].get("winning_team", ""))
            for e in match
            if e["event_type"] == kind and e["attributes"].get("winning_team", "") not in ("", "unknown")
        )
        if said:
            return str(said[-1][1])
    return ""


def match_stats(events: Sequence[Event], guid: str, from_ms: int, to_ms: int) -> dict[str, float]:
    """The stats of one player that matches decide, over the matches begun in the period."""
    stats: Counter[str] = Counter()
    playtime = 0.0
    for match in by_match(events).values():
        if guid not in players_of(match) or not from_ms <= min(e["event_time"] for e in match) < to_ms:
            continue
        stats["matches_played"] += 1
        ended = any(e["event_type"] in ("match_end", "game_end") for e in match)
        stats["games"] += ended
        playtime += _playtime_s([e["event_time"] for e in match if e["player_guid"] == guid])
        stats["rounds"] += max(
            [e["round_number"] for e in match] + [int(e["attributes"].get("total_rounds", 0)) for e in match]
        )
        verdict = _verdict(match, guid, ended)
        if verdict:
            stats[verdict] += 1
    return {
        **stats,
        "wins": stats["team_wins"] + stats["ffa_wins"],
        "playtime": playtime,
    } | {
        name: stats[name] for name in ("team_wins", "ffa_wins", "losses", "games", "rounds", "matches_played")
    }


def _playtime_s(own: Sequence[int]) -> float:
    """From the first to the last own event; of a "match" longer than six hours the same in each of its hours."""
    if not own or max(own) - min(own) <= SIX_HOURS_MS:
        return (max(own, default=0) - min(own, default=0)) / 1000
    hours: dict[int, list[int]] = defaultdict(list)
    for at in own:
        hours[at // 3_600_000].append(at)
    return sum(max(times) - min(times) for times in hours.values()) / 1000


def _verdict(match: Sequence[Event], guid: str, ended: bool) -> str:
    if max(e["gametype"] for e in match) == "ffa":
        kills = Counter(e["player_guid"] for e in match if e["kill_kind"] == "kill")
        if not ended or not kills:
            return ""
        return "ffa_wins" if kills[guid] == max(kills.values()) else "losses"
    team, winner = last(match, guid, "team"), winner_of(match)
    if winner not in ("allies", "axis") or team not in ("allies", "axis"):
        return ""
    return "team_wins" if team == winner else "losses"


def last(events: Sequence[Event], guid: str, what: str) -> str:
    """The last non-empty name or team of a player, as actor, or as victim of a kill or of damage."""
    found = [
        (e["event_time"], e[f"{side}_{what}"])
        for e in events
        for side in ("player", "target")
        if e[f"{side}_guid"] == guid
        and e[f"{side}_{what}"]
        and (side == "player" or e["event_type"] in KILLS | {"damage"})
    ]
    return str(max(found)[1]) if found else ""


def weapon_stats(
    events: Sequence[Event], guid: str = "", *, only_used: bool = True
) -> dict[str, Counter[str]]:
    """weapon -> counters of one player, or of everybody; weapons nobody of them used are left out, unless told."""
    stats: dict[str, Counter[str]] = defaultdict(Counter)
    used = set()
    for e in events:
        if not e["weapon"]:
            continue
        counter = stats[e["weapon"]]
        if e["event_type"] in KILLS and e["target_guid"] and guid in ("", e["target_guid"]):
            counter["deaths"] += 1
        if not e["player_guid"] or guid not in ("", e["player_guid"]):
            continue
        if e["event_type"] in KILLS | {"damage", "weapon_fire", "weapon_hit"}:
            used.add(e["weapon"])
        if e["kill_kind"] == "kill":
            counter["kills"] += 1
            counter["headshots"] += e["hitloc"] in HEAD
        counter["shots_fired"] += e["event_type"] == "weapon_fire"
        counter["shots_hit"] += e["event_type"] == "weapon_hit"
        if e["event_type"] == "damage" and e["player_guid"] != e["target_guid"]:
            counter["damage"] += e["damage"]
    return {weapon: counter for weapon, counter in stats.items() if weapon in used or not only_used}


def heatmap(events: Sequence[Event], map_name: str, kind: str, cell: int) -> Counter[tuple[float, float]]:
    """Lower corner of a cell -> kills or deaths in it."""
    side = "player" if kind == "kills" else "target"
    cells: Counter[tuple[float, float]] = Counter()
    for e in events:
        counts = e["kill_kind"] == "kill" if kind == "kills" else e["event_type"] in KILLS
        x, y, z = (e[f"{side}_{axis}"] for axis in "xyz")
        if counts and e["map_name"] == map_name and (x or y or z):
            cells[float(x // cell * cell), float(y // cell * cell)] += 1
    return cells
