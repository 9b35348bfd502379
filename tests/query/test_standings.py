"""What is kept of all players says the same as asking them all, and says how old it may be."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from clickhouse.client import ClickHouse
from clickhouse.errors import ClickHouseError
from query.cards import cards
from query.leaderboards import leaderboard
from query.percentiles import percentiles
from query.place_standings import leaders_of, place_leaders
from query.players import player_page
from query.rankings import Page
from query.scope import Scope
from query.special_boards import COMBOS, combos
from query.standings import BEST, FRESH_S, PAUSE_MAX_S, Renewal, leaders, places, renew
from tests.query.rows import a_world, kill, row, store

AT = datetime(2026, 11, 20, 10, tzinfo=UTC)
EVER = Scope()
STATS = ("kills", "wins", "telefrags")


async def told(clickhouse: ClickHouse, guids: list[str]) -> dict[str, Any]:
    """What the answers say that may rest on standings."""
    found: dict[str, Any] = {"cards": await cards(clickhouse)}
    for stat in STATS:
        found[stat] = await leaderboard(clickhouse, stat, EVER, Page(limit=5, offset=2))
    for metric in COMBOS:
        found[metric] = await combos(clickhouse, metric)
    for guid in guids:
        found[f"percentiles of {guid}"] = await percentiles(clickhouse, guid)
        found[f"rank of {guid}"] = (await player_page(clickhouse, guid, {})).rank
    return found


async def test_answers_are_the_same_with_standings_and_without(clickhouse: ClickHouse) -> None:
    await store(clickhouse, a_world(11, 1500), "t")
    rows = await clickhouse.rows_of(
        "SELECT player_guid FROM player_days GROUP BY player_guid ORDER BY cityHash64(player_guid) LIMIT 1"
    )
    guids = [*(row["player_guid"] for row in rows), "nobody"]
    of_all = await told(clickhouse, guids)
    assert await leaders(clickhouse, ["kills"], EVER, offset=0, limit=3) is None
    assert await Renewal(clickhouse, players_min=1).run() == ["mohaa"]
    kept = await leaders(clickhouse, ["kills"], EVER, offset=0, limit=3)
    assert kept is not None
    assert len(kept["kills"].leaders) == 3
    assert await told(clickhouse, guids) == of_all
    # The page behind one that was kept begins where that one ends.
    first = await leaderboard(clickhouse, "kills", EVER, Page(limit=3))
    second = await leaderboard(clickhouse, "kills", EVER, Page(limit=3, cursor=first.next_cursor or ""))
    both = await leaderboard(clickhouse, "kills", EVER, Page(limit=6))
    assert [*first.players, *second.players] == both.players


async def test_a_place_behind_the_best_is_right_within_half_a_percent(clickhouse: ClickHouse) -> None:
    players = 4 * BEST + 500
    damage = [
        row("damage", AT, player_guid=f"{n:05}", target_guid="victim", damage=float(1 + n))
        for n in range(players)
    ]
    equal = [row("jump", AT, player_guid=f"{n:05}") for n in range(players)]
    await store(clickhouse, [*damage, *equal], "t")
    await renew(clickhouse, datetime.now(UTC))
    for n in (0, 1, 700, 1500, players - BEST - 1, players - BEST, players - 1):
        found = await places(clickhouse, f"{n:05}", {"damage": 1.0 + n, "jumps": 1.0, "wins": 0.0}, EVER)
        assert found is not None
        of_damage, of_jumps = found["damage"], found["jumps"]
        assert (of_damage.ranked, of_jumps.ranked) == (players - 1, players - 1)
        before = players - 1 - n
        if before < BEST:
            assert of_damage.before == before
        assert of_damage.before == pytest.approx(before, rel=0.01)
        assert of_damage.below == pytest.approx(n, abs=0.01 * players)
        # All are equal: nobody has more, and nobody has less.
        assert (of_jumps.before <= BEST, of_jumps.below) == (True, 0)
        assert found["wins"] == (0, 0, 0)
    # He has more than when they were made: those whom he passed are below.
    risen = await places(clickhouse, "00000", {"damage": 1000.5}, EVER)
    assert risen is not None
    assert risen["damage"].before == pytest.approx(players - 1000, rel=0.01)
    assert risen["damage"].below == pytest.approx(999, abs=0.01 * players)


async def test_standings_are_used_while_they_are_fresh_and_where_nothing_is_filtered(
    clickhouse: ClickHouse,
) -> None:
    await store(clickhouse, [kill(AT, "1", "2")], "a")
    now = datetime.now(UTC)
    await renew(clickhouse, now - timedelta(seconds=FRESH_S))
    assert await leaders(clickhouse, ["kills"], EVER, offset=0, limit=10) is None
    await renew(clickhouse, now)
    await store(clickhouse, [kill(AT, "3", "2"), kill(AT, "3", "1")], "b")

    async def first(scope: Scope) -> str:
        return (await leaderboard(clickhouse, "kills", scope)).players[0].guid

    assert await first(EVER) == "1"
    for scope in (Scope(server_id="server-1"), Scope(with_bots=True), Scope(sample_min=1)):
        assert await first(scope) == "3"
    await renew(clickhouse, now + timedelta(seconds=1))
    assert await first(EVER) == "3"


async def test_a_game_of_few_players_has_no_standings_and_a_renewal_is_followed_by_a_pause(
    clickhouse: ClickHouse,
) -> None:
    await store(clickhouse, [kill(AT, "1", "2")], "a")
    assert await Renewal(clickhouse, players_min=3).run() == []
    renewal = Renewal(clickhouse, players_min=2)
    assert await renewal.run() == ["mohaa"]
    assert await renewal.run() == []


class Clock:
    """A clock that somebody sets."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def __call__(self) -> datetime:
        return self.at

    def after(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)


