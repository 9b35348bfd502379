from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from clickhouse.client import ClickHouse
from query.dossiers import OPPONENTS, dossier, duel, forms
from schema.match_ids import match_uuid
from tests.query.conftest import Stored
from tests.query.oracle import players_of
from tests.query.rows import kill, row, store

AT = datetime.now(UTC).replace(hour=10, minute=0, second=0, microsecond=0) - timedelta(days=2)


async def test_opponents_are_those_of_a_recount(world: Stored) -> None:
    for guid in sorted(players_of(world.events))[:12]:
        found = await dossier(world.clickhouse, guid)
        kills = [e for e in world.events if e["kill_kind"] == "kill"]
        killed = Counter(e["target_guid"] for e in kills if e["player_guid"] == guid and e["target_guid"])
        killed_by = Counter(e["player_guid"] for e in kills if e["target_guid"] == guid and e["player_guid"])
        assert [(one.guid, one.killed, one.killed_by) for one in found.victims] == [
            (other, count, killed_by[other])
            for other, count in sorted(killed.items(), key=lambda item: (-item[1], item[0]))[:OPPONENTS]
        ]
        assert [(one.guid, one.killed_by) for one in found.nemeses] == sorted(
            killed_by.items(), key=lambda item: (-item[1], item[0])
        )[:OPPONENTS]


async def test_a_standing_is_the_share_of_the_others_with_less(clickhouse: ClickHouse) -> None:
    rows = [
        kill(AT + timedelta(seconds=n * 60 + m), f"p{n}", "victim", hitloc="head" if n == 3 else "pelvis")
        for n in (1, 2, 3)
        for m in range(20 + n)
    ]
    await store(clickhouse, rows, "one")
    found = await dossier(clickhouse, "p2")
    standing = {one.figure: one for one in found.standings}
    # The others: p1 and p3, and the victim, who has deaths enough and no kill.
    assert found.compared_with == 3
    assert standing["kills"].value == 22
    assert standing["kills"].average == pytest.approx((21 + 22 + 23) / 4)
    assert standing["kills"].percentile == pytest.approx(66.7)
    assert standing["kills"].rank == 2
    assert standing["headshots"].percentile == 0
    top = {one.figure: one for one in (await dossier(clickhouse, "p3")).standings}
    assert top["kills"].percentile == top["headshots"].percentile == 100


async def test_who_looked_in_once_and_bots_are_not_compared_with(clickhouse: ClickHouse) -> None:
    regular = [kill(AT + timedelta(seconds=n), "regular", f"v{n}") for n in range(25)]
    bot = [kill(AT + timedelta(seconds=n), "bot", f"w{n}", player_is_bot=True) for n in range(30)]
    await store(clickhouse, [*regular, *bot], "one")
    found = await dossier(clickhouse, "regular")
    assert found.compared_with == 0
    assert [one.percentile for one in found.standings] == [0.0] * 5


async def test_hours_names_and_hit_locations(clickhouse: ClickHouse) -> None:
    first = [kill(AT + timedelta(minutes=n), "a", "b", player_name="Old", hitloc="head") for n in range(2)]
    later = [kill(AT + timedelta(hours=3), "a", "b", player_name="New", hitloc="pelvis")]
    hit = [row("weapon_hit", AT, player_guid="b", target_guid="a", hitloc="l_foot", damage=9.0)]
    await store(clickhouse, [*first, *later, *hit], "one")
    found = await dossier(clickhouse, "a")
    assert [(one.name, one.uses) for one in found.names] == [("New", 1), ("Old", 2)]
    assert [(one.weekday, one.hour, one.kills) for one in found.hours] == [
        (AT.isoweekday(), 10, 2),
        (AT.isoweekday(), 13, 1),
    ]
    assert {one.name: (one.kills, one.taken) for one in found.hit_locations} == {
        "head": (2, 0), "pelvis": (1, 0), "l_foot": (0, 1),
    }  # fmt: skip


async def test_a_player_nobody_saw_has_an_empty_dossier(clickhouse: ClickHouse) -> None:
    found = await dossier(clickhouse, "nobody")
    assert (found.standings, found.victims, found.names, found.compared_with) == ([], [], [], 0)


async def test_form_is_of_the_last_matches_oldest_first(clickhouse: ClickHouse) -> None:
    rows = [
        kill(AT + timedelta(hours=number), "a", "b", match_id=match_uuid(f"m{number}", "server-1", ""))
        for number in range(4)
        for _ in range(number + 1)
    ]
    await store(clickhouse, rows, "one")
    found = await forms(clickhouse, ["a", "b", "nobody"], AT + timedelta(days=1), matches=3)
    assert found["a"].kills == [2, 3, 4]
    assert found["a"].ratios == [2.0, 3.0, 4.0]
    assert found["b"].deaths == [2, 3, 4]
    assert "nobody" not in found
    assert await forms(clickhouse, ["a"], AT + timedelta(days=100)) == {}
    assert await forms(clickhouse, [], AT) == {}


async def test_a_duel_is_seen_from_both_sides(clickhouse: ClickHouse) -> None:
    rows = [kill(AT + timedelta(seconds=n), "a" if n else "b", "b" if n else "a") for n in range(4)]
    await store(clickhouse, rows, "one")
    assert await duel(clickhouse, "a", "b") == (3, 1)
    assert await duel(clickhouse, "b", "a") == (1, 3)
    assert await duel(clickhouse, "a", "nobody") == (0, 0)
