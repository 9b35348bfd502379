"""Weapons (spec/openmohaa.md 1.6)."""

from __future__ import annotations

from collections import Counter

import pytest

from schema.weapons import CLASSES, WEAPONS, weapon_class, weapon_key, weapon_name


@pytest.mark.parametrize(
    "names",
    [
        ("Kar98", "KAR98K", "Mauser KAR 98K"),
        ("Kar98 Sniper", "KAR98 - Sniper"),
        ("Springfield", "Springfield '03 Sniper"),
        ("Colt45", "Colt 45"),
        ("Frag Grenade", "M2 Frag Grenade"),
        ("M1 Garand", "m1_garand"),
    ],
)
def test_spellings_of_one_weapon_fold_to_one_key(names: tuple[str, ...]) -> None:
    assert len({weapon_key(name) for name in names}) == 1


def test_the_sniper_kar98_is_another_weapon() -> None:
    assert weapon_key("Kar98 Sniper") != weapon_key("Kar98")
    assert (weapon_class("Kar98 Sniper"), weapon_class("Kar98")) == ("sniper", "rifle")


def test_an_unknown_weapon_keeps_its_letters_and_digits() -> None:
    assert weapon_key("Ray-Gun 3000!") == "raygun3000"
    assert weapon_name("Ray-Gun 3000!") == "Ray-Gun 3000!"
    assert weapon_class("Ray-Gun 3000!") == "other"


@pytest.mark.parametrize("name", ["", "!!!", "武器"])
def test_no_letters_are_the_unknown_weapon(name: str) -> None:
    assert weapon_key(name) == "unknown"


def test_every_weapon_has_a_class_and_no_key_means_two() -> None:
    assert {weapon.weapon_class for weapon in WEAPONS.values()} <= CLASSES.keys()
    keys = Counter(key for weapon in WEAPONS.values() for key in {weapon.key, *weapon.keys})
    assert max(keys.values()) == 1
    assert all(weapon_key(weapon.name) == weapon.key for weapon in WEAPONS.values())
