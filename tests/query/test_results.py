"""What a player's matches add up to, from rows of player_results.sql."""

from __future__ import annotations

from datetime import UTC, datetime

from query.results import NONE, Outcome, add_up, divide

HOUR_MS = 3_600_000


def match(
    outcome: Outcome, *, team: str = "", span_ms: int = 1000, ended: bool = True, hour: int = 0, map: str = ""
) -> dict[str, object]:
    began = datetime(2026, 11, 26, hour, tzinfo=UTC)  # a Thursday
    return {
        "outcome": outcome,
        "last_team": team,
        "span_ms": span_ms,
        "ended": ended,
        "began": began,
        "map": map,
    }


def test_matches_are_counted_as_won_lost_or_undecided() -> None:
    found = add_up([
        match(Outcome.WON_ALONE), match(Outcome.LOST_ALONE, ended=False), match(Outcome.UNDECIDED, team="axis"),
        match(Outcome.WON_IN_TEAM, team="axis"), match(Outcome.WON_IN_TEAM, team="allies"), match(Outcome.LOST_IN_TEAM, team="axis"),
    ])  # fmt: skip
    assert (found.matches_played, found.matches_won, found.matches_lost, found.games) == (6, 3, 2, 5)
    assert (found.team_wins, found.allies_wins, found.axis_wins) == (2, 1, 1)
    assert found.course == [True, False, True, True, False]


def test_a_match_of_more_than_six_hours_is_told_and_a_span_below_nothing_takes_no_time_away() -> None:
    spans = (-5000, 6 * HOUR_MS, 6 * HOUR_MS + 1)
    found = add_up(match(Outcome.UNDECIDED, span_ms=span) for span in spans)
    assert (found.endless_matches, found.playtime_s) == (1, 43_200.001)


def test_no_matches_add_up_to_nothing() -> None:
    assert add_up([]) == NONE._replace(course=[])


def test_matches_are_divided_by_where_and_when_they_began() -> None:
    early, late = match(Outcome.UNDECIDED, hour=5, map="dm/x"), match(Outcome.UNDECIDED, hour=19)
    both = [early, late]
    assert divide(both, "") == {"": both}
    assert divide(both, "map") == {"dm/x": [early], "": [late]}
    assert divide(both, "hour") == {"5": [early], "19": [late]}
    assert divide(both, "time_of_day") == {"night": [early], "evening": [late]}
    assert divide(both, "day") == {"2026-11-26": both}
    assert divide(both, "day_of_week") == {"4": both}
