"""Means of death (spec/openmohaa.md 1.6)."""

from __future__ import annotations

import pytest

from schema.means_of_death import BY_NUMBER, fold_means_of_death


def test_the_engine_numbers_30_means() -> None:
    assert sorted(BY_NUMBER) == list(range(30))


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("18", "bullet"),
        ("29", "landmine"),
        ("30", "unknown"),
        ("MOD_PISTOL", "pistol"),
        ("mod_grenade", "grenade"),
        ("MOD_THOMPSON", "thompson"),
        ("Bash", "bash"),
        ("MOD_7", "unknown"),
        ("MOD_", "unknown"),
    ],
)
def test_numbers_and_prefixes_fold_to_names(text: str, name: str) -> None:
    assert fold_means_of_death(text) == name
