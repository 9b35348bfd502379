"""Spellings fold to one word, for every text, within bounds."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schema.gametypes import fold_gametype
from schema.hit_locations import fold_hit_location
from schema.means_of_death import fold_means_of_death
from schema.stances import fold_stance
from schema.teams import fold_team
from schema.words import WORD_CHARS_MAX, Folding, keep, whole_number

FOLDS = [fold_gametype, fold_hit_location, fold_means_of_death, fold_stance, fold_team]


@given(st.text())
def test_every_text_folds_to_a_short_lower_case_word(text: str) -> None:
    for fold in FOLDS:
        word = fold(text)
        assert len(word) <= 2 * WORD_CHARS_MAX
        assert fold(word) == word, "folding a folded word changes nothing"


@pytest.mark.parametrize("fold", FOLDS)
def test_nothing_folds_to_nothing(fold: object) -> None:
    assert callable(fold)
    assert fold("") == fold("  ") == ""


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("3", "3"),
        ("3.000", "3"),
        ("-2", "-2"),
        ("+1", "1"),
        ("03", "3"),
        ("3.5", ""),
        ("", ""),
        (".0", ""),
        ("9" * 10, ""),
    ],
)
def test_whole_numbers_are_recognised_in_any_notation(text: str, number: str) -> None:
    assert whole_number(text) == number


def test_a_folding_remembers_a_bounded_number_of_spellings() -> None:
    folding = Folding({"a": "b"}, keep)
    for number in range(5000):
        assert folding[f"word {number}"] == f"word {number}"
    assert len(folding) <= 4096
    assert folding["x" * 1000] == "x" * WORD_CHARS_MAX
