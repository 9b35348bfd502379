"""The events of a scope, picked again in plain Python, and who is ranked by them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from query.ranked_stats import MATCH_STATS, WEAPON_STATS
from query.scope import Scope
from tests.query.oracle import Event, bots, by_match, day_stats, match_stats, players_of, weapon_stats
from tests.query.rows import milliseconds

TIMES = {"morning": (6, 12), "afternoon": (12, 18), "evening": (18, 24), "night": (0, 6)}


def at_time(ms: int, time: str) -> bool:
    at = datetime.fromtimestamp(ms / 1000, UTC)
    if time == "weekend":
        return at.isoweekday() >= 6
    return not time or TIMES[time][0] <= at.hour < TIMES[time][1]


def inside(events: Sequence[Event], scope: Scope) -> list[Event]:
    """The events that count in the scope, but for its weapon."""
    begin, end = milliseconds(scope.period.since), milliseconds(scope.period.until)
    return [
        e
        for e in events
        if begin <= e["event_time"] < end
        and scope.server_id in ("", e["server_id"])
        and scope.map_name in ("", e["map_name"])
        and scope.gametype in ("", e["gametype"])
        and at_time(e["event_time"], scope.time)
    ]


def matches_inside(events: Sequence[Event], scope: Scope) -> list[Event]:
    """All events of the matches that began in the scope."""
    begin, end = milliseconds(scope.period.since), milliseconds(scope.period.until)
    found: list[Event] = []
    for match in by_match(events).values():
        first, began = match[0], min(e["event_time"] for e in match)
        if (
            begin <= began < end
            and at_time(began, scope.time)
            and scope.server_id in ("", first["server_id"])
            and scope.map_name in ("", max(e["map_name"] for e in match))
            and scope.gametype in ("", max(e["gametype"] for e in match))
        ):
            found += match
    return found


def stats_in(events: Sequence[Event], scope: Scope) -> dict[str, dict[str, float]]:
    """guid -> every stat of the scope by its name, and what samples count; bots left out unless the scope has them."""
    if scope.weapon:
        return _weapon_stats(events, scope)
    counted, decided = inside(events, scope), matches_inside(events, scope)
    out = set() if scope.with_bots else bots(events)
    found: dict[str, dict[str, float]] = {}
    for guid in (players_of(counted) | players_of(decided)) - out:
        stats = day_stats(counted, guid) | match_stats(decided, guid, 0, 1 << 60)
        found[guid] = stats | {"encounters": stats["kills"] + stats["deaths"]}
    return found


def _weapon_stats(events: Sequence[Event], scope: Scope) -> dict[str, dict[str, float]]:
    counted = [e for e in inside(events, scope) if e["weapon"] == scope.weapon]
    found: dict[str, dict[str, float]] = {}
    for guid in players_of(counted) - (set() if scope.with_bots else bots(events)):
        stats = day_stats(counted, guid)
        found[guid] = {name: stats[name] for name in WEAPON_STATS} | {
            "encounters": stats["kills"] + stats["deaths"],
            "shots_hit": sum(c["shots_hit"] for c in weapon_stats(counted, guid).values()),
        }
    return found


def ranked_in(events: Sequence[Event], stat: str, scope: Scope) -> list[tuple[float, str]]:
    """(value, guid) of those with anything of the stat and enough of its sample, best first, equal ones by guid."""
    return ranked_by(stats_in(events, scope), stat, scope)


def ranked_by(counted: dict[str, dict[str, float]], stat: str, scope: Scope) -> list[tuple[float, str]]:
    """The same of stats that were counted before."""
    sample = (
        "matches_played" if stat in MATCH_STATS else "shots_fired" if stat == "accuracy" else "encounters"
    )
    values = [
        (-round(stats[stat], 6), guid)
        for guid, stats in counted.items()
        if stats.get(sample, 0) >= (scope.sample_min or 0)
    ]
    return [(-value, guid) for value, guid in sorted(values) if value < 0]
