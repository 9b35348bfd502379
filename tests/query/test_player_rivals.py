"""Two players against each other."""

from __future__ import annotations

from datetime import timedelta

from clickhouse.client import ClickHouse
from query import player_rivals
from tests.query.brawls import AT, settled
from tests.query.rows import kill

SECOND = timedelta(seconds=1)


async def test_two_players_see_each_other_the_other_way_round(clickhouse: ClickHouse) -> None:
    await settled(
        clickhouse, [kill(AT, "1", "2"), kill(AT + SECOND, "1", "2"), kill(AT + 2 * SECOND, "2", "1")]
    )
    mine = await player_rivals.versus(clickhouse, "1", "2")
    theirs = await player_rivals.versus(clickhouse, "2", "1")
    assert (mine.kills, mine.deaths, theirs.kills, theirs.deaths, mine.matches) == (2, 1, 1, 2, 1)
