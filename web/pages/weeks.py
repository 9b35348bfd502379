"""The heat map of a week: hour by weekday, as a table whose cells have one of six colours."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple

DAYS: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
LEVELS: Final = 5


class Cell(NamedTuple):
    """One hour of one weekday: what was counted, and its colour, 0 to LEVELS."""

    hour: int
    value: int
    level: int


class Week(NamedTuple):
    """Seven rows of 24 cells, and the busiest of them."""

    rows: list[tuple[str, list[Cell]]]
    most: int
    busiest: str
    """`Fri 20:00`; empty when nothing was counted."""


def week(values: Mapping[tuple[int, int], int]) -> Week:
    """The week of (weekday 1-7 from Monday, hour) -> value; what is missing is 0."""
    most = max(values.values(), default=0)
    rows = [
        (name, [_cell(hour, values.get((day, hour), 0), most) for hour in range(24)])
        for day, name in enumerate(DAYS, start=1)
    ]
    busiest = max(values, key=lambda at: (values[at], -at[0], -at[1])) if most else None
    return Week(rows, most, f"{DAYS[busiest[0] - 1]} {busiest[1]:02}:00" if busiest else "")


def _cell(hour: int, value: int, most: int) -> Cell:
    """Anything counted is at least level 1, the busiest hour the last."""
    level = 0 if not value else max(1, -(-value * LEVELS // most))
    return Cell(hour, value, level)
