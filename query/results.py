"""How a player's matches ended, and what that adds up to: by map, game type, hour or whatever else divides them.

Added up here and not in SQL: to plan the sums, their labels and conditions cost the engine more than a player's matches take to read
(docs/decisions/0011).
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from enum import IntEnum
from typing import Any, Final, NamedTuple

from query.together import FIGURES, Asks, divided

Row = Mapping[str, Any]
Ever = Callable[[Asks, Mapping[str, object]], Awaitable[Row]]
"""Tells `events`, `deaths` and `last_seen` of a player of all time and everywhere; nothing of one whom nobody saw."""

PARTS_OF_DAY: Final = ("night", "morning", "afternoon", "evening")
ENDLESS_MS: Final = 6 * 3_600_000
"""Longer is no match but a server that never says where one ends."""
ALONE: Final = "alone"
"""The figures that tell who won alone (clickhouse/queries/shared/outcome.sql)."""
MATCHES_MAX: Final = 50_000
"""Of a player who has more (a bot that plays everywhere under one guid) the newest: that takes a web process a tenth of a second."""


class Outcome(IntEnum):
    """How a match ended for a player, as clickhouse/queries/shared/outcome.sql tells it."""

    UNDECIDED = 0
    LOST_ALONE = 1
    WON_ALONE = 2
    LOST_IN_TEAM = 3
    WON_IN_TEAM = 4


WON: Final = frozenset((Outcome.WON_ALONE, Outcome.WON_IN_TEAM))
LOST: Final = frozenset((Outcome.LOST_ALONE, Outcome.LOST_IN_TEAM))
IN_TEAM: Final = frozenset((Outcome.LOST_IN_TEAM, Outcome.WON_IN_TEAM))

KEPT_MAX: Final = 5_000
"""Of a player who has more, views are asked: they can tell the newest."""

LABELS: Final[Mapping[str, Callable[[Row], str]]] = {
    "": lambda _: "",
    "map": lambda match: match["map"],
    "server": lambda match: match["server"],
    "gametype": lambda match: match["kind"],
    "game_mode": lambda match: match["kind"],
    "hour": lambda match: str(match["began"].hour),
    "time_of_day": lambda match: PARTS_OF_DAY[match["began"].hour // 6],
    "day": lambda match: str(match["began"].date()),
    "day_of_week": lambda match: str(match["began"].isoweekday()),
}
"""What divides matches -> where a row of player_results.sql belongs; by the hour and the day on which it began, in UTC."""


class Results(NamedTuple):
    """What matches add up to; zeros of none. Not everything unless it `is_all`: player_match_totals.sql then knows the rest.

    `course`: whether each decided match was won, in their order.
    """

    matches_played: int = 0
    matches_won: int = 0
    matches_lost: int = 0
    games: int = 0
    playtime_s: float = 0.0
    endless_matches: int = 0
    team_wins: int = 0
    allies_wins: int = 0
    axis_wins: int = 0
    course: Sequence[bool] = ()

    @property
    def is_all(self) -> bool:
        """Whether none was left out as too many, and none is so long that `playtime_s` is wrong."""
        return not self.endless_matches and self.matches_played < MATCHES_MAX


NONE: Final = Results()


async def _ever_counted(store: Asks, bound: Mapping[str, object]) -> Row:
    everywhere = {**bound, "bounded": 0, **dict.fromkeys(("server_id", "map_name", "gametype"), "")}
    rows = await divided(store, "player_counters", {**everywhere, FIGURES: ["presence"]}, "")
    return rows[0] if rows else {}


async def matches_of(
    store: Asks, bound: Mapping[str, object], *figures: str, alone: bool = True, ever: Ever = _ever_counted
) -> Sequence[Row]:
    """The matches of a person in a scope (`bound`: its parameters and the guids), in their order, the newest MATCHES_MAX; with
    figures, if named. Not `alone`: those won and lost alone may count as undecided, for a third less.

    `ever` tells what views counted of him in all: what an answer asks for anyway.
    """
    matches = await _kept(store, bound, figures, ever)
    if matches is None:
        wanted = (*figures, ALONE) if alone else figures
        matches = await store.rows("player_results", {**bound, FIGURES: wanted, "matches_max": MATCHES_MAX})
    return sorted(matches, key=lambda match: (match["began"], match["id"]))


async def _kept(
    store: Asks, bound: Mapping[str, object], figures: Sequence[str], ever: Ever
) -> Sequence[Row] | None:
    """The same from what settling kept, which asks no view how each match ended; None if that is not all.

    It is all if views have seen nothing of him since. What late events of others change in a match, the next settling tells.
    """
    guids = bound["guids"]
    if not isinstance(guids, Sequence) or len(guids) != 1:
        return None  # who won of several ids together is another question
    asked = {"game": bound["game"], "guids": guids, FIGURES: figures, "matches_max": KEPT_MAX}
    matches, counted = await asyncio.gather(store.rows("player_results_kept", asked), ever(store, bound))
    if not matches or _presence([counted]) != _presence(matches):
        return None
    return [match for match in matches if _is_within(match, bound)]


def _presence(rows: Sequence[Row]) -> tuple[int, int, Any] | None:
    """What moves whenever a player does anything, or anything is done to him."""
    if not all(rows):
        return None
    return (
        sum(row["events"] for row in rows),
        sum(row["deaths"] for row in rows),
        max(row["last_seen"] for row in rows),
    )


def _is_within(match: Row, bound: Mapping[str, Any]) -> bool:
    """Whether player_results.sql would tell of it, asked with these parameters."""
    if bound["bounded"] and not bound["from_time"] <= match["began"] < bound["to_time"]:
        return False
    wanted = ((bound["server_id"], "server"), (bound["map_name"], "map"), (bound["gametype"], "kind"))
    return all(not value or match[column] == value for value, column in wanted)


def add_up(matches: Iterable[Row]) -> Results:
    """What these matches, in their order, add up to."""
    matches = list(matches)
    outcomes = [match["outcome"] for match in matches]
    sides = [match["last_team"] for match in matches if match["outcome"] == Outcome.WON_IN_TEAM]
    return Results(
        matches_played=len(matches),
        matches_won=sum(outcome in WON for outcome in outcomes),
        matches_lost=sum(outcome in LOST for outcome in outcomes),
        games=sum(match["ended"] for match in matches),
        playtime_s=sum(max(0, match["span_ms"]) for match in matches) / 1000,
        endless_matches=sum(match["span_ms"] > ENDLESS_MS for match in matches),
        team_wins=len(sides),
        allies_wins=sides.count("allies"),
        axis_wins=sides.count("axis"),
        course=[outcome in WON for outcome in outcomes if outcome],
    )


def divide(matches: Iterable[Row], dimension: str) -> dict[str, list[Row]]:
    """Label -> those of the matches that belong there, in their order."""
    label, found = LABELS[dimension], defaultdict[str, list[Row]](list)
    for match in matches:
        found[label(match)].append(match)
    return dict(found)
