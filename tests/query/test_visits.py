"""Sessions and the running streak, from the order of matches."""

from __future__ import annotations

from query.visits import Sessions, longest_run, running_streak, sessions

MINUTE = 60_000


def test_matches_within_half_an_hour_are_one_session() -> None:
    visits = [(0, 10 * MINUTE), (40 * MINUTE, 50 * MINUTE), (80 * MINUTE + 1, 90 * MINUTE)]
    assert sessions(visits) == Sessions(2, 60 * MINUTE - 1, 50 * MINUTE)


def test_matches_that_overlap_are_one_session() -> None:
    assert sessions([(0, 50 * MINUTE), (5 * MINUTE, 60 * MINUTE)]) == Sessions(1, 60 * MINUTE, 60 * MINUTE)


def test_who_never_played_has_no_session() -> None:
    assert sessions([]) == Sessions(0, 0, 0)


def test_streak_goes_back_to_the_last_death_through_matches_without_one() -> None:
    assert running_streak([(0, 3), (0, 0), (2, 4), (0, 9)]) == 7
    assert running_streak([(1, 0), (0, 9)]) == 0
    assert running_streak([(0, 3), (0, 2)]) == 5
    assert running_streak([]) == 0


def test_runs_of_wins_and_losses_end_with_the_other() -> None:
    course = [1, 1, 0, 1, 1, 1, 0, 0]
    assert (longest_run(course, 1), longest_run(course, 0)) == (3, 2)
    assert (longest_run([], 1), longest_run([1], 0)) == (0, 0)
