from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from clickhouse.client import ClickHouse
from query.totals import global_stats
from tests.query.conftest import Stored
from tests.query.oracle import by_match, players_of
from tests.query.rows import milliseconds

NOW = datetime(2026, 11, 2, 0, 30, tzinfo=UTC)


async def test_totals_are_the_recount(world: Stored) -> None:
    events = world.events
    stats = await global_stats(world.clickhouse, NOW)
    kills = [e for e in events if e["kill_kind"] == "kill"]
    deaths = sum(e["event_type"] in ("player_kill", "bot_killed") for e in events)
    shots, hits = (sum(e["event_type"] == kind for e in events) for kind in ("weapon_fire", "weapon_hit"))
    since = milliseconds(NOW - timedelta(hours=24))
    assert stats.total_kills == len(kills)
    assert stats.total_bot_kills == sum(e["kill_kind"] == "bot" for e in events)
    assert stats.total_deaths == deaths
    assert stats.total_headshots == sum(e["hitloc"] in ("head", "helmet") for e in kills)
    assert stats.total_matches == len(by_match(events))
    assert stats.total_players == len(players_of(events))
    assert stats.active_players_24h == len(players_of([e for e in events if e["event_time"] >= since]))
    assert stats.server_count == 2
    assert stats.server_avg_accuracy == pytest.approx(100 * hits / shots)
    assert stats.server_avg_kd == pytest.approx(len(kills) / deaths)


async def test_nothing_stored_is_zeros_not_an_error(clickhouse: ClickHouse) -> None:
    stats = await global_stats(clickhouse, NOW)
    assert (stats.total_kills, stats.server_avg_accuracy, stats.server_avg_kd) == (0, 0.0, 0.0)
