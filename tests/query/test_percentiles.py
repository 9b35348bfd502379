from __future__ import annotations

import pytest

from clickhouse.client import ClickHouse
from query.percentiles import COUNTED, DECIDED, percentiles
from query.ranked_stats import DAY_STATS, MATCH_STATS
from query.scope import EVERYTHING, Scope
from tests.query.conftest import Stored
from tests.query.oracle import bots
from tests.query.scoped import ranked_by, stats_in


def test_every_stat_has_a_percentile() -> None:
    assert frozenset(COUNTED) == DAY_STATS
    assert frozenset(DECIDED) == MATCH_STATS


@pytest.mark.parametrize(
    "scope", [EVERYTHING, Scope(map_name="obj/obj_team2"), Scope(with_bots=True)], ids=["all", "map", "bots"]
)
async def test_rank_and_percentile_are_the_recount(world: Stored, scope: Scope) -> None:
    counted = stats_in(world.events, scope)
    for guid in sorted(counted)[:3]:
        answer = await percentiles(world.clickhouse, guid, scope)
        for stat, standing in answer.stats.items():
            ranked = ranked_by(counted, stat, scope)
            own = next(((n, v) for n, (v, who) in enumerate(ranked, start=1) if who == guid), None)
            if own is None:
                assert (standing.rank, standing.percentile, standing.value) == (None, 0.0, 0.0), stat
                assert standing.total == len(ranked), stat
                continue
            rank, value = own
            less = sum(other < value for other, _ in ranked)
            assert (standing.rank, standing.total) == (rank, len(ranked)), stat
            assert standing.value == pytest.approx(value, abs=0.001), stat
            assert standing.percentile == pytest.approx(less / (len(ranked) - 1) * 100, abs=0.006), stat


async def test_a_bot_stands_among_people_as_it_would(world: Stored) -> None:
    bot = min(bots(world.events))
    answer = await percentiles(world.clickhouse, bot)
    people = len(ranked_by(stats_in(world.events, EVERYTHING), "deaths", EVERYTHING))
    assert answer.stats["deaths"].total == people + 1


async def test_a_player_whom_nobody_knows_has_no_rank(clickhouse: ClickHouse) -> None:
    answer = await percentiles(clickhouse, "nobody")
    assert {(one.rank, one.total, one.percentile) for one in answer.stats.values()} == {(None, 0, 0.0)}
