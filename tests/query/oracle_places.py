"""What happened in matches, on maps, with weapons and on servers, counted again: plain Python, no SQL, no shared code."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from tests.query.oracle import HEAD, KILLS, Event, bots

MULTI_KILL_MS = 4000


def in_order(events: Sequence[Event]) -> list[Event]:
    """By time; within a millisecond as the answers break ties."""
    return sorted(
        events,
        key=lambda e: (
            e["event_time"],
            e["event_type"],
            e["player_guid"],
            e["target_guid"],
            e["weapon"],
            e["hitloc"],
        ),
    )


def deaths_in_order(events: Sequence[Event]) -> list[Event]:
    """Every death of any sort."""
    return sorted(
        (e for e in events if e["kill_kind"]),
        key=lambda e: (e["event_time"], e["player_guid"], e["target_guid"], e["weapon"], e["hitloc"]),
    )


def pairs(events: Sequence[Event], kind: str = "kill") -> Counter[tuple[str, str]]:
    """(killer, victim) -> kills of a kind."""
    return Counter((e["player_guid"], e["target_guid"]) for e in events if e["kill_kind"] == kind)


def longest_streak(events: Sequence[Event]) -> int:
    """Most kills of anybody in a row without a death."""
    best, now = 0, Counter[str]()
    for e in deaths_in_order(events):
        if e["kill_kind"] == "kill":
            now[e["player_guid"]] += 1
            best = max(best, now[e["player_guid"]])
        now[e["target_guid"]] = 0
    return best


def longest_multi_kill(events: Sequence[Event]) -> int:
    """Most kills of anybody each at most four seconds after the one before."""
    best = 0
    for guid in {e["player_guid"] for e in events}:
        times = [
            e["event_time"]
            for e in deaths_in_order(events)
            if e["kill_kind"] == "kill" and e["player_guid"] == guid
        ]
        run = 0
        for number, at in enumerate(times):
            run = run + 1 if number and at - times[number - 1] <= MULTI_KILL_MS else 1
            best = max(best, run)
    return best


def arms(events: Sequence[Event]) -> dict[str, Counter[str]]:
    """weapon -> what anybody did with it: kills, headshots, shots, hits, damage to others."""
    found: dict[str, Counter[str]] = {}
    for e in events:
        if (
            not e["weapon"]
            or not e["player_guid"]
            or e["event_type"] not in KILLS | {"damage", "weapon_fire", "weapon_hit"}
        ):
            continue
        counter = found.setdefault(e["weapon"], Counter())
        counter["kills"] += e["kill_kind"] == "kill"
        counter["headshots"] += e["kill_kind"] == "kill" and e["hitloc"] in HEAD
        counter["shots_fired"] += e["event_type"] == "weapon_fire"
        counter["shots_hit"] += e["event_type"] == "weapon_hit"
        if e["event_type"] == "damage" and e["player_guid"] != e["target_guid"]:
            counter["damage"] += e["damage"]
    return found


def people(events: Sequence[Event], guids: set[str]) -> set[str]:
    """Those who are no bots."""
    return guids - bots(events)


def seen_between(events: Sequence[Event], since: datetime | None, until: datetime | None) -> list[Event]:
    """Those that happened in a period."""
    low = since.timestamp() * 1000 if since else 0
    high = until.timestamp() * 1000 if until else float("inf")
    return [e for e in events if low <= e["event_time"] < high]
