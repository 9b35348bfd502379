from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from query.periods import period
from query.ranked_stats import DAY_STATS, MATCH_STATS, STATS, known_stat


@pytest.mark.parametrize(
    ("name", "first", "after"),
    [
        ("day", date(2026, 12, 31), date(2027, 1, 1)),
        ("week", date(2026, 12, 28), date(2027, 1, 4)),
        ("month", date(2026, 12, 1), date(2027, 1, 1)),
        ("year", date(2026, 1, 1), date(2027, 1, 1)),
    ],
)
def test_periods_are_the_running_ones_of_the_calendar(name: str, first: date, after: date) -> None:
    assert period(name, datetime(2026, 12, 31, 23, 59, 59, tzinfo=UTC))[1:] == (first, after)


def test_borders_are_those_of_utc_wherever_the_clock_stands() -> None:
    tokyo = timezone(timedelta(hours=9))
    assert period("day", datetime(2026, 11, 2, 8, tzinfo=tokyo)).first == date(2026, 11, 1)


def test_an_unknown_period_is_all_of_time() -> None:
    span = period("fortnight", datetime(2026, 11, 2, tzinfo=UTC))
    assert (span.name, span.first) == ("all", date(1970, 1, 1))


def test_there_are_forty_stats_to_rank_by() -> None:
    assert len(STATS) == 40
    assert not DAY_STATS & MATCH_STATS


def test_an_unknown_stat_ranks_by_kills_and_kd_is_the_ratio() -> None:
    named = [known_stat(name) for name in ("", "kd", "KD", " wins ", "player_guid", "1; DROP TABLE x")]
    assert named == ["kills", "kd_ratio", "kd_ratio", "wins", "kills", "kills"]
