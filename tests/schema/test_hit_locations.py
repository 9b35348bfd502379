"""Hit locations (spec/openmohaa.md 1.5)."""

from __future__ import annotations

import pytest

from schema.hit_locations import BY_NUMBER, GROUPS, HEADSHOTS, fold_hit_location


def test_the_engine_numbers_21_locations() -> None:
    assert sorted(BY_NUMBER) == list(range(-2, 19))


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("-2", "miss"),
        ("0", "head"),
        ("3", "torso_upper"),
        ("3.000", "torso_upper"),
        ("18", "l_foot"),
        ("19", "unknown"),
        ("-3", "unknown"),
        ("Helmet", "helmet"),
        ("upper_right_arm", "r_arm_upper"),
        ("middle_torso", "torso_mid"),
        ("left_arm", "left_arm"),
        ("chest", "chest"),
        ("tentacle", "tentacle"),
    ],
)
def test_numbers_and_spellings_fold_to_names(text: str, name: str) -> None:
    assert fold_hit_location(text) == name


def test_every_location_but_miss_and_general_is_in_one_group() -> None:
    grouped = [name for names in GROUPS.values() for name in names]
    assert len(grouped) == len(set(grouped))
    assert set(BY_NUMBER.values()) - set(grouped) == {"miss", "general"}
    assert "pelvis" in GROUPS["torso"]
    assert "left_arm" in GROUPS["limbs"]


def test_headshots_are_head_and_helmet() -> None:
    assert HEADSHOTS == ("head", "helmet")
