"""The figure that shows where somebody hits and is hit: a range target, one shape for each hit location.

He faces the reader: his right is on the left of the picture. Shapes are in a box of 200 by 400.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple

from query.ratios import percent

LEVELS: Final = 5


class Part(NamedTuple):
    """A shape of the figure."""

    name: str
    label: str
    path: str


class Shown(NamedTuple):
    """A shape with what was counted there; `level` is its colour, 0 to LEVELS."""

    label: str
    path: str
    counted: int
    share: float
    level: int


def _limb(name: str, label: str, right: str) -> list[Part]:
    """The shape of the right limb, and its mirror image on the left; `right` is a list of corners."""
    pairs = [corner.split(",") for corner in right.split()]
    corners = [(float(x), float(y)) for x, y in pairs]
    mirrored = [(200 - x, y) for x, y in corners]
    return [
        Part(f"r_{name}", f"Right {label}", _path(corners)),
        Part(f"l_{name}", f"Left {label}", _path(mirrored)),
    ]


def _path(corners: list[tuple[float, float]]) -> str:
    return "M" + "L".join(f"{x:g} {y:g}" for x, y in corners) + "Z"


PARTS: Final = (
    Part("helmet", "Helmet", "M74 34C74 14 86 4 100 4s26 10 26 30l5 5H69z"),
    Part("head", "Head", "M78 42h44c1 20-9 34-22 34S77 62 78 42z"),
    Part("neck", "Neck", "M89 77q11 5 22 0v11H89z"),
    Part("torso_upper", "Upper torso", "M66 91h68l6 8-5 39H65l-5-39z"),
    Part("torso_mid", "Middle torso", "M66 141h68l-3 31H69z"),
    Part("torso_lower", "Lower torso", "M69 175h62l1 24H68z"),
    Part("pelvis", "Pelvis", "M68 202h64l3 24-24 8-11-7-11 7-24-8z"),
    *_limb("arm_upper", "upper arm", "62,92 46,98 38,152 54,155 61,128"),
    *_limb("arm_lower", "lower arm", "37,155 54,158 50,204 36,204"),
    *_limb("hand", "hand", "35,207 51,207 50,222 45,232 36,231 33,220"),
    *_limb("leg_upper", "upper leg", "64,230 90,239 97,234 95,300 68,300"),
    *_limb("leg_lower", "lower leg", "68,303 94,303 91,366 73,366"),
    *_limb("foot", "foot", "73,369 91,369 92,388 58,390 60,383"),
)
_KNOWN: Final = frozenset(part.name for part in PARTS)


def body(counts: Mapping[str, int]) -> list[Shown]:
    """The figure with the counts of each hit location; locations that are no part of the body are left out."""
    known = {name: count for name, count in counts.items() if name in _KNOWN}
    total, most = sum(known.values()), max(known.values(), default=0)
    return [
        Shown(
            part.label,
            part.path,
            (counted := known.get(part.name, 0)),
            percent(counted, total),
            0 if not counted else max(1, -(-counted * LEVELS // most)),
        )
        for part in PARTS
    ]
