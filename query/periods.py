"""Periods of leaderboards: calendar days, weeks (from Monday), months and years, all in UTC."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Final, NamedTuple

ALL: Final = "all"
PERIODS: Final = (ALL, "day", "week", "month", "year")

# ClickHouse's Date ends in 2149 and its DateTime64(3) in 2299; both begin in 1970.
_FIRST_DAY: Final = date(1970, 1, 1)
_LAST_DAY: Final = date(2149, 6, 6)


class Period(NamedTuple):
    """The days from `first` on, before `after`."""

    name: str
    first: date
    after: date

    def parameters(self) -> dict[str, object]:
        """As queries bind them: days, and the times at which they begin."""
        return {
            "from_day": self.first,
            "to_day": self.after,
            "from_time": datetime.combine(self.first, time(), UTC),
            "to_time": datetime.combine(self.after, time(), UTC),
        }


def period(name: str, now: datetime) -> Period:
    """The running period of that name at `now` (aware); an unknown name is `all`."""
    today = now.astimezone(UTC).date()
    match name:
        case "day":
            return Period(name, today, today + timedelta(days=1))
        case "week":
            monday = today - timedelta(days=today.weekday())
            return Period(name, monday, monday + timedelta(days=7))
        case "month":
            first = today.replace(day=1)
            return Period(name, first, (first + timedelta(days=31)).replace(day=1))
        case "year":
            return Period(name, date(today.year, 1, 1), date(today.year + 1, 1, 1))
        case _:
            return Period(ALL, _FIRST_DAY, _LAST_DAY)
