"""Teams: entity names, engine numbers and other spellings to the names of spec/openmohaa.md 1.7."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from schema.words import WORDS, Folding, keep

BY_NUMBER: Final[Mapping[int, str]] = {int(n): name for n, name in WORDS["team"]["numbers"].items()}

_KNOWN: Final[Mapping[str, str]] = {
    **{str(number): name for number, name in BY_NUMBER.items()},
    **{name: name for name in BY_NUMBER.values()},
    **WORDS["team"]["spellings"],
}
TEAMS: Final = Folding(_KNOWN, keep)

CONTROLLERS: Final = Folding({**_KNOWN, **WORDS["team"]["controllers"]}, keep)
"""As TEAMS, but digits are objective controllers: 0 axis, 1 allies, 2 draw (1.2, objective_capture)."""


def fold_team(text: str) -> str:
    """allies, axis, freeforall, spectator or none; unknown words stay in lower case."""
    return TEAMS[text]
