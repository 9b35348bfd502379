from __future__ import annotations

from query.ranked_stats import STATS
from web.pages.stat_names import stat_groups


def test_every_stat_can_be_chosen_once() -> None:
    offered = [stat for _, stats in stat_groups() for stat, _ in stats]
    assert len(offered) == len(set(offered))
    assert set(offered) >= STATS
