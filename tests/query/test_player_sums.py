"""What settling left of each player and match equals a recount of the events."""

from __future__ import annotations

import random
from collections import Counter

import pytest

from clickhouse.client import ClickHouse
from tests.query.brawls import a_brawl, settled
from tests.query.oracle import by_match, players_of
from tests.query.sequences_oracle import sequences


@pytest.mark.parametrize("seed", [1, 2])
async def test_sequences_are_those_of_a_recount_in_any_order_and_split(
    clickhouse: ClickHouse, seed: int
) -> None:
    rows = a_brawl(seed)
    random.Random(seed).shuffle(rows)
    events = await settled(clickhouse, rows, batch=97 * seed)
    stored = {
        (str(found["match_id"]), found["player_guid"]): found
        for found in await clickhouse.rows_of("SELECT * FROM match_sequences FINAL")
    }
    seen: Counter[str] = Counter()
    for match_id, match in by_match(events).items():
        for guid in players_of(match):
            expected = sequences(match, guid)
            got = stored[match_id, guid]
            assert {name: got[name] for name in expected} == dict(expected), (match_id, guid)
            seen.update(expected)
    wanted = {
        "double_kills",
        "multi_kills",
        "revenge_kills",
        "trading_kills",
        "first_bloods",
        "longshots",
        "gibs",
        "streaks_5",
    }
    assert {name for name in wanted if not seen[name]} == set(), "nothing is proved by what never happens"
