from __future__ import annotations

from datetime import UTC, datetime, timedelta

from clickhouse.client import ClickHouse
from query.match_courses import course
from schema.match_ids import match_uuid
from tests.query.rows import kill, store

AT = datetime.now(UTC).replace(hour=10, minute=0, second=0, microsecond=0) - timedelta(days=2)


async def test_a_course_tells_deaths_in_order_with_streaks_that_end_with_a_death(
    clickhouse: ClickHouse,
) -> None:
    pairs = [("ace", "one"), ("ace", "two"), ("one", "ace"), ("ace", "one")]
    rows = [kill(AT + timedelta(seconds=n * 10), *pair) for n, pair in enumerate(pairs)]
    await store(clickhouse, rows, "course")
    found = await course(clickhouse, str(match_uuid("match_1", "server-1", "")))
    assert found is not None
    assert [(one.at_s, one.killer_id, one.victim_id, one.streak) for one in found.deaths] == [
        (0, "ace", "one", 1), (10, "ace", "two", 2), (20, "one", "ace", 1), (30, "ace", "one", 1)
    ]  # fmt: skip
    assert found.seconds == 30


async def test_a_match_never_heard_of_has_none(clickhouse: ClickHouse) -> None:
    assert await course(clickhouse, "never") is None
