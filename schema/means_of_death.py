"""Means of death: engine numbers and `MOD_` spellings to the names of spec/openmohaa.md 1.6."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from schema.words import WORDS, Folding, keep_unless_number

BY_NUMBER: Final[Mapping[int, str]] = {int(n): name for n, name in WORDS["mod"]["numbers"].items()}
NAMES: Final[tuple[str, ...]] = (*BY_NUMBER.values(), *WORDS["mod"]["others"])


def _without_prefix(text: str) -> str:
    name = text
    while name.startswith("mod_"):
        name = name.removeprefix("mod_").strip()
    return keep_unless_number(name) if name else "unknown"


MEANS_OF_DEATH: Final = Folding(
    {
        **{str(number): name for number, name in BY_NUMBER.items()},
        **{name: name for name in NAMES},
        **{f"mod_{name}": name for name in NAMES},
    },
    _without_prefix,
)


def fold_means_of_death(text: str) -> str:
    """Lower-case name without `mod_`; numbers outside the table are `unknown`, other words stay."""
    return MEANS_OF_DEATH[text]
