"""Names of maps for people (spec/openmohaa.md 4.3)."""

from __future__ import annotations

from typing import Final

_PREFIXES: Final = ("mp_", "dm_", "obj_", "lib_")


def display_name(map_name: str) -> str:
    """A map's name for people: without folder and prefix, first letter large."""
    name = map_name.rsplit("/", 1)[-1]
    for prefix in _PREFIXES:
        name = name.removeprefix(prefix)
    return name[:1].upper() + name[1:]
