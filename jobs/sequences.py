"""The first step of settling: sequence statistics, kills and deaths, and things used, per player and match, in SQL."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from clickhouse.client import ClickHouse
from jobs.settling import OverMatch, Step, by_day

FILLED: Final = {
    "match_sequences": "settle_sequences",
    "player_duels": "settle_duels",
    "player_things": "settle_things",
    "match_feats": "settle_feats",
}
"""Table -> the query that fills it."""


async def fill_sequences(store: ClickHouse, matches: Sequence[OverMatch]) -> None:
    """Compute these tables for these matches. Rows of the same match replace each other: more events win."""
    for parameters in by_day(matches):
        for table, query in FILLED.items():
            await store.fill(table, query, parameters)


SEQUENCES: Final = Step("sequences", fill_sequences)
