from __future__ import annotations

from collections import defaultdict
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from clickhouse.client import ClickHouse
from query.activity import activity, pulse
from query.periods import between
from query.scope import Scope
from tests.query.conftest import Stored
from tests.query.oracle import Event, players_of
from tests.query.rows import kill, row, store

NOW = datetime(2026, 11, 20, 10, 30, tzinfo=UTC)


def local(e: Event, zone: str) -> tuple[int, int]:
    at = datetime.fromtimestamp(e["event_time"] / 1000, UTC).replace(minute=0, second=0, microsecond=0)
    there = at.astimezone(ZoneInfo(zone))
    return there.isoweekday(), there.hour


@pytest.mark.parametrize("zone", ["UTC", "Europe/Berlin", "Asia/Kolkata", "America/St_Johns"])
async def test_hours_of_the_week_are_a_recount_in_any_time_zone(world: Stored, zone: str) -> None:
    for asked in (Scope(), Scope(server_id="server-2")):
        cells = await activity(world.clickhouse, asked, timezone=zone, value="players")
        assert [(cell.day, cell.hour) for cell in cells] == [(d, h) for d in range(1, 8) for h in range(24)]
        events = [e for e in world.events if asked.server_id in ("", e["server_id"])]
        hours: dict[tuple[int, int], list[Event]] = defaultdict(list)
        for e in events:
            hours[local(e, zone)].append(e)
        for cell in cells:
            here = hours[cell.day, cell.hour]
            assert cell.kills == sum(e["kill_kind"] == "kill" for e in here)
            assert cell.players == cell.value == len(players_of(here))
            assert cell.matches == len({e["match_id"] for e in here if players_of([e])})


async def test_a_period_leaves_the_rest_out(world: Stored) -> None:
    border = datetime(2026, 11, 1, tzinfo=UTC)
    halves = [
        await activity(world.clickhouse, Scope(period=between(*span)))
        for span in ((None, border), (border, None))
    ]
    whole = await activity(world.clickhouse)
    assert [a.kills + b.kills for a, b in zip(*halves, strict=True)] == [cell.kills for cell in whole]
    assert all(sum(cell.value for cell in half) for half in halves)


async def test_the_pulse_is_of_the_last_24_hours(clickhouse: ClickHouse) -> None:
    rows = [
        kill(NOW - timedelta(minutes=5), "1", "2", map_name="dm/mohdm1"),
        kill(NOW - timedelta(hours=23), "1", "3", map_name="dm/mohdm1"),
        kill(NOW - timedelta(hours=2), "3", "1", map_name="dm/mohdm6"),
        kill(NOW - timedelta(hours=24), "7", "8", map_name="dm/mohdm6"),
        kill(NOW - timedelta(days=9), "7", "8", map_name="dm/mohdm6"),
        *(row("weapon_fire", NOW - timedelta(hours=1), player_guid="1") for _ in range(4)),
        row("weapon_hit", NOW - timedelta(hours=1), player_guid="1"),
    ]
    await store(clickhouse, rows, "t")
    found = await pulse(clickhouse, NOW)
    minutes = 23 * 60 + 30
    assert (found.minutes, found.total_kills, found.active_players) == (minutes, 3, 3)
    assert found.lethality_rating == pytest.approx(3 / minutes, abs=1e-4)
    assert found.kills_per_hour == pytest.approx(180 / minutes, abs=0.01)
    assert found.lead_exchange_rate == pytest.approx(4 / minutes, abs=1e-4)
    assert (found.total_lead_poured, found.meat_grinder_map) == (1, "dm/mohdm1")
    silent = await pulse(clickhouse, NOW + timedelta(days=30))
    assert (silent.total_kills, silent.meat_grinder_map, silent.lethality_rating) == (0, "", 0)
