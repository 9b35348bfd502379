"""Matches that tests play on the site themselves, event by event, while somebody looks."""

from __future__ import annotations

import urllib.error
from collections.abc import Iterator
from typing import Any

from tests.web.pages.site import HOSTILE, Site

TEAMS = ("american", "german")


def name(player: str) -> str:
    """As hostile as those of the site, and borne by nobody there: players are looked up by their names."""
    return f"{HOSTILE.get(player, player)} (live)"


def kill(match: str, number: int, killer: str, victim: str, **more: Any) -> dict[str, object]:
    """A kill between two teams; players are their names, and nobody whom another test counts."""
    return {
        "type": "player_kill", "match_id": match, "session_id": f"sess_{match}", "timestamp": f"{30 + number}.5",
        "attacker_guid": f"live-{killer}", "attacker_name": name(killer), "attacker_team": TEAMS[number % 2],
        "victim_guid": f"live-{victim}", "victim_name": name(victim), "victim_team": TEAMS[1 - number % 2],
        "weapon": "Thompson", **more,
    }  # fmt: skip


def opening(match: str) -> Iterator[dict[str, object]]:
    """A match with a score and a few kills by players of every kind of name."""
    base = {"match_id": match, "session_id": f"sess_{match}", "gametype": "2"}
    yield {"type": "match_start", "timestamp": "1.5", "map_name": "obj/obj_team2", "maxclients": "16", **base}
    players = list(HOSTILE)
    for number, killer in enumerate(players):
        victim = players[(number + 1) % len(players)]
        yield kill(match, number, killer, victim, hitloc="head" if number % 3 == 0 else "torso_upper")
    yield {
        "type": "heartbeat", "timestamp": "59.5", "allies_score": "12", "axis_score": "9", "player_count": "8",
        "round_number": "2", **base,
    }  # fmt: skip


def is_there(site: Site, match: str) -> bool:
    try:
        return bool(site.json(f"/api/v1/live/matches/{match}")["players"])
    except urllib.error.HTTPError:
        return False


def scored(match: str, second: int, allies: int, axis: int) -> dict[str, object]:
    """What a server says of a match's score."""
    return {
        "type": "heartbeat", "match_id": match, "session_id": f"sess_{match}", "timestamp": f"{second}.5", "gametype": "2",
        "allies_score": str(allies), "axis_score": str(axis), "player_count": "8", "round_number": "2",
    }  # fmt: skip
