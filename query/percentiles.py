"""Where a player stands among all others, in each of the 40 stats: rank and percentile, in two scans and not forty.

`percentiles(store, guid, scope)` is the one function for it, whoever shows it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any, Final

from clickhouse.client import ClickHouse
from query.players import player_guid
from query.rankings import BY_HOURS, entries, people, scope_parameters
from query.scope import EVERYTHING, Scope
from schema.answers.leaderboards import PlayerPercentiles, StatPercentile

COUNTED: Final = (
    "kills", "bot_kills", "total_kills", "deaths", "kd_ratio", "headshots", "accuracy", "shots_fired", "damage",
    "bash_kills", "grenade_kills", "roadkills", "telefrags", "crushed", "teamkills", "suicides", "reloads",
    "weapon_swaps", "no_ammo", "looter", "distance", "sprinted", "swam", "driven", "jumps", "crouch_time", "prone_time",
    "ladders", "health_picked", "ammo_picked", "armor_picked", "items_picked", "objectives",
)  # fmt: skip
"""In the order of percentiles_counted.sql."""
DECIDED: Final = ("wins", "team_wins", "ffa_wins", "losses", "rounds", "playtime", "games")
"""In the order of percentiles_decided.sql."""

_VALUE_MAX: Final = 9e12
_NOTHING: Final[dict[str, Any]] = {}


async def percentiles(store: ClickHouse, guid: str, scope: Scope = EVERYTHING) -> PlayerPercentiles:
    """Rank and percentile of a player in every stat of the scope; its weapon does not matter.

    The percentile is the percent of the other ranked players (those with anything of the stat) who have less, 100 when nobody else
    is ranked. Who has nothing of a stat is not ranked: rank None, percentile 0. A minimum sample counts kills and deaths,
    and matches where matches decide, and leaves out others, never the player himself.
    """
    guid = await player_guid(store, guid, scope.game)
    # The player is shown as what he is: a bot, too.
    own = (await entries(store, [guid], _with_bots(scope)))[guid]
    counted, decided, named = await asyncio.gather(
        _standings(
            store, "percentiles_counted", COUNTED, guid, own, scope, "days" if scope.by_days else "hours"
        ),
        _standings(store, "percentiles_decided", DECIDED, guid, own, scope, BY_HOURS),
        people(store, [guid], scope.game),
    )
    return PlayerPercentiles(
        player_id=guid,
        guid=guid,
        player_name=named[guid].name,
        name=named[guid].name,
        stats=counted | decided,
    )


def _with_bots(scope: Scope) -> Scope:
    from dataclasses import replace

    return replace(scope, with_bots=True, weapon="", sample_min=None)


async def _standings(
    store: ClickHouse,
    query: str,
    stats: Sequence[str],
    guid: str,
    own: Mapping[str, Any],
    scope: Scope,
    source: str,
) -> dict[str, StatPercentile]:
    values = [float(own.get(stat, 0)) for stat in stats]
    parameters = {
        **scope_parameters(scope),
        "source": source,
        "guid": guid,
        "scores": [round(min(value, _VALUE_MAX) * 1e6) for value in values],
    }
    [row] = await store.rows(query, parameters)
    nobody = [0] * len(stats)
    counts = zip(row["ranked"] or nobody, row["before"] or nobody, row["below"] or nobody, strict=True)
    return {stat: _standing(value, *count) for stat, value, count in zip(stats, values, counts, strict=True)}


def _standing(value: float, ranked: int, before: int, below: int) -> StatPercentile:
    """`ranked`, `before`, `below`: others who are ranked, stand before him, have less than he."""
    if value <= 0:
        return StatPercentile(value=0.0, rank=None, total=ranked, percentile=0.0)
    percentile = round(below / ranked * 100, 2) if ranked else 100.0
    return StatPercentile(value=round(value, 3), rank=before + 1, total=ranked + 1, percentile=percentile)