async def test_a_worker_that_starts_renews_at_once_and_workers_share_the_renewals(
    clickhouse: ClickHouse,
) -> None:
    await store(clickhouse, [kill(AT, "1", "2")], "a")
    clock = Clock(datetime.now(UTC) - timedelta(days=7))
    assert await Renewal(clickhouse, 1, clock).run() == ["mohaa"]
    assert await leaders(clickhouse, ["kills"], EVER, offset=0, limit=1) is None
    # A week later both start, one right after the other.
    clock.at = datetime.now(UTC)
    one, other = (Renewal(clickhouse, 1, clock) for _ in range(2))
    assert await one.run() == ["mohaa"]
    assert await leaders(clickhouse, ["kills"], EVER, offset=0, limit=1) is not None
    assert await other.run() == ["mohaa"]
    for first, second in ((one, other), (other, one)):
        clock.after(PAUSE_MAX_S + 1)
        assert await first.run() == ["mohaa"]
        assert await second.run() == []


async def test_a_renewal_that_fails_once_is_not_missed(clickhouse: ClickHouse) -> None:
    await store(clickhouse, [kill(AT, "1", "2")], "a")
    clock = Clock(datetime.now(UTC) - timedelta(seconds=2 * PAUSE_MAX_S + 30))
    renewal = Renewal(clickhouse, 1, clock)
    assert await renewal.run() == ["mohaa"]
    clock.after(PAUSE_MAX_S)
    await clickhouse.command("RENAME TABLE match_players TO match_players_away")
    with pytest.raises(ClickHouseError, match="match_players"):
        await renewal.run()
    await clickhouse.command("RENAME TABLE match_players_away TO match_players")
    # The parts that failed are those of the renewal before, and still used when the next one begins.
    clock.after(PAUSE_MAX_S)
    on_map = Scope(map_name="dm/mohdm6")
    assert await place_leaders(clickhouse, "kills", "kills", on_map, offset=0, limit=1) is not None
    assert await leaders_of(clickhouse, ["1"], "mohaa", with_figures=False) != {}
    assert await renewal.run() == ["mohaa"]


async def test_a_store_that_cannot_be_asked_is_asked_again_without_a_pause(clickhouse: ClickHouse) -> None:
    await store(clickhouse, [kill(AT, "1", "2")], "a")
    clock = Clock(datetime.now(UTC))
    renewal = Renewal(clickhouse, 1, clock)
    # As before the migration that adds the table.
    await clickhouse.command("RENAME TABLE leaders TO leaders_away")
    with pytest.raises(ClickHouseError, match="leaders"):
        await renewal.run()
    await clickhouse.command("RENAME TABLE leaders_away TO leaders")
    assert await renewal.run() == ["mohaa"]
