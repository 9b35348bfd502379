"""Hit locations: engine numbers and other spellings to the names of spec/openmohaa.md 1.5, and their groups."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from schema.words import WORDS, Folding, keep_unless_number

BY_NUMBER: Final[Mapping[int, str]] = {int(n): name for n, name in WORDS["hitloc"]["numbers"].items()}
GROUPS: Final[Mapping[str, tuple[str, ...]]] = {
    group: tuple(names) for group, names in WORDS["hitloc"]["groups"].items()
}
HEADSHOTS: Final = GROUPS["head"]
"""A kill with one of these is a headshot (R6)."""

HIT_LOCATIONS: Final = Folding(
    {
        **{str(number): name for number, name in BY_NUMBER.items()},
        **{name: name for name in BY_NUMBER.values()},
        **{name: name for names in GROUPS.values() for name in names},
        **WORDS["hitloc"]["spellings"],
        "unknown": "unknown",
    },
    keep_unless_number,
)


def fold_hit_location(text: str) -> str:
    """Name of a hit location; numbers outside the table are `unknown`, unknown words stay in lower case."""
    return HIT_LOCATIONS[text]
