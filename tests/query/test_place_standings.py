"""What is kept of those who lead at a place says the same as asking everybody who was there, and is of one moment."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import cycle
from typing import Any

import msgspec
import pytest

from clickhouse.client import ClickHouse
from clickhouse.errors import ClickHouseError
from query.leaderboards import gametype_leaderboard, leaderboard, map_leaderboard, weapon_leaderboard
from query.periods import between
from query.place_standings import BEST, PlaceLeaders, leaders_of, place_leaders, place_of
from query.ranked_stats import WEAPON_STATS, sample_of
from query.rankings import Page, ranking
from query.scope import TIMES, Scope
from query.special_boards import MAP, TIME, WEAPON, contextual, peak
from query.standings import FRESH_S, renew
from query.weapons import weapon_page
from tests.query.rows import MAPS, WEAPONS, a_world, kill, row, store

AT = datetime(2026, 11, 20, 10, tzinfo=UTC)
GAMETYPES = ("ffa", "tdm", "obj")
PLACES = [
    *(Scope(map_name=name) for name in MAPS),
    *(Scope(gametype=name) for name in GAMETYPES),
    *(Scope(weapon=name) for name in WEAPONS),
    *(Scope(time=name) for name in TIMES),
]
TOP = Page(limit=4)
BEHIND = Page(limit=4, offset=3)


async def kept(clickhouse: ClickHouse, scope: Scope, stat: str = "kills", **page: int) -> PlaceLeaders | None:
    return await place_leaders(clickhouse, stat, sample_of(stat), scope, **{"offset": 0, "limit": 10, **page})


async def told(clickhouse: ClickHouse) -> dict[str, Any]:
    """What every sort of answer says that may rest on what is kept of places."""
    found: dict[str, Any] = {
        "map": await map_leaderboard(clickhouse, Scope(map_name=MAPS[0]), TOP),
        "deaths on a map": await contextual(clickhouse, "deaths", MAP, MAPS[0], page=BEHIND),
        "wins on a map": await contextual(clickhouse, "wins", MAP, MAPS[0], page=TOP),
        "everything on a map": await leaderboard(clickhouse, "damage", Scope(map_name=MAPS[0]), TOP),
        "game type": await gametype_leaderboard(clickhouse, Scope(gametype="ffa"), TOP),
        "weapon": await weapon_leaderboard(clickhouse, Scope(weapon=WEAPONS[0]), BEHIND),
        "page of a weapon": (await weapon_page(clickhouse, WEAPONS[0])).top_players,
        "accuracy with a weapon": await contextual(clickhouse, "accuracy", WEAPON, WEAPONS[0], page=TOP),
        "K/D at weekends": await contextual(clickhouse, "kd_ratio", TIME, "weekend", page=TOP),
    }
    found |= {f"peak {name}": await peak(clickhouse, name, page=TOP) for name in ("evening", "weekend")}
    for scope, stat in zip(PLACES, cycle(sorted(WEAPON_STATS)), strict=False):
        page = await ranking(clickhouse, stat, scope, TOP)
        found[f"{stat} {scope}"] = (page.total, [(one.guid, one.value) for one in page.standings])
    return found


def rounded(answer: Any) -> Any:
    """With numbers to the sixth digit, as exactly as values are compared."""
    match answer:
        case float():
            return round(answer, 6)
        case list() | tuple():
            return [rounded(part) for part in answer]
        case dict():
            return {name: rounded(part) for name, part in answer.items()}
        case _:
            return answer


async def test_boards_of_places_are_the_same_kept_and_asked_of_everybody(clickhouse: ClickHouse) -> None:
    # In the evenings of a Friday and of a Saturday: at the weekend one of the three has a kill too few.
    evening = [
        kill(
            AT.replace(hour=20) + timedelta(days=day, seconds=n),
            f"fighter {n % 3}",
            f"fighter {(n + 1 + n // 50) % 3}",
        )
        for day in (0, 1)
        for n in range(59)
    ]
    await store(clickhouse, [*a_world(11, 1000), *evening], "t")
    of_all = await told(clickhouse)
    assert await kept(clickhouse, PLACES[0]) is None
    await renew(clickhouse, datetime.now(UTC))
    assert rounded(msgspec.to_builtins(await told(clickhouse))) == rounded(msgspec.to_builtins(of_all))
    assert (of_all["peak evening"].total, of_all["peak weekend"].total) == (3, 2)
    [row] = await clickhouse.rows_of(
        "SELECT uniqExact(kind, place) AS places, uniqExact(stat) AS stats FROM place_standings"
    )
    assert row == {"places": len(PLACES), "stats": len(WEAPON_STATS) + 1}
    # The page behind one that was kept begins where that one ends.
    first = await map_leaderboard(clickhouse, PLACES[0], Page(limit=3))
    second = await map_leaderboard(clickhouse, PLACES[0], Page(limit=3, cursor=first.next_cursor or ""))
    both = await map_leaderboard(clickhouse, PLACES[0], Page(limit=6))
    assert [*first.leaderboard, *second.leaderboard] == both.leaderboard


async def test_equal_players_and_those_behind_the_best_stand_where_everybody_is_asked(
    clickhouse: ClickHouse,
) -> None:
    players = BEST + 20
    await store(clickhouse, [kill(AT, f"{n:03}", "victim") for n in range(players)], "t")
    scope = Scope(weapon="Thompson")
    of_all = [
        await weapon_leaderboard(clickhouse, scope, Page(limit=50, offset=offset)) for offset in (0, 50, 60)
    ]
    await renew(clickhouse, datetime.now(UTC))
    found = await kept(clickhouse, scope, offset=BEST - 1, limit=1)
    assert found is not None
    assert (found.total, [one.guid for one in found.leaders]) == (players, [f"{BEST - 1:03}"])
    assert await kept(clickhouse, scope, offset=BEST - 1, limit=2) is None
    assert of_all == [
        await weapon_leaderboard(clickhouse, scope, Page(limit=50, offset=offset)) for offset in (0, 50, 60)
    ]


async def test_a_place_that_is_not_kept_or_not_fresh_is_asked_of_everybody(clickhouse: ClickHouse) -> None:
    rows = [kill(AT, "1", "2", map_name="often"), kill(AT, "1", "2", map_name="often")]
    await store(clickhouse, [*rows, kill(AT, "3", "2", map_name="seldom")], "t")
    often, seldom = Scope(map_name="often"), Scope(map_name="seldom")
    now = datetime.now(UTC)
    await renew(clickhouse, now - timedelta(seconds=FRESH_S))
    assert await kept(clickhouse, often) is None
    assert await leaders_of(clickhouse, ["1"], often.game, with_figures=True) == {}
    await renew(clickhouse, now, places_max=1)
    assert await kept(clickhouse, often) is not None
    assert await kept(clickhouse, seldom) is None
    [entry] = (await map_leaderboard(clickhouse, seldom)).leaderboard
    assert (entry.guid, entry.kills, entry.name) == ("3", 1, "name of 3")
    assert (await map_leaderboard(clickhouse, Scope(map_name="never"))).leaderboard == []


async def test_a_kept_board_is_of_one_moment_whatever_came_since(clickhouse: ClickHouse) -> None:
    await store(clickhouse, [kill(AT, "1", "2"), row("jump", AT, player_guid="1", player_name="Old")], "a")
    now = datetime.now(UTC)
    await renew(clickhouse, now)
    later = AT + timedelta(seconds=1)
    await store(clickhouse, [kill(later, "1", "3", player_name="New"), kill(later, "4", "1")], "b")
    here = Scope(map_name="dm/mohdm6")

    async def on_map(scope: Scope) -> list[tuple[str, str, float, int, int]]:
        entries = (await map_leaderboard(clickhouse, scope)).leaderboard
        return [(one.guid, one.name, one.value, one.kills, one.deaths) for one in entries]

    assert [row[0::2] for row in await on_map(here)] == [("1", 1, 0)]
    [shown] = (await leaderboard(clickhouse, "kills")).players
    assert (shown.guid, shown.value, shown.kills, shown.deaths) == ("1", 1, 1, 0)
    for scope in (
        replace(here, server_id="server-1"),
        replace(here, with_bots=True),
        replace(here, sample_min=0),
    ):
        assert [row[0::2] for row in await on_map(scope)] == [("1", 2, 1), ("4", 1, 0)]
    await renew(clickhouse, now + timedelta(seconds=1))
    assert await on_map(here) == [("1", "New", 2, 2, 1), ("4", "name of 4", 1, 1, 0)]


async def test_a_part_of_a_renewal_that_fails_leaves_the_others(clickhouse: ClickHouse) -> None:
    await store(clickhouse, [kill(AT, "1", "2")], "a")
    await clickhouse.command("RENAME TABLE map_days TO map_days_away")
    with pytest.raises(ClickHouseError, match="map_days"):
        await renew(clickhouse, datetime.now(UTC))
    await clickhouse.command("RENAME TABLE map_days_away TO map_days")
    assert await kept(clickhouse, Scope(map_name="dm/mohdm6")) is None
    assert await kept(clickhouse, Scope(weapon="Thompson")) is not None
    assert set(await leaders_of(clickhouse, ["1", "2", "3"], "mohaa", with_figures=False)) == {"1", "2"}


def test_a_scope_is_a_place_when_it_names_one_and_nothing_else() -> None:
    assert place_of(Scope(map_name="dm/mohdm6")) == ("map", "dm/mohdm6")
    assert place_of(Scope(gametype="ffa", sample_min=5, game="pubg")) == ("gametype", "ffa")
    assert place_of(Scope(time="weekend")) == ("time", "weekend")
    weapon = Scope(weapon="BAR")
    assert place_of(weapon) == ("weapon", "BAR")
    for scope in (
        Scope(),
        replace(weapon, map_name="dm/mohdm6"),
        replace(weapon, server_id="server-1"),
        replace(weapon, with_bots=True),
        replace(weapon, period=between(AT, AT + timedelta(days=1))),
    ):
        assert place_of(scope) is None
