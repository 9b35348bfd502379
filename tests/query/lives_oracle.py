"""Lives, times, rounds and circumstances of kills counted again from a list of events; defined in docs/statistics.md.

Plain Python, as in sequences_oracle.py. `NEVER` is the death of who is alive.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import groupby, pairwise

from tests.query.oracle import KILLS, Event, by_match, match_stats, players_of

NEVER = 1 << 60
SPAWNS = ("player_spawn", "player_respawn")
HELD_MS = 10_000
PAUSE_MS = 30 * 60 * 1000
MS_EVER = 1 << 50


def rank(deed: str) -> int:
    """Within a millisecond: other deeds, kills, deaths, spawns."""
    return {"+kill": 1, "+death": 2, "+spawn": 3}.get(deed, 0)


def stream(match: Sequence[Event], guid: str) -> list[tuple[int, int, str, Event]]:
    """(ms, rank, deed, event) of what a player did and of what was done to him, in order."""
    found = []
    for e in match:
        if e["player_guid"] == guid:
            deed = (
                "+kill"
                if e["kill_kind"] == "kill"
                else "+spawn"
                if e["event_type"] in SPAWNS
                else e["event_type"]
            )
            found.append((e["event_time"], rank(deed), deed, e))
        if e["target_guid"] == guid and (e["kill_kind"] or e["event_type"] == "damage"):
            deed = "+death" if e["kill_kind"] else "+hurt"
            found.append((e["event_time"], rank(deed), deed, e))
    return sorted(found, key=lambda one: one[:3])


def figures(match: Sequence[Event], guid: str) -> dict[str, float]:
    """The figures of one player in one match that sequences_oracle leaves out."""
    own = stream(match, guid)
    found: dict[str, float] = {**_times(match, guid), **_rounds(match, guid)}
    last_death = max((at for at, _, deed, _ in own if deed == "+death"), default=-1)
    found["lives_survived"] = int(
        any(at > last_death or (at == last_death and order == 3) for at, order, _, _ in own)
    )
    acted = [e["event_time"] for e in match if e["player_guid"] == guid]
    found["first_ms"], found["last_ms"] = min(acted, default=0), max(acted, default=0)
    return found | _kills(match, own)


def _kills(match: Sequence[Event], own: Sequence[tuple[int, int, str, Event]]) -> dict[str, float]:
    found: Counter[str] = Counter()
    tells = any(e["event_type"] == "damage" and e["damage"] > 0 and e["target_guid"] for e in match)
    latest = {"jump": 0, "land": 0, "crouch": 0}
    health, speed, hp_sum = 100.0, 0.0, 0.0
    moves = sorted((at, e["walked"] + e["sprinted"]) for at, _, deed, e in own if deed == "distance")
    for at, _, deed, e in own:
        if deed in latest:
            latest[deed] = max(latest[deed], at)
        if deed == "+hurt":
            health -= e["damage"]
        elif deed == "health_pickup":
            health += e["amount"]
        elif deed in ("+death", "+spawn"):
            health = 100.0
        elif deed == "+kill":
            now = max(1.0, min(100.0, health))
            found["hp_kills"] += tells
            hp_sum += now if tells else 0
            found["low_health_kills"] += bool(tells and now <= 25)
            found["air_kills"] += bool(
                latest["jump"] and at - latest["jump"] <= 700 and latest["land"] < latest["jump"]
            )
            found["slide_kills"] += bool(latest["crouch"] and at - latest["crouch"] <= 1000)
            speed += _speed(moves, at)
    names = ("hp_kills", "low_health_kills", "air_kills", "slide_kills")
    return {**{name: float(found[name]) for name in names}, "kill_speed": speed, "hp_at_kill": hp_sum}


def _speed(moves: Sequence[tuple[int, float]], at: int) -> float:
    """Units per second at a moment, by the last distance event not older than 2 s and the one before it (5 s at most)."""
    so_far = [move for move in moves if move[0] <= at]
    if not so_far or so_far[-1][0] < at - 2000:
        return 0.0
    last, ran = so_far[-1]
    before = so_far[-2][0] if len(so_far) > 1 else 0
    return ran * 1000 / (last - before) if before and 0 < last - before <= 5000 else 0.0


def _times(match: Sequence[Event], guid: str) -> dict[str, float]:
    found: Counter[str] = Counter()
    acts = sorted(
        (
            e["event_time"], e["event_type"], _stance(e), e["player_team"],
            e["walked"] + e["sprinted"] + e["swam"] + e["driven"], e["sprinted"],
        )
        for e in match
        if e["player_guid"] == guid
    )  # fmt: skip
    for one, following in pairwise(acts):
        gap = min(following[0] - one[0], HELD_MS)
        found[one[2]] += gap
        found[one[3]] += gap
    sprint = 0.0
    for one, following in pairwise([act for act in acts if act[1] == "distance"]):
        if following[4] > 0:
            sprint += min(following[0] - one[0], HELD_MS) * following[5] / following[4]
    return {
        "stand_ms": found["stand"], "crouch_ms": found["crouch"], "prone_ms": found["prone"],
        "allies_ms": found["allies"], "axis_ms": found["axis"], "sprint_ms": sprint,
    }  # fmt: skip


def _stance(e: Event) -> str:
    kind = e["event_type"]
    if kind in ("crouch", "prone"):
        return str(kind)
    return "stand" if kind in ("player_stand", "jump", *SPAWNS) else str(e["player_stance"])


def _rounds(match: Sequence[Event], guid: str) -> dict[str, float]:
    found: Counter[str] = Counter()
    starts = sorted({e["event_time"] for e in match if e["event_type"] == "round_start"})

    def number(e: Event) -> int:
        return sum(start <= e["event_time"] for start in starts)

    ends: dict[int, tuple[int, str]] = {}
    for e in match:
        winner = e["attributes"].get("winning_team", "")
        if e["event_type"] in ("round_end", "team_win") and winner in ("allies", "axis") and number(e):
            end = (e["event_time"], winner)
            ends[number(e)] = min(ends.get(number(e), end), end)
    for played, (ended, winner) in ends.items():
        inside = [e for e in match if number(e) == played and e["event_time"] <= ended]
        dead = {who: _dead_at(inside, who) for who in players_of(inside)}
        sides = {who: _side(inside, who) for who in dead}
        if not sides.get(guid):
            continue
        side = sides[guid]
        found["rounds"] += 1
        found["rounds_won"] += side == winner
        found["rounds_lost"] += side != winner
        found["rounds_survived"] += dead[guid] == NEVER
        mates = sorted((dead[who], who) for who in dead if sides[who] == side)
        enemies = [dead[who] for who in dead if sides[who] not in ("", side)]
        if len(mates) > 1 and mates[-1][1] == guid and mates[-2][0] < NEVER and mates[-1][0] > mates[-2][0]:
            chance = any(at > mates[-2][0] for at in enemies)
            found["clutch_chances"] += chance
            found["clutches"] += chance and side == winner
    names = ("rounds", "rounds_won", "rounds_lost", "rounds_survived", "clutch_chances", "clutches")
    return {name: found[name] for name in names}


def _dead_at(events: Sequence[Event], guid: str) -> int:
    deaths = [e["event_time"] for e in events if e["event_type"] in KILLS and e["target_guid"] == guid]
    spawns = [e["event_time"] for e in events if e["event_type"] in SPAWNS and e["player_guid"] == guid]
    death, spawn = max(deaths, default=0), max(spawns, default=0)
    return death if death > spawn else NEVER


def _side(events: Sequence[Event], guid: str) -> str:
    """The team he was seen in last, as actor, victim or hurt."""
    seen = [
        (at, e["target_team"] if deed in ("+death", "+hurt") else e["player_team"])
        for at, _, deed, e in stream(events, guid)
    ]
    return str(max(((at, team) for at, team in seen if team in ("allies", "axis")), default=(0, ""))[1])


def career(events: Sequence[Event], guid: str) -> dict[str, float]:
    """What the settled matches of a player add up to beyond sums: current streak, sessions, runs of wins, consistency."""
    own = {match_id: match for match_id, match in by_match(events).items() if guid in players_of(match)}
    visits = sorted(
        (min(times), max(times))
        for match in own.values()
        if (times := [e["event_time"] for e in match if e["player_guid"] == guid])
    )
    sessions: list[list[tuple[int, int]]] = []
    for visit in visits:
        if sessions and visit[0] - sessions[-1][-1][1] <= PAUSE_MS:
            sessions[-1].append(visit)
        else:
            sessions.append([visit])
    lengths = [session[-1][1] - session[0][0] for session in sessions]
    course = _course(own, guid)
    runs = {letter: [len(list(run)) for key, run in groupby(course) if key == letter] for letter in "wl"}
    return {
        "sessions": len(sessions), "sessions_ms": sum(lengths), "longest_session_ms": max(lengths, default=0),
        "current_streak": _current_streak(own, guid),
        "best_win_streak": max(runs["w"], default=0), "worst_loss_streak": max(runs["l"], default=0),
        **_steadiness(own, guid),
    }  # fmt: skip


def _course(own: dict[str, list[Event]], guid: str) -> str:
    """w or l for every decided match, in their order."""
    found = ""
    for _, _, match in sorted(
        (min(e["event_time"] for e in match), match_id, match) for match_id, match in own.items()
    ):
        decided = match_stats(match, guid, 0, MS_EVER)
        found += "w" if decided["wins"] else "l" if decided["losses"] else ""
    return found


def _current_streak(own: dict[str, list[Event]], guid: str) -> int:
    streak = 0
    began = {
        m: min((e["event_time"] for e in match if e["player_guid"] == guid), default=0)
        for m, match in own.items()
    }
    for match_id in sorted(own, key=lambda m: (began[m], m), reverse=True):
        for _, _, deed, _ in reversed(stream(own[match_id], guid)):
            if deed == "+death":
                return streak
            streak += deed == "+kill"
    return streak


def _steadiness(own: dict[str, list[Event]], guid: str) -> dict[str, float]:
    ratios = []
    for match in own.values():
        deeds = Counter(deed for _, _, deed, _ in stream(match, guid))
        if deeds["+kill"] + deeds["+death"] >= 5:
            ratios.append(deeds["+kill"] / max(1, deeds["+death"]))
    middle = sum(ratios) / len(ratios) if ratios else 0.0
    spread = (sum((one - middle) ** 2 for one in ratios) / len(ratios)) ** 0.5 if ratios else 0.0
    return {"steady_matches": len(ratios), "kd_deviation": spread}
