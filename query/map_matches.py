"""The matches of each map: how many, how long, with how many players, which team won."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, Final

from query.scope import Scope
from query.together import Asks
from schema.gametypes import GAMETYPES

Row = Mapping[str, Any]
KILLS: Final = "kills"
COURSE: Final = "course"
TEAMS: Final = "teams"
NO_MATCHES: Final[Row] = {
    "matches": 0, "kills": 0, "playtime_s": 0.0, "average_duration_s": 0.0, "average_players": 0.0, "last_played_at": None,
    "team_matches": 0, "allies": 0, "axis": 0,
}  # fmt: skip
TEAM_GAMETYPES: Final = tuple(name for name, gametype in GAMETYPES.items() if gametype.team)


async def map_matches(store: Asks, asked: Scope, shows: Collection[str] = (KILLS, COURSE)) -> dict[str, Row]:
    """map -> figures of its matches that began in the period, as map_matches.sql answers them."""
    return {row["map"]: row for row in await matches_by_map(store, asked, shows) if row["map"]}


async def matches_by_map(store: Asks, asked: Scope, shows: Collection[str]) -> list[dict[str, Any]]:
    """The same as rows, with one of an empty `map` for matches whose map nobody said."""
    parameters = {**asked.parameters(), "shows": list(shows), "gametypes": list(TEAM_GAMETYPES)}
    return await store.rows("map_matches", parameters)
