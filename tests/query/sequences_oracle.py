"""Sequence figures counted again from a list of events, plain Python; the definitions are those of docs/statistics.md."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

from tests.query.oracle import KILLS, Event

CHAINS = {2: "double_kills", 3: "multi_kills", 4: "ultra_kills", 5: "monster_kills"}


def deeds(match: Sequence[Event], guid: str) -> list[tuple[int, int, str]]:
    """(ms, rank, opponent) of the kills (1), deaths (2) and spawns (3) of a player, in their order."""
    found = []
    for e in match:
        if e["kill_kind"] == "kill" and e["player_guid"] == guid:
            found.append((e["event_time"], 1, e["target_guid"]))
        if e["event_type"] in KILLS and e["target_guid"] == guid:
            found.append((e["event_time"], 2, e["player_guid"] if e["kill_kind"] == "kill" else ""))
        if e["event_type"] in ("player_spawn", "player_respawn") and e["player_guid"] == guid:
            found.append((e["event_time"], 3, ""))
    return sorted(found)


def sequences(match: Sequence[Event], guid: str) -> Counter[str]:
    """The figures of one player in one match."""
    found: Counter[str] = Counter()
    own = deeds(match, guid)
    _runs(found, own, [e["event_time"] for e in match if e["player_guid"] == guid])
    _chains(found, [at for at, rank, _ in own if rank == 1])
    found["first_bloods"], found["first_blood_chances"] = _first_bloods(match, guid)
    for e in match:
        if e["kill_kind"] == "kill" and e["player_guid"] == guid:
            found["longshots"] += e["distance_units"] * 0.0254 >= 50
            found["gibs"] += e["mod"] == "gib"
            found["trading_kills"] += _is_trade(match, e)
    return found


def _runs(found: Counter[str], own: Sequence[tuple[int, int, str]], acted: Sequence[int]) -> None:
    runs, victims, killer = [0], set(), ""
    began = min(acted, default=0)
    spawned = 0
    for at, rank, opponent in own:
        if rank == 1:
            runs[-1] += 1
            if opponent == killer and killer:
                found["revenge_kills"] += 1
                killer = ""
            victims.add(opponent)
        elif rank == 3:
            spawned = spawned or at
        else:
            begin = spawned or began or at
            found["lifespan_ms"] += max(0, at - begin)
            found["lives"] += 1
            runs.append(0)
            killer, spawned, began = opponent, 0, at
    found["kills"], found["deaths"] = sum(runs), len(runs) - 1
    found["best_streak"] = max(runs)
    for n in (5, 10, 15, 20, 25):
        found[f"streaks_{n}"] = sum(run >= n for run in runs)
    found["last_streak"] = runs[-1]


def _chains(found: Counter[str], times: Sequence[int]) -> None:
    lengths = [1] if times else []
    for before, after in pairwise(times):
        if after - before <= 4000:
            lengths[-1] += 1
        else:
            lengths.append(1)
    for length in lengths:
        if length > 1:
            found[CHAINS.get(length, "ludicrous_kills")] += 1
            found["chained_kills"] += length


def _first_bloods(match: Sequence[Event], guid: str) -> tuple[int, int]:
    starts = sorted({e["event_time"] for e in match if e["event_type"] == "round_start"})
    first: dict[int, tuple[int, str, str]] = {}
    for e in match:
        if e["kill_kind"] != "kill":
            continue
        number = sum(start <= e["event_time"] for start in starts)
        if starts and not number:
            continue
        key = (e["event_time"], e["player_guid"], e["target_guid"])
        first[number] = min(first.get(number, key), key)
    return sum(who == guid for _, who, _ in first.values()), len(first)


def _is_trade(match: Sequence[Event], kill: Event) -> bool:
    team = kill["player_team"]
    if team not in ("allies", "axis") or kill["gametype"] in ("", "ffa"):
        return False
    earlier = [
        e for e in match
        if e["kill_kind"] == "kill" and e["player_guid"] == kill["target_guid"] and e["target_team"] == team
        and e["event_time"] <= kill["event_time"]
    ]  # fmt: skip
    last = max((e["event_time"] for e in earlier), default=-1)
    hit = {e["target_guid"] for e in earlier if e["event_time"] == last}
    return bool(hit - {kill["player_guid"]}) and kill["event_time"] - last <= 5000
