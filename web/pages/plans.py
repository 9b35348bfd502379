"""A plan of a map's coordinates for an SVG: game units scaled into a box, with axes; north (larger y) is up."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

from web.map_images import Picture

WIDTH: Final = 1000
MARGIN: Final = 70
"""Room for the numbers of the axes, in units of the picture."""
TALLEST, FLATTEST = 1.0, 0.5
"""Height for width of the ground that is shown."""
GROUND_LEAST: Final = 600.0
LEVELS: Final = 5
TICKS: Final = 5


class Tick(NamedTuple):
    """A line of the grid and its number in game units."""

    at: float
    label: str


class Cell(NamedTuple):
    """A square in which something was counted; `level` is its colour, 1 to LEVELS."""

    x: float
    y: float
    value: int
    level: int


class Plan(NamedTuple):
    """Where game units lie in the picture."""

    left: float
    """Game units at the left border."""
    top: float
    across: float
    """Game units from left to right."""
    height: float
    """Of the ground in the picture; it is WIDTH wide."""

    @property
    def scale(self) -> float:
        """Units of the picture for each game unit."""
        return WIDTH / self.across

    def x(self, units: float) -> float:
        """Where this x is."""
        return round((units - self.left) * self.scale, 1)

    def y(self, units: float) -> float:
        """Where this y is."""
        return round((self.top - units) * self.scale, 1)

    @property
    def columns(self) -> list[Tick]:
        """The grid's lines from top to bottom."""
        return [Tick(self.x(at), f"{at:g}") for at in _ticks(self.left, self.left + self.across)]

    @property
    def rows(self) -> list[Tick]:
        """The grid's lines from left to right."""
        return [Tick(self.y(at), f"{at:g}") for at in _ticks(self.top - self.height / self.scale, self.top)]

    def cells(self, counted: Sequence[tuple[float, float, int]], units: float) -> list[Cell]:
        """Squares of `units` by their lower corner; colours by the root of the count, as few squares hold most of it."""
        most = max((value for _, _, value in counted), default=0)
        return [
            Cell(self.x(x), self.y(y + units), value, max(1, math.ceil(math.sqrt(value / most) * LEVELS)))
            for x, y, value in counted
            if value > 0
        ]


def plan(places: Iterable[tuple[float, float]]) -> Plan | None:
    """The plan on which all of these places are; None without any."""
    found = [(x, y) for x, y in places if math.isfinite(x) and math.isfinite(y)]
    if not found:
        return None
    xs, ys = [x for x, _ in found], [y for _, y in found]
    wide = max(max(xs) - min(xs), GROUND_LEAST) * 1.08
    high = max(max(ys) - min(ys), GROUND_LEAST * FLATTEST) * 1.08
    wide, high = max(wide, high / TALLEST), max(high, wide * FLATTEST)
    middle_x, middle_y = (max(xs) + min(xs)) / 2, (max(ys) + min(ys)) / 2
    return Plan(middle_x - wide / 2, middle_y + high / 2, wide, round(high / wide * WIDTH, 1))


def plan_with(places: Sequence[tuple[float, float]], picture: Picture | None) -> Plan | None:
    """The plan of these places with the whole of a picture whose borders are known; None without any place."""
    if not places or picture is None or picture.bounds is None:
        return plan(places)
    return plan([*places, *picture.bounds.corners])


def _ticks(low: float, high: float) -> list[float]:
    """Round numbers between the two, about TICKS of them."""
    rough = (high - low) / TICKS
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(factor * power for factor in (1, 2, 5, 10) if factor * power >= rough)
    return [count * step for count in range(math.ceil(low / step), math.floor(high / step) + 1)]
