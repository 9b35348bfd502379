"""Who leads on a map, in a game type, with a weapon or in a part of the day, of all time, and what boards show of them.

Kept by the same renewal as query.standings and used in the same way: only of a game with many players, only while it is fresh, and only
where a scope is exactly one such place; else every function here says nothing, and who asked asks all players.
clickhouse/migrations/0017_place_standings.sql says what rows hold.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final, NamedTuple

from query.ranked_stats import WEAPON_STATS
from query.scope import Scope
from query.standings import TELLING, fresh
from query.together import Asks

BEST: Final = 100
"""So many of each figure are known by name (clickhouse/queries/shared/place_standing.sql), and what boards show of them."""
PEOPLE_AT_ONCE: Final = 100
"""Guids in one question: they travel in its URL."""
PEAK_KILLS: Final = 20
"""Kills that who is best in a part of the day needs, there."""
PEAK: Final = ("kd_ratio", "kills", PEAK_KILLS)
"""The stat, the sample and the least of it that are kept as `peak`."""

Row = Mapping[str, Any]


class Place(NamedTuple):
    """A place that standings are kept of: `kind` is map, gametype, weapon or time."""

    kind: str
    name: str


class Fighter(NamedTuple):
    """One who leads at a place, and how he fought there; `score` is the value in millionths. In the order in which they are kept."""

    score: int
    guid: str
    kills: int
    deaths: int
    headshots: int
    shots_fired: int
    shots_hit: int
    damage: float


class PlaceLeaders(NamedTuple):
    """The leaders at a place from some rank on, and how many are ranked there in all."""

    total: int
    leaders: Sequence[Fighter]


class Leader(NamedTuple):
    """What boards show of a player: his name, his membership, every figure of all time that is not 0."""

    name: str
    smf_id: int
    figures: Row


def place_of(scope: Scope) -> Place | None:
    """The one place that this scope is, of all time and with nothing else asked for but a minimum sample."""
    rest = replace(scope, map_name="", gametype="", weapon="", time="")
    if rest != Scope(game=scope.game, sample_min=scope.sample_min):
        return None
    named = (
        Place("map", scope.map_name),
        Place("gametype", scope.gametype),
        Place("weapon", scope.weapon),
        Place("time", scope.time),
    )
    given = [place for place in named if place.name]
    return given[0] if len(given) == 1 else None


async def place_leaders(
    store: Asks, stat: str, sample: str, scope: Scope, *, offset: int, limit: int
) -> PlaceLeaders | None:
    """The leaders by a stat from `offset` on; nobody where nobody has any of it. `sample` is what a minimum sample would count."""
    place, kept = place_of(scope), _kept_stat(stat, sample, scope.sample_min)
    if not place or not kept or offset + limit > BEST:
        return None
    # A figure that nobody has any of has no row, so one that somebody has tells whether the place is kept.
    bound = {"kind": place.kind, "place": place.name, "stats": [kept, TELLING]}
    rows = await store.rows(
        "place_standing_best", {**fresh(scope.game), **bound, "skip_rows": offset, "page_rows": limit}
    )
    found = {
        row["stat"]: PlaceLeaders(row["ranked"], [Fighter(*one.values()) for one in row["leaders"]])
        for row in rows
    }
    return found.get(kept, PlaceLeaders(0, ())) if found else None


async def leaders_of(
    store: Asks, guids: Sequence[str], game: str, *, with_figures: bool
) -> dict[str, Leader]:
    """guid -> what boards show of those among these who lead anywhere; without figures only who they are."""
    found = {}
    for start in range(0, len(guids), PEOPLE_AT_ONCE):
        bound = {"guids": guids[start : start + PEOPLE_AT_ONCE], "with_figures": int(with_figures)}
        for row in await store.rows("leaders_of", {**fresh(game), **bound}):
            found[row["player_guid"]] = Leader(row["name"], row["smf_id"], row.get("figures", {}))
    return found


def _kept_stat(stat: str, sample: str, sample_min: int | None) -> str:
    """The figure's name among those that are kept of a place; empty: it is not."""
    if (stat, sample, sample_min) == PEAK:
        return "peak"
    return stat if sample_min is None and stat in WEAPON_STATS else ""
