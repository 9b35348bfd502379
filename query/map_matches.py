"""The matches of each map: how many, how long, with how many players."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from clickhouse.client import ClickHouse
from query.scope import Scope

Row = Mapping[str, Any]
NO_MATCHES: Final[Row] = {
    "matches": 0, "kills": 0, "deaths": 0, "playtime_s": 0.0, "average_duration_s": 0.0, "average_players": 0.0,
    "allies_wins": 0, "axis_wins": 0, "last_played_at": None,
}  # fmt: skip


async def map_matches(store: ClickHouse, asked: Scope) -> dict[str, Row]:
    """map -> figures of its matches that began in the period, as map_matches.sql answers them."""
    rows = await store.rows("map_matches", asked.parameters())
    return {row["map"]: row for row in rows}
