"""Ratios as the API shows them: never NaN, never infinite (spec/openmohaa.md 7.1)."""

from __future__ import annotations

from typing import Final

METRES_PER_UNIT: Final = 0.0254
"""One game unit is an inch (spec/openmohaa.md 3.2)."""


def kd_ratio(kills: int, deaths: int) -> float:
    """Kills for each death; kills when there is none."""
    return kills / deaths if deaths else float(kills)


def percent(part: float, whole: float) -> float:
    """`part` of `whole` in percent; 0 of nothing is 0."""
    return part / whole * 100 if whole else 0.0


def mean(total: float, count: float) -> float:
    """`total` for each of `count`; 0 of nothing is 0."""
    return total / count if count else 0.0


def points(damage: float) -> float:
    """Damage as the wire writes it, with three decimals: adding in another order must not show."""
    return round(damage, 3)


def metres(units: float) -> float:
    """Game units as metres, to the centimetre."""
    return round(units * METRES_PER_UNIT, 2)


def kilometres(units: float) -> float:
    """Game units as kilometres, to the metre."""
    return round(units * METRES_PER_UNIT / 1000, 3)
