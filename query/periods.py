"""Periods of answers: calendar days, weeks (from Monday), months and years in UTC, all of time, or from one hour to another."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Final, NamedTuple

ALL: Final = "all"
RANGE: Final = "range"
PERIODS: Final = (ALL, "day", "week", "month", "year")

# ClickHouse's Date ends in 2149 and its DateTime64(3) in 2299; both begin in 1970.
_FIRST_DAY: Final = date(1970, 1, 1)
_LAST_DAY: Final = date(2149, 6, 6)
_HOUR: Final = timedelta(hours=1)


class Period(NamedTuple):
    """The time from `since` on, before `until`: aware, UTC, full hours."""

    name: str
    since: datetime
    until: datetime

    @property
    def first(self) -> date:
        """The first day that belongs to it, if only in part."""
        return self.since.date()

    @property
    def after(self) -> date:
        """The first day of which nothing belongs to it any more."""
        day = self.until.date()
        return day if self.until.time() == time() else day + timedelta(days=1)

    @property
    def whole_days(self) -> bool:
        """Whether it begins and ends at midnight, so that tables by day can answer."""
        return self.since.time() == self.until.time() == time()

    @property
    def is_bounded(self) -> bool:
        """Whether it leaves anything out."""
        return (self.since, self.until) != (EVER.since, EVER.until)

    def parameters(self) -> dict[str, object]:
        """As queries bind them: whether it has bounds at all, days, and the times at which it begins and ends."""
        return {
            "bounded": int(self.is_bounded),
            "from_day": self.first,
            "to_day": self.after,
            "from_time": self.since,
            "to_time": self.until,
        }


def _days(name: str, first: date, after: date) -> Period:
    return Period(name, datetime.combine(first, time(), UTC), datetime.combine(after, time(), UTC))


EVER: Final = _days(ALL, _FIRST_DAY, _LAST_DAY)
"""All of time."""


def period(name: str, now: datetime) -> Period:
    """The running period of that name at `now` (aware); an unknown name is `all`."""
    today = now.astimezone(UTC).date()
    match name:
        case "day":
            return _days(name, today, today + timedelta(days=1))
        case "week":
            monday = today - timedelta(days=today.weekday())
            return _days(name, monday, monday + timedelta(days=7))
        case "month":
            first = today.replace(day=1)
            return _days(name, first, (first + timedelta(days=31)).replace(day=1))
        case "year":
            return _days(name, date(today.year, 1, 1), date(today.year + 1, 1, 1))
        case _:
            return EVER


def between(since: datetime | None, until: datetime | None) -> Period:
    """From one time on, before another (aware), widened to full hours, as figures are kept by the hour; None has no bound.

    Times outside 1970 to 2149 are moved to that border. Raises ValueError when nothing lies between the two.
    """
    first = EVER.since if since is None else max(EVER.since, min(EVER.until, _hour(since)))
    after = EVER.until if until is None else max(EVER.since, min(EVER.until, _next_hour(until)))
    if first >= after:
        raise ValueError("the period ends before it begins")
    return Period(RANGE, first, after)


def _hour(at: datetime) -> datetime:
    return at.astimezone(UTC).replace(minute=0, second=0, microsecond=0)


def _next_hour(at: datetime) -> datetime:
    hour = _hour(at)
    return hour if hour == at else hour + _HOUR


def last_days(days: int, now: datetime) -> Period:
    """The last `days` days in UTC, today's included."""
    today = now.astimezone(UTC).date()
    return _days(RANGE, max(_FIRST_DAY, today - timedelta(days=days - 1)), today + timedelta(days=1))
