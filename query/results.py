"""How a player's matches ended, and what that adds up to: by map, game type, hour or whatever else divides them.

Added up here and not in SQL: to plan the sums, their labels and conditions cost the engine more than a player's matches take to read
(docs/decisions/0011).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from enum import IntEnum
from typing import Any, Final, NamedTuple

from query.together import FIGURES, Asks

Row = Mapping[str, Any]

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


async def matches_of(
    store: Asks, bound: Mapping[str, object], *figures: str, alone: bool = True
) -> Sequence[Row]:
    """The matches of a person in a scope (`bound`: its parameters and the guids), in their order, the newest MATCHES_MAX; with
    figures, if named. Not `alone`: those won and lost alone count as undecided, for a third less.
    """
    wanted = (*figures, ALONE) if alone else figures
    rows = await store.rows("player_results", {**bound, FIGURES: wanted, "matches_max": MATCHES_MAX})
    return sorted(rows, key=lambda match: (match["began"], match["id"]))


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
