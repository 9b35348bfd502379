"""Records are those that a recount of each match finds."""

from __future__ import annotations

import random
from collections import Counter
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from clickhouse.client import ClickHouse
from jobs.sequences import SEQUENCES
from jobs.settings import JobsSettings
from jobs.settling import Settling
from query.periods import between, period
from query.records import KINDS, records
from query.scope import EVERYTHING, Scope
from tests.query.brawls import LATER, a_brawl, settled
from tests.query.oracle import last
from tests.query.records_oracle import expected, told
from tests.query.rows import kill, row, store

MONDAY = datetime(2026, 11, 16, tzinfo=UTC)
SECOND = timedelta(seconds=1)


async def test_records_are_those_of_a_recount_in_any_scope(clickhouse: ClickHouse) -> None:
    rows = a_brawl(5)
    shots = [
        row("weapon_fire" if n % 3 else "weapon_hit", MONDAY + n * SECOND, player_guid=guid, player_name="^1Ace", match_id=UUID(int=7))
        for guid, many in (("40", 200), ("41", 90), ("42", 40)) for n in range(many)
    ]  # fmt: skip
    rows += [*shots, kill(MONDAY, "40", "41", match_id=UUID(int=7), hitloc="head", distance_units=9000.0)]
    random.Random(5).shuffle(rows)
    events = await settled(clickhouse, rows)
    scopes = [
        EVERYTHING,
        Scope(with_bots=True),
        Scope(server_id="server-2"),
        Scope(map_name="dm/mohdm6"),
        Scope(gametype="ffa"),
        Scope(period=period("week", MONDAY + timedelta(days=4))),
        Scope(period=between(MONDAY + timedelta(days=4, hours=11), MONDAY + timedelta(days=4, hours=12))),
    ]
    seen: Counter[str] = Counter()
    for scope in scopes:
        for places in (1, 4):
            answer = await records(clickhouse, {"server-1": "One"}, scope, places=places)
            assert told(answer) == expected(events, scope, places), scope
            seen.update(one.kind for one in answer.records)
    assert set(seen) == set(KINDS)


async def test_a_record_names_player_place_and_what_the_longest_kill_was(clickhouse: ClickHouse) -> None:
    rows = [
        kill(MONDAY, "40", "41", distance_units=1000.0, weapon="KAR98", player_name="Ann", target_name="Bob")
    ]
    events = await settled(clickhouse, [*rows, kill(MONDAY + SECOND, "40", "42", player_name="Anna")])
    answer = await records(clickhouse, {"server-1": "One"})
    (far,) = [one for one in answer.records if one.kind == "longest_kill"]
    assert (far.player_name, far.target_id, far.target_name, far.weapon) == ("Anna", "41", "Bob", "KAR98")
    assert (far.value, far.display_value, far.at) == (25.4, "25.4 m", MONDAY)
    assert (far.server_name, far.map_name, far.title) == ("One", "dm/mohdm6", "Longest kill")
    assert last(events, "40", "name") == far.player_name
    assert (answer.period, answer.since, answer.until) == ("all", None, None)


async def test_a_late_event_moves_a_match_into_the_week_before_and_its_records_with_it(
    clickhouse: ClickHouse,
) -> None:
    this_week = Scope(period=period("week", MONDAY))
    rows = [kill(MONDAY + n * SECOND, "40", "41") for n in range(3)]
    await settled(clickhouse, rows)
    assert told(await records(clickhouse, {}, this_week))["kills"][0][0] == 3
    await store(clickhouse, [kill(MONDAY - SECOND, "41", "40")], "late")
    await Settling(clickhouse, JobsSettings(), [SEQUENCES], lambda: LATER + timedelta(days=1)).run()
    assert (await records(clickhouse, {}, this_week)).records == []
    week_before = Scope(period=period("week", MONDAY - SECOND))
    assert told(await records(clickhouse, {}, week_before))["kills"][0][0] == 3


async def test_a_match_that_moved_away_hides_no_smaller_record(clickhouse: ClickHouse) -> None:
    this_week = Scope(period=period("week", MONDAY))
    rows = [kill(MONDAY + n * SECOND, "40", "41") for n in range(3)]
    smaller = [kill(MONDAY + n * SECOND, "42", "43", match_id=UUID(int=9)) for n in range(2)]
    await settled(clickhouse, rows + smaller)
    await store(clickhouse, [kill(MONDAY - SECOND, "41", "40")], "late")
    await Settling(clickhouse, JobsSettings(), [SEQUENCES], lambda: LATER + timedelta(days=1)).run()
    for places in (1, 2):
        found = told(await records(clickhouse, {}, this_week, places=places))
        assert [one[0] for one in found["kills"]] == [2]
        assert [one[0] for one in found["streak"]] == [2]


@pytest.mark.parametrize("least", [0, 3, 4])
async def test_a_minimum_sample_goes_before_what_is_needed_otherwise(
    clickhouse: ClickHouse, least: int
) -> None:
    await settled(clickhouse, [kill(LATER - timedelta(days=1) + n * SECOND, "40", "41") for n in range(3)])
    kinds = told(await records(clickhouse, {}, Scope(sample_min=least)))
    assert ("kd" in kinds) == (least <= 3)
