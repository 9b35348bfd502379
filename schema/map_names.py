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


def map_title(map_name: str) -> str:
    """A map's name as titles and rows write it, without its folder: `obj/obj_team1` is obj_team1."""
    return map_name.partition("/")[2] or map_name or "unknown map"
