from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from query.periods import EVER, between, period
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
    span = period(name, datetime(2026, 12, 31, 23, 59, 59, tzinfo=UTC))
    assert (span.first, span.after, span.whole_days) == (first, after, True)


def test_borders_are_those_of_utc_wherever_the_clock_stands() -> None:
    tokyo = timezone(timedelta(hours=9))
    assert period("day", datetime(2026, 11, 2, 8, tzinfo=tokyo)).first == date(2026, 11, 1)


def test_an_unknown_period_is_all_of_time() -> None:
    span = period("fortnight", datetime(2026, 11, 2, tzinfo=UTC))
    assert (span.name, span.first) == ("all", date(1970, 1, 1))


def test_a_range_is_widened_to_full_hours_and_days_of_utc() -> None:
    india = timezone(timedelta(hours=5, minutes=30))
    span = between(datetime(2026, 11, 2, tzinfo=india), datetime(2026, 11, 3, tzinfo=india))
    assert span.since == datetime(2026, 11, 1, 18, tzinfo=UTC)
    assert span.until == datetime(2026, 11, 2, 19, tzinfo=UTC)
    assert (span.first, span.after, span.whole_days) == (date(2026, 11, 1), date(2026, 11, 3), False)


def test_a_range_of_midnights_is_one_of_whole_days() -> None:
    span = between(datetime(2026, 11, 2, tzinfo=UTC), datetime(2026, 11, 4, tzinfo=UTC))
    assert (span.first, span.after, span.whole_days) == (date(2026, 11, 2), date(2026, 11, 4), True)


def test_a_bound_that_is_missing_or_beyond_all_time_is_the_border() -> None:
    assert between(None, None)[1:] == EVER[1:]
    assert between(datetime(1, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, 22, tzinfo=UTC))[1:] == EVER[1:]


def test_a_range_that_ends_before_it_begins_is_refused() -> None:
    for until in (datetime(2026, 11, 2, tzinfo=UTC), datetime(2026, 11, 1, 22, tzinfo=UTC)):
        with pytest.raises(ValueError, match="ends before"):
            between(datetime(2026, 11, 2, tzinfo=UTC), until)


def test_there_are_forty_stats_to_rank_by() -> None:
    assert len(STATS) == 40
    assert not DAY_STATS & MATCH_STATS


def test_an_unknown_stat_ranks_by_kills_and_kd_is_the_ratio() -> None:
    named = [known_stat(name) for name in ("", "kd", "KD", " wins ", "player_guid", "1; DROP TABLE x")]
    assert named == ["kills", "kd_ratio", "kd_ratio", "wins", "kills", "kills"]
