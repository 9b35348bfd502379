"""The moments of a match worth telling: first blood, longest kill, best streak, best multi-kill, last kill."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple

from query.ratios import metres
from schema.answers.match_reports import Moment

MULTI_KILL_GAP: Final = timedelta(milliseconds=4000)
"""R13 (spec/openmohaa.md 1.10)."""
STREAK_LEAST: Final = 2

Row = Mapping[str, Any]


class Run(NamedTuple):
    """Kills of one player in a row: how many, and the last of them."""

    kills: int
    last: Row

    @property
    def at(self) -> datetime:
        """When it had grown to its length."""
        time: datetime = self.last["event_time"]
        return time


def moments(deaths: Sequence[Row]) -> list[Moment]:
    """Of a match's deaths in order (`query.match_events.kills`); of equal ones the earliest. None for a match without kills."""
    kills = [death for death in deaths if death["kill_kind"] == "kill"]
    if not kills:
        return []
    found = [_kill_moment("first_blood", kills[0])]
    far = max(kills, key=lambda kill: kill["distance_units"])
    if far["distance_units"] > 0:
        distance = metres(far["distance_units"])
        found.append(_kill_moment("longest_kill", far, distance, f"{distance:.1f} m"))
    for kind, runs in (("best_streak", _streaks(deaths)), ("best_multi_kill", _multi_kills(kills))):
        best = max(runs, key=lambda run: (run.kills, -run.at.timestamp()))
        if best.kills >= STREAK_LEAST:
            found.append(_run_moment(kind, best))
    return [*found, _kill_moment("last_kill", kills[-1])]


def _streaks(deaths: Sequence[Row]) -> Iterator[Run]:
    """Kills in a row without a death of any sort (R13), as they grow."""
    running: dict[str, int] = {}
    for death in deaths:
        if death["kill_kind"] == "kill":
            killer = death["player_guid"]
            running[killer] = running.get(killer, 0) + 1
            yield Run(running[killer], death)
        running.pop(death["target_guid"], None)


def _multi_kills(kills: Sequence[Row]) -> Iterator[Run]:
    """Kills each at most four seconds after the one before, as they grow."""
    running: dict[str, Run] = {}
    for kill in kills:
        before = running.get(kill["player_guid"])
        goes_on = before is not None and kill["event_time"] - before.at <= MULTI_KILL_GAP
        run = Run(before.kills + 1 if before is not None and goes_on else 1, kill)
        running[kill["player_guid"]] = run
        yield run


def _kill_moment(kind: str, kill: Row, value: float = 1, text: str = "") -> Moment:
    return Moment(
        kind=kind,
        at=kill["event_time"],
        player_id=kill["player_guid"],
        player_name=kill["player_name"],
        target_id=kill["target_guid"],
        target_name=kill["target_name"],
        weapon=kill["weapon"],
        value=value,
        display_value=text or kill["target_name"],
    )


def _run_moment(kind: str, run: Run) -> Moment:
    return Moment(
        kind=kind,
        at=run.at,
        player_id=run.last["player_guid"],
        player_name=run.last["player_name"],
        target_id="",
        target_name="",
        weapon=run.last["weapon"],
        value=run.kills,
        display_value=f"{run.kills} kills",
    )
