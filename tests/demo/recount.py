"""A second count of a match, from its bytes alone: a plain reader of lines that shares no code with the simulator's totals.

Only for lines as the scripts write them; strangers' lines are counted by statline's own reader elsewhere.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qsl


def read_form(lines: Iterable[bytes]) -> Iterator[dict[str, str]]:
    return (dict(parse_qsl(line.decode(), keep_blank_values=True, strict_parsing=True)) for line in lines)


def read_json(bodies: Iterable[bytes]) -> Iterator[dict[str, str]]:
    for body in bodies:
        for event in json.loads(body):
            yield {key: str(value) for key, value in event.items()}


def recount(events: Iterable[dict[str, str]], team_game: bool) -> dict[str, dict[str, Any]]:
    """Counts by player guid: spec/openmohaa.md R1-R10, straight down the list of events."""
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    damage: dict[str, Decimal] = defaultdict(Decimal)
    weapons: dict[str, Counter[str]] = defaultdict(Counter)
    for event in events:
        kind = event["type"]
        attacker, victim = event.get("attacker_guid"), event.get("victim_guid")
        if kind in {"player_kill", "bot_killed"} and victim:
            counts[victim]["deaths"] += 1
        if kind == "weapon_fire":
            counts[event["player_guid"]]["shots_fired"] += 1
        if kind == "weapon_hit":
            counts[event["player_guid"]]["shots_hit"] += 1
        if kind == "damage" and attacker and attacker != victim:
            damage[attacker] += Decimal(event["damage"])
        if kind == "bot_killed" and attacker:
            counts[attacker]["bot_kills"] += 1
        if kind == "player_kill":
            if not attacker:
                counts[victim or ""]["world_deaths"] += 1
            elif attacker == victim:
                counts[attacker]["suicides"] += 1
            elif team_game and event["attacker_team"] == event["victim_team"]:
                counts[attacker]["teamkills"] += 1
            else:
                counts[attacker]["kills"] += 1
                counts[attacker]["headshots"] += event["hitloc"] in {"head", "helmet"}
                weapons[attacker][event["weapon"]] += 1
    return {
        guid: {**counts[guid], "damage_dealt": float(damage[guid]), "weapon_kills": dict(weapons[guid])}
        for guid in {*counts, *damage}
    }
