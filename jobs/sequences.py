"""The first step of settling: sequence statistics, kills and deaths, things used and how it ended, per player and match, in SQL."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final

from clickhouse.client import ClickHouse
from jobs.settling import OverMatch, Step, by_day

FILLED: Final = {
    "match_sequences": "settle_sequences",
    "player_duels": "settle_duels",
    "player_things": "settle_things",
    "match_feats": "settle_feats",
    "match_results": "settle_results",
}
"""Table -> the query that fills it."""
OF_THE_OVER: Final = "match_results"
"""Filled when a match is over only: until then who wins may change without a player doing anything."""


async def fill_sequences(store: ClickHouse, matches: Sequence[OverMatch]) -> None:
    """Compute these tables for these matches. Rows of the same match replace each other: more events win, of results the later."""
    now = datetime.now(UTC)
    over = [match for match in matches if match.is_over]
    for table, query in FILLED.items():
        for parameters in by_day(over if table == OF_THE_OVER else matches):
            await store.fill(table, query, {**parameters, "settled_at": now})


SEQUENCES: Final = Step("sequences", fill_sequences)
