"""Where a player stands among all others, in each of the 40 stats: rank and percentile, from what is kept of all players
(query/standings.py) or in two scans, and not forty.

`percentiles(store, guid, scope)` is the one function for it, whoever shows it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from clickhouse.client import ClickHouse
from query.periods import EVER
from query.players import player_guid
from query.rankings import BY_HOURS, decided_entries, entries, people, scope_parameters
from query.results import add_up, matches_of
from query.scope import EVERYTHING, Scope
from query.standings import Place, places, score_of
from schema.answers.leaderboards import PlayerPercentiles, StatPercentile
from schema.answers.words import UNKNOWN_PLAYER

COUNTED: Final = (
    "kills", "bot_kills", "total_kills", "deaths", "kd_ratio", "headshots", "accuracy", "shots_fired", "damage",
    "bash_kills", "grenade_kills", "roadkills", "telefrags", "crushed", "teamkills", "suicides", "reloads",
    "weapon_swaps", "no_ammo", "looter", "distance", "sprinted", "swam", "driven", "jumps", "crouch_time", "prone_time",
    "ladders", "health_picked", "ammo_picked", "armor_picked", "items_picked", "objectives",
)  # fmt: skip
"""In the order of percentiles_counted.sql."""
DECIDED: Final = ("wins", "team_wins", "ffa_wins", "losses", "rounds", "playtime", "games")
"""In the order of percentiles_decided.sql."""


async def percentiles(store: ClickHouse, guid: str, scope: Scope = EVERYTHING) -> PlayerPercentiles:
    """Rank and percentile of a player in every stat of the scope; its weapon does not matter.

    The percentile is the percent of the other ranked players (those with anything of the stat) who have less, 100 when nobody else
    is ranked. Who has nothing of a stat is not ranked: rank None, percentile 0. A minimum sample counts kills and deaths,
    and matches where matches decide, and leaves out others, never the player himself.
    """
    guid = await player_guid(store, guid, scope.game)
    # The player is shown as what he is: a bot, too.
    own, name = await _own(store, guid, _with_bots(scope))
    values = {stat: float(own.get(stat, 0)) for stat in (*COUNTED, *DECIDED)}
    kept = await places(store, guid, values, replace(scope, weapon=""))
    stood = kept or await _places_among_all(store, guid, values, scope)
    return PlayerPercentiles(
        player_id=guid,
        guid=guid,
        player_name=name,
        name=name,
        stats={stat: _standing(value, stood[stat]) for stat, value in values.items()},
    )


def _with_bots(scope: Scope) -> Scope:
    return replace(scope, with_bots=True, weapon="", sample_min=None)


async def _own(store: ClickHouse, guid: str, scope: Scope) -> tuple[Mapping[str, Any], str]:
    """Every stat of the player himself, and his last name."""
    if not (scope.anywhere and scope.period == EVER):
        counted, named = await asyncio.gather(
            entries(store, [guid], scope), people(store, [guid], scope.game)
        )
        return counted[guid], named[guid].name
    bound = {**scope_parameters(scope), "guids": [guid]}
    # Who is asked about all of time is asked for the name by the way: a statement of its own costs as much as a third of this one.
    rows, decided = await asyncio.gather(
        store.rows("board_entries", {**bound, "named": 1}), _decided(store, bound)
    )
    own = rows[0] if rows else {}
    return {**decided, **own}, own.get("player_name") or UNKNOWN_PLAYER


async def _decided(store: ClickHouse, bound: Mapping[str, object]) -> Mapping[str, Any]:
    """What matches of all time decided about one player, as shared/match_stats.sql has it, for two thirds of what that costs."""
    matches = await matches_of(store, bound, "rounds")
    results = add_up(matches)
    if not results.is_all:
        rows = await decided_entries(store, bound)
        return rows[0] if rows else {}
    return {
        "wins": results.matches_won,
        "team_wins": results.team_wins,
        "ffa_wins": results.matches_won - results.team_wins,
        "losses": results.matches_lost,
        "rounds": sum(match["match_rounds"] for match in matches),
        "playtime": results.playtime_s,
        "games": results.games,
    }


async def _places_among_all(
    store: ClickHouse, guid: str, values: Mapping[str, float], scope: Scope
) -> dict[str, Place]:
    """The same as query.standings.places, of any scope, by the sums of all players."""
    days = "days" if scope.by_days else "hours"
    counted, decided = await asyncio.gather(
        _places(store, "percentiles_counted", COUNTED, guid, values, scope, days),
        _places(store, "percentiles_decided", DECIDED, guid, values, scope, BY_HOURS),
    )
    return counted | decided


async def _places(
    store: ClickHouse,
    query: str,
    stats: Sequence[str],
    guid: str,
    values: Mapping[str, float],
    scope: Scope,
    source: str,
) -> dict[str, Place]:
    own = {"source": source, "guid": guid, "scores": [score_of(values[stat]) for stat in stats]}
    [row] = await store.rows(query, {**scope_parameters(scope), **own})
    nobody = [0] * len(stats)
    counts = zip(row["ranked"] or nobody, row["before"] or nobody, row["below"] or nobody, strict=True)
    return {stat: Place(*count) for stat, count in zip(stats, counts, strict=True)}


def _standing(value: float, place: Place) -> StatPercentile:
    if value <= 0:
        return StatPercentile(value=0.0, rank=None, total=place.ranked, percentile=0.0)
    percentile = round(place.below / place.ranked * 100, 2) if place.ranked else 100.0
    return StatPercentile(
        value=round(value, 3), rank=place.before + 1, total=place.ranked + 1, percentile=percentile
    )
