from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from clickhouse.client import ClickHouse
from query.match_events import kills
from query.match_moments import moments
from query.match_reports import match_report
from query.matches import summary_row
from schema.answers.match_reports import Moment
from tests.query.conftest import Stored
from tests.query.oracle import by_match
from tests.query.oracle_places import deaths_in_order, longest_multi_kill, longest_streak
from tests.query.rows import kill, milliseconds, store

AT = datetime(2026, 11, 20, 10, tzinfo=UTC)


async def moments_of(store_: ClickHouse, id: str) -> dict[str, Moment]:
    row = await summary_row(store_, id)
    assert row
    return {one.kind: one for one in moments(await kills(store_, row))}


async def test_moments_are_a_recount(world: Stored) -> None:
    for uuid, events in by_match(world.events).items():
        found = await moments_of(world.clickhouse, uuid)
        killed = [e for e in deaths_in_order(events) if e["kill_kind"] == "kill"]
        for kind, wanted in (("first_blood", killed[0]), ("last_kill", killed[-1])):
            assert milliseconds(found[kind].at) == wanted["event_time"]
            assert (found[kind].player_id, found[kind].target_id) == (
                wanted["player_guid"],
                wanted["target_guid"],
            )
        far = max(e["distance_units"] for e in killed)
        assert found["longest_kill"].value == pytest.approx(far * 0.0254, abs=0.01)
        assert found["best_streak"].value == longest_streak(events)
        multi = longest_multi_kill(events)
        assert ("best_multi_kill" in found) == (multi >= 2)
        if multi >= 2:
            assert found["best_multi_kill"].value == multi
        report = await match_report(world.clickhouse, uuid, {})
        assert report
        assert report.moments == list(found.values())


async def test_a_death_of_any_sort_ends_a_streak_and_four_seconds_end_a_multi_kill(
    clickhouse: ClickHouse,
) -> None:
    def at(seconds: float) -> datetime:
        return AT + timedelta(seconds=seconds)

    rows = [
        kill(at(0), "1", "2"), kill(at(4), "1", "3"), kill(at(8.001), "1", "4"),
        kill(at(9), "1", "1"), kill(at(20), "1", "2"), kill(at(30), "", "1"),
        kill(at(40), "5", "2"), kill(at(41), "6", "2"),
    ]  # fmt: skip
    await store(clickhouse, rows, "t")
    found = await moments_of(clickhouse, "match_1")
    assert (found["best_streak"].value, found["best_streak"].at) == (3, at(8.001))
    assert (found["best_multi_kill"].value, found["best_multi_kill"].at) == (2, at(4))
    assert found["first_blood"].target_id == "2"
    assert "longest_kill" not in found


async def test_of_equal_streaks_the_earlier_is_told(clickhouse: ClickHouse) -> None:
    rows = [
        kill(AT + timedelta(seconds=10 * n), who, "9") for n, who in enumerate(("1", "2", "2", "1", "3", "3"))
    ]
    await store(clickhouse, rows, "t")
    found = await moments_of(clickhouse, "match_1")
    assert (found["best_streak"].player_id, found["best_streak"].value) == ("2", 2)


def test_nothing_has_no_moments() -> None:
    assert moments([]) == []
