from __future__ import annotations

import pytest

from cache.lifetimes import LIFETIMES_S


@pytest.mark.parametrize(
    ("kind", "seconds"),
    [("leaderboard", 60), ("leaderboard_week", 30), ("player", 10), ("live", 5), ("list", 300)],
)
def test_lifetimes_are_those_of_the_design(kind: str, seconds: int) -> None:
    assert LIFETIMES_S[kind] == seconds
