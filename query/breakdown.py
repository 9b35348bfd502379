"""GET /stats/query: one figure broken down by one dimension, in a scope."""

from __future__ import annotations

from typing import Final

from clickhouse.client import ClickHouse
from query.rankings import people
from query.scope import Scope
from schema.answers.leaderboards import Figure

LIMIT: Final = 100
LIMIT_MAX: Final = 1000

DIMENSIONS: Final = {
    "weapon": "weapon", "map": "map_name", "player": "player_guid", "player_guid": "player_guid", "server": "server_id",
    "hitloc": "hitloc", "match": "match_id",
}  # fmt: skip
"""Dimension -> column."""
EVENTS: Final = "events"
METRICS: Final = ("kills", "deaths", "headshots", "accuracy", "kdr", EVENTS)


async def breakdown(
    store: ClickHouse, dimension: str, metric: str, scope: Scope, *, guid: str = "", limit: int = LIMIT
) -> list[Figure]:
    """The figure `metric` (of METRICS; `events`: what players did) by `dimension` (of DIMENSIONS), most first; without zeros.

    `guid`: of one player. Events of bots are left out unless the scope has them. Labels are names as received, the
    player's last name for `player`, ids for `player_guid`, `server` and `match`. Hit locations, and weapons together with a place,
    a part of a day or the number of events, are counted from raw events, as far back as they are kept.
    """
    rows = await store.rows(
        _query(dimension, metric, scope),
        {
            **scope.parameters(),
            "dimension": DIMENSIONS[dimension],
            "metric": metric,
            "guid": guid,
            "rows_max": limit,
        },
    )
    labels = [row["label"] for row in rows]
    if dimension == "player":
        named = await people(store, labels, scope.game)
        labels = [named[label].name for label in labels]
    return [Figure(label=label, value=row["value"]) for label, row in zip(labels, rows, strict=True)]


def _query(dimension: str, metric: str, scope: Scope) -> str:
    by_weapon = dimension == "weapon" or bool(scope.weapon)
    if not by_weapon and dimension != "hitloc":
        return "breakdown_players"
    plain = dimension in ("weapon", "player", "player_guid") and metric != EVENTS and scope.by_days
    return "breakdown_weapons" if plain else "breakdown_events"
