from __future__ import annotations

from dataclasses import fields, replace
from datetime import UTC, datetime
from typing import Any

import pytest

from query.periods import EVER, between, period
from query.scope import EVERYTHING, Scope

NOW = datetime(2026, 11, 2, 12, tzinfo=UTC)
OTHER: dict[str, Any] = {
    "period": period("week", NOW), "server_id": "s", "map_name": "m", "gametype": "ffa", "weapon": "w",
    "time": "night", "with_bots": True, "sample_min": 0, "game": "pubg",
}  # fmt: skip


@pytest.mark.parametrize("name", [field.name for field in fields(Scope)])
def test_every_filter_makes_another_key_and_other_parameters(name: str) -> None:
    other = replace(EVERYTHING, **{name: OTHER[name]})
    assert other.key() != EVERYTHING.key()
    # No minimum and a minimum of nothing are the same to a query, not to an answer that has a minimum of its own.
    assert (other.parameters() != EVERYTHING.parameters()) == (name != "sample_min")


def test_texts_that_run_into_each_other_are_different_scopes() -> None:
    assert Scope(server_id='a","b').key() != Scope(server_id="a", map_name="b").key()


def test_tables_by_day_answer_only_whole_days_everywhere() -> None:
    assert EVERYTHING.by_days
    assert Scope(weapon="BAR", period=period("week", NOW)).by_days
    assert not Scope(period=between(NOW, None)).by_days
    for place in ("server_id", "map_name", "gametype", "time"):
        assert not replace(EVERYTHING, **{place: OTHER[place]}).by_days


def test_an_asked_minimum_sample_stands_before_the_answers_own() -> None:
    assert Scope().at_least(20).sample_min == 20
    assert Scope(sample_min=0).at_least(20).sample_min == 0
    assert Scope(period=EVER).parameters()["sample_min"] == 0
