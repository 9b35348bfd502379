"""Game types: digits, words and map names to ffa, tdm, round, obj, tow, lib, ctf (spec/openmohaa.md 1.8, 4.3)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from schema.words import WORDS, Folding

OTHER: Final = "other"
"""Id of matches whose game type nothing says."""


class Gametype(NamedTuple):
    """One canonical game type; `team`: two teams play, so that team kills exist (R2)."""

    name: str
    display_name: str
    api_id: str
    team: bool
    digit: str
    spellings: tuple[str, ...]
    prefixes: tuple[str, ...]


def _read(name: str, entry: Mapping[str, Any]) -> Gametype:
    return Gametype(
        name=name,
        display_name=entry["display_name"],
        api_id=entry["api_id"],
        team=entry["team"],
        digit=entry.get("digit", ""),
        spellings=tuple(entry["spellings"]),
        prefixes=tuple(entry["prefixes"]),
    )


GAMETYPES: Final[Mapping[str, Gametype]] = {n: _read(n, entry) for n, entry in WORDS["gametype"].items()}
API_GAMETYPES: Final[Mapping[str, str]] = WORDS["api_gametypes"]
"""Id -> display name, as section 4.3 serves them (`dm` and `ffa` are two ids there)."""

_BY_PREFIX: Final = {prefix: g.name for g in GAMETYPES.values() for prefix in g.prefixes}


FOLDED: Final = Folding(
    {spelling: g.name for g in GAMETYPES.values() for spelling in (g.name, *g.spellings)}
    | {g.digit: g.name for g in GAMETYPES.values() if g.digit},
    lambda _: "",
)


def fold_gametype(text: str) -> str:
    """Canonical name of a cvar digit or a word; empty when unknown (0, single player, too)."""
    return FOLDED[text]


def is_team_gametype(name: str) -> bool:
    """Whether a canonical game type is played by two teams (R2: 2-6, and capture the flag)."""
    gametype = GAMETYPES.get(name)
    return gametype is not None and gametype.team


def gametype_of_map(map_name: str) -> str:
    """Canonical game type by the map name's begin (`dm/mohdm6` -> ffa, `obj_team2`) or end (`mp_anzio_lib`); empty when neither says one."""
    parts = re.split(r"[/_\\]", map_name.lower())
    return next((_BY_PREFIX[part] for part in (parts[0], parts[-1]) if part in _BY_PREFIX), "")


def display_name(gametype: str) -> str:
    """Name for people of a canonical game type or API id; an unknown one is shown as it is."""
    known = GAMETYPES.get(gametype)
    return known.display_name if known else API_GAMETYPES.get(gametype, gametype)
