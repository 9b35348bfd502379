"""Teams (spec/openmohaa.md 1.7)."""

from __future__ import annotations

import pytest

from schema.teams import CONTROLLERS, fold_team


@pytest.mark.parametrize(
    ("text", "team"),
    [
        ("american", "allies"),
        ("German", "axis"),
        ("allies", "allies"),
        ("0", "none"),
        ("1", "spectator"),
        ("2", "freeforall"),
        ("3", "allies"),
        ("4", "axis"),
        ("martians", "martians"),
    ],
)
def test_entity_names_and_numbers_fold_to_teams(text: str, team: str) -> None:
    assert fold_team(text) == team


def test_controllers_of_objectives_are_numbered_the_other_way_round() -> None:
    assert [CONTROLLERS[text] for text in ("0", "1", "2", "axis")] == ["axis", "allies", "draw", "axis"]
