"""Weapons: display names fold to one key per weapon (spec/openmohaa.md 1.6); the display name itself is kept in the row."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Final, NamedTuple

from schema.words import WORDS

UNKNOWN: Final = "unknown"
"""Weapon of a kill whose event names none (R10)."""
OTHER_CLASS: Final = "other"

_NOT_KEY = re.compile(r"[^a-z0-9]+")


class Weapon(NamedTuple):
    """One weapon: canonical key, name for people, class, other keys that mean it."""

    key: str
    name: str
    weapon_class: str
    keys: tuple[str, ...]


WEAPONS: Final[Mapping[str, Weapon]] = {
    key: Weapon(key, entry["name"], entry["class"], tuple(entry["keys"]))
    for key, entry in WORDS["weapon"].items()
}
CLASSES: Final[Mapping[str, str]] = WORDS["weapon_classes"]
"""Class -> name for people."""


def _letters_and_digits(name: str) -> str:
    return _NOT_KEY.sub("", name.lower())


_BY_KEY: Final = {
    spelling: weapon.key
    for weapon in WEAPONS.values()
    for spelling in (weapon.key, *weapon.keys, _letters_and_digits(weapon.name))
}


@lru_cache(maxsize=4096)
def weapon_key(name: str) -> str:
    """Canonical key of a weapon: lower case, letters and digits only, other names of it folded; `unknown` for nothing."""
    letters = _letters_and_digits(name[:256])
    return _BY_KEY.get(letters, letters) or UNKNOWN


def weapon_name(name: str) -> str:
    """Name for people; an unknown weapon is shown as received."""
    weapon = WEAPONS.get(weapon_key(name))
    return weapon.name if weapon else name


def weapon_class(name: str) -> str:
    """rifle, sniper, smg, mg, pistol, shotgun, grenade, heavy, melee or other."""
    weapon = WEAPONS.get(weapon_key(name))
    return weapon.weapon_class if weapon else OTHER_CLASS
