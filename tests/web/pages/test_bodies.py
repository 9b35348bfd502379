from __future__ import annotations

import pytest

from schema.hit_locations import BY_NUMBER
from web.pages.bodies import LEVELS, PARTS, body


def test_the_figure_has_every_hit_location_of_the_game() -> None:
    assert {part.name for part in PARTS} == set(BY_NUMBER.values()) - {"miss", "general"}


def test_shares_are_of_the_body_and_the_most_hit_part_has_the_last_colour() -> None:
    shown = {part.label: part for part in body({"head": 30, "l_foot": 10, "general": 500})}
    assert shown["Head"].share == pytest.approx(75)
    assert shown["Head"].level == LEVELS
    assert shown["Left foot"].level == 2
    assert shown["Pelvis"].level == 0
