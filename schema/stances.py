"""Stances: stand, crouch, prone (spec/openmohaa.md 1.3)."""

from __future__ import annotations

from typing import Final

from schema.words import WORDS, Folding, keep

STANCES: Final = Folding(WORDS["stance"]["spellings"], keep)


def fold_stance(text: str) -> str:
    """stand, crouch or prone; unknown words stay in lower case."""
    return STANCES[text]
