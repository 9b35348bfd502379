"""The records of a list of events, counted again in plain Python."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from query.records import KILLS_MIN, KINDS, SHOTS_MIN
from query.scope import Scope
from schema.answers.records import Records
from tests.query.oracle import Event, bots, by_match, day_stats, players_of
from tests.query.scoped import matches_inside
from tests.query.sequences_oracle import sequences


def feats(match: Sequence[Event], guid: str) -> dict[str, float]:
    """Kind -> what a player reached in a match, plain Python."""
    stats, runs = day_stats(match, guid), sequences(match, guid)
    own = [e for e in match if e["kill_kind"] == "kill" and e["player_guid"] == guid]
    times = sorted(e["event_time"] for e in own)
    chain = longest = 1 if times else 0
    for before, after in pairwise(times):
        chain = chain + 1 if after - before <= 4000 else 1
        longest = max(longest, chain)
    found = {
        "kills": stats["kills"],
        "streak": runs["best_streak"] if runs["best_streak"] > 1 else 0,
        "multi_kill": longest if longest > 1 else 0,
        "headshots": stats["headshots"],
        "kd": stats["kd_ratio"] if stats["kills"] >= KILLS_MIN else 0,
        "accuracy": stats["accuracy"] if stats["shots_fired"] >= SHOTS_MIN else 0,
        "longest_kill": round(max((e["distance_units"] for e in own), default=0), 1),
        "damage": stats["damage"],
    }
    return {kind: value for kind, value in found.items() if value > 0}


def expected(events: Sequence[Event], scope: Scope, places: int) -> dict[str, list[tuple[float, str, str]]]:
    """Kind -> (value, match, guid), best first."""
    out = set() if scope.with_bots else bots(events)
    found: dict[str, list[tuple[float, int, str, str]]] = {kind: [] for kind in KINDS}
    for match_id, match in by_match(matches_inside(events, scope)).items():
        began = min(e["event_time"] for e in match)
        for guid in players_of(match) - out:
            for kind, value in feats(match, guid).items():
                found[kind].append((-round(value, 3), began, match_id, guid))
    return {
        kind: [(_shown(kind, -value), match_id, guid) for value, _, match_id, guid in sorted(rows)[:places]]
        for kind, rows in found.items()
        if rows
    }


def _shown(kind: str, value: float) -> float:
    return round(value * 0.0254 if kind == "longest_kill" else value, 2)


def told(answer: Records) -> dict[str, list[tuple[float, str, str]]]:
    """The same of an answer; its ranks count up within each kind."""
    found: dict[str, list[tuple[float, str, str]]] = {}
    for one in answer.records:
        found.setdefault(one.kind, []).append((round(one.value, 2), one.match_id, one.player_id))
        assert one.rank == len(found[one.kind])
    return found
