"""Records are those that a recount of each match finds."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from uuid import UUID

import pytest

from clickhouse.client import ClickHouse
from jobs.sequences import SEQUENCES
from jobs.settings import JobsSettings
from jobs.settling import Settling
from query.periods import between, period
from query.records import KILLS_MIN, KINDS, SHOTS_MIN, records
from query.scope import EVERYTHING, Scope
from schema.answers.records import Records
from tests.query.brawls import LATER, a_brawl, settled
from tests.query.oracle import Event, bots, by_match, day_stats, last, players_of
from tests.query.rows import kill, row, store
from tests.query.scoped import matches_inside
from tests.query.sequences_oracle import sequences

MONDAY = datetime(2026, 11, 16, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def feats(match: Sequence[Event], guid: str) -> dict[str, float]:
    """Kind -> what a player reached in a match, plain Python."""
    stats, runs = day_stats(match, guid), sequences(match, guid)
    own = [e for e in match if e["kill_kind"] == "kill" and e["player_guid"] == guid]
    times = sorted(e["event_time"] for e in own)
    chain = longest = 1 if times else 0
    for before, after in pairwise(times):
        chain = chain + 1 if after - before <= 4000 else 1
        longest = max(longest, chain)
    found = {
        "kills": stats["kills"],
        "streak": runs["best_streak"] if runs["best_streak"] > 1 else 0,
        "multi_kill": longest if longest > 1 else 0,
        "headshots": stats["headshots"],
        "kd": stats["kd_ratio"] if stats["kills"] >= KILLS_MIN else 0,
        "accuracy": stats["accuracy"] if stats["shots_fired"] >= SHOTS_MIN else 0,
        "longest_kill": max((e["distance_units"] for e in own), default=0) * 0.0254,
        "damage": stats["damage"],
    }
    return {kind: value for kind, value in found.items() if value > 0}


def expected(events: Sequence[Event], scope: Scope, places: int) -> dict[str, list[tuple[float, str, str]]]:
    """Kind -> (value, match, guid), best first."""
    out = set() if scope.with_bots else bots(events)
    found: dict[str, list[tuple[float, int, str, str]]] = {kind: [] for kind in KINDS}
    for match_id, match in by_match(matches_inside(events, scope)).items():
        began = min(e["event_time"] for e in match)
        for guid in players_of(match) - out:
            for kind, value in feats(match, guid).items():
                found[kind].append((-value, began, match_id, guid))
    return {
        kind: [(round(-value, 2), match_id, guid) for value, _, match_id, guid in sorted(rows)[:places]]
        for kind, rows in found.items()
        if rows
    }


def told(answer: Records) -> dict[str, list[tuple[float, str, str]]]:
    found: dict[str, list[tuple[float, str, str]]] = {}
    for one in answer.records:
        found.setdefault(one.kind, []).append((round(one.value, 2), one.match_id, one.player_id))
        assert one.rank == len(found[one.kind])
    return found


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


@pytest.mark.parametrize("least", [0, 3, 4])
async def test_a_minimum_sample_goes_before_what_is_needed_otherwise(
    clickhouse: ClickHouse, least: int
) -> None:
    await settled(clickhouse, [kill(LATER - timedelta(days=1) + n * SECOND, "40", "41") for n in range(3)])
    kinds = told(await records(clickhouse, {}, Scope(sample_min=least)))
    assert ("kd" in kinds) == (least <= 3)
