from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from clickhouse.client import ClickHouse
from query.scope import Scope
from query.weapon_usage import BORDERS_M, weapon_distances, weapon_usage
from tests.query.conftest import Stored
from tests.query.oracle import Event
from tests.query.rows import kill, store

NOW = datetime(2026, 11, 3, tzinfo=UTC)
AT = datetime(2026, 11, 20, 10, tzinfo=UTC)


def day_of(e: Event) -> date:
    return datetime.fromtimestamp(e["event_time"] / 1000, UTC).date()


@pytest.mark.parametrize("by", ["day", "week"])
async def test_usage_is_a_recount_day_by_day_and_week_by_week(world: Stored, by: str) -> None:
    for asked in (Scope(), Scope(server_id="server-1"), Scope(map_name="dm/mohdm1")):
        events = [
            e
            for e in world.events
            if asked.server_id in ("", e["server_id"]) and asked.map_name in ("", e["map_name"])
        ]
        usage = await weapon_usage(world.clickhouse, NOW, asked, by=by, limit=50)
        assert usage.buckets == sorted(usage.buckets)
        for place, bucket in enumerate(usage.buckets):
            first = date.fromisoformat(bucket)
            length = timedelta(days=1 if by == "day" else 7)
            here = [e for e in events if first <= day_of(e) < first + length]
            for one in usage.weapons:
                armed = [e for e in here if e["weapon"] == one.name]
                kills = sum(e["kill_kind"] == "kill" for e in armed)
                shots = sum(e["event_type"] == "weapon_fire" for e in armed)
                hits = sum(e["event_type"] == "weapon_hit" for e in armed)
                assert (one.kills[place], one.shots_fired[place]) == (kills, shots)
                assert one.accuracy[place] == pytest.approx(100 * hits / shots if shots else 0, abs=0.01)
            assert sum(one.share[place] for one in usage.weapons) == pytest.approx(100, abs=0.1)
        total = sum(sum(one.kills) for one in usage.weapons)
        assert total == sum(e["kill_kind"] == "kill" for e in events)
    [only] = (await weapon_usage(world.clickhouse, NOW, Scope(weapon="thompson"), by=by)).weapons
    assert only.name == "Thompson"


async def test_distances_are_a_recount(world: Stored) -> None:
    for weapon in ("Thompson", "MP40", ""):
        found = await weapon_distances(world.clickhouse, weapon)
        kills = [e for e in world.events if e["kill_kind"] == "kill" and weapon in ("", e["weapon"])]
        metres = [(e["distance_units"] * 0.0254, e["hitloc"] in ("head", "helmet")) for e in kills]
        for place, band in enumerate(found.bands):
            assert (band.from_m, band.to_m) == (BORDERS_M[place], (*BORDERS_M[1:], None)[place])
            here = [head for m, head in metres if m > 0 and band.from_m <= m < (band.to_m or 1e9)]
            assert (band.kills, band.headshots) == (len(here), sum(here))
        assert found.unknown_kills == sum(not m for m, _ in metres)
        assert sum(band.share for band in found.bands) == pytest.approx(100, abs=0.1)


async def test_nothing_has_empty_charts(clickhouse: ClickHouse) -> None:
    usage = await weapon_usage(clickhouse, NOW)
    assert (usage.buckets, usage.weapons) == ([], [])
    found = await weapon_distances(clickhouse, "BAR")
    assert (found.name, found.unknown_kills, sum(band.kills for band in found.bands)) == ("BAR", 0, 0)


async def test_spellings_of_a_weapon_are_one_line(clickhouse: ClickHouse) -> None:
    names = ("KAR98K", "Mauser KAR 98K", "Mauser KAR 98K")
    await store(clickhouse, [kill(AT, "1", "2", weapon=name, distance_units=400.0) for name in names], "t")
    usage = await weapon_usage(clickhouse, AT)
    assert [(one.name, one.kills) for one in usage.weapons] == [("Mauser KAR 98K", [3])]
    found = await weapon_distances(clickhouse, "kar98")
    assert (found.name, [band.kills for band in found.bands]) == ("Mauser KAR 98K", [0, 3, 0, 0, 0])
