"""What a player's last matches say of the next."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from clickhouse.client import ClickHouse
from query import player_form
from tests.query.brawls import AT, LATER, settled
from tests.query.rows import kill

SECOND = timedelta(seconds=1)


async def test_a_forecast_rests_on_the_last_matches(clickhouse: ClickHouse) -> None:
    rows = [
        kill(AT + timedelta(hours=m) + n * SECOND, "1" if n < 4 else "2", "2" if n < 4 else "1", match_id=UUID(int=m + 1))
        for m in range(5) for n in range(6)
    ]  # fmt: skip
    await settled(clickhouse, rows)
    found = await player_form.prediction(clickhouse, "1", LATER)
    assert (found.expected_kd, found.trend, found.confidence) == (2.0, "stable", 0.5)
    assert (found.predicted_kills, found.predicted_deaths) == (4, 2)
    assert found.rival_analysis[0].win_prob == round(21 / 32, 3)
