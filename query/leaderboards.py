"""Leaderboards: by any of 40 stats in any scope; by weapon, map and game type in the shapes the forum knows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from clickhouse.client import ClickHouse
from query.board_pages import fights_and_people, figures_and_people
from query.ranked_stats import KILLS, is_whole
from query.rankings import (
    FIRST,
    LIMIT_MAX,
    Page,
    Person,
    Ranking,
    Standing,
    entries,
    ranking,
)
from query.ratios import kd_ratio, kilometres, percent, points
from query.scope import EVERYTHING, Scope
from schema.answers.leaderboards import (
    GametypeLeaderboard,
    Leaderboard,
    LeaderboardEntry,
    LeaderboardTotal,
    MapLeaderboard,
    SubjectEntry,
    WeaponLeaderboard,
)

SUBJECT_LIMIT: Final = LIMIT_MAX
SUBJECT_PAGE: Final = Page(limit=SUBJECT_LIMIT)

Row = Mapping[str, Any]


async def leaderboard(
    store: ClickHouse, stat: str, scope: Scope = EVERYTHING, page: Page = FIRST
) -> Leaderboard:
    """A page of the players ranked by `stat`, one of query.ranked_stats.STATS (query.rankings tells who is ranked).

    Raises InvalidCursor.
    """
    ranked = await ranking(store, stat, scope, page)
    counted, persons = await figures_and_people(
        store, ranked, scope.game, lambda guids: entries(store, guids, scope)
    )
    players = [
        _entry(stat, standing, counted.get(standing.guid, {}), persons[standing.guid])
        for standing in ranked.standings
    ]
    return Leaderboard(
        players=players,
        total=ranked.total,
        page=_page_number(ranked, page),
        stat=stat,
        period=scope.period.name,
        next_cursor=ranked.next_cursor,
    )


async def leaderboard_total(store: ClickHouse, stat: str, scope: Scope = EVERYTHING) -> LeaderboardTotal:
    """How many players are ranked by `stat`."""
    ranked = await ranking(store, stat, scope, Page(limit=1))
    return LeaderboardTotal(total=ranked.total, players=[], page=1, stat=stat, period=scope.period.name)


async def weapon_leaderboard(store: ClickHouse, scope: Scope, page: Page = SUBJECT_PAGE) -> WeaponLeaderboard:
    """Who killed most with the scope's weapon, by the name it was received under. Raises InvalidCursor."""
    board, after, total = await _subject_board(store, scope, page)
    return WeaponLeaderboard(weapon=scope.weapon, leaderboard=board, total=total, next_cursor=after)


async def map_leaderboard(store: ClickHouse, scope: Scope, page: Page = SUBJECT_PAGE) -> MapLeaderboard:
    """Who killed most on the scope's map. Raises InvalidCursor."""
    board, after, total = await _subject_board(store, scope, page)
    return MapLeaderboard(map=scope.map_name, leaderboard=board, total=total, next_cursor=after)


async def gametype_leaderboard(store: ClickHouse, scope: Scope, page: Page = FIRST) -> GametypeLeaderboard:
    """Who killed most in the scope's game type. Raises InvalidCursor."""
    board, after, total = await _subject_board(store, scope, page)
    return GametypeLeaderboard(
        game_type=scope.gametype, gametype=scope.gametype, leaderboard=board, total=total, next_cursor=after
    )


async def _subject_board(
    store: ClickHouse, scope: Scope, page: Page
) -> tuple[list[SubjectEntry], str | None, int]:
    ranked = await ranking(store, KILLS, scope, page)
    fought, persons = await fights_and_people(store, ranked, scope)
    board = [
        _subject_entry(standing, fought[standing.guid], persons[standing.guid])
        for standing in ranked.standings
    ]
    return board, ranked.next_cursor, ranked.total


def _page_number(ranked: Ranking, page: Page) -> int:
    before = ranked.standings[0].rank - 1 if ranked.standings else page.offset
    return before // page.limit + 1


def _entry(stat: str, standing: Standing, totals: Row, person: Person) -> LeaderboardEntry:
    """`totals` holds the columns that query.rankings.entries tells, or some of them."""

    def count(column: str) -> int:
        return int(totals.get(column, 0))

    def units(column: str) -> float:
        return round(float(totals.get(column, 0.0)), 3)

    value, text = _value(stat, standing.value)
    kd = kd_ratio(count("kills"), count("deaths"))
    return LeaderboardEntry(
        rank=standing.rank,
        player_id=standing.guid,
        player_name=person.name,
        guid=standing.guid,
        name=person.name,
        value=value,
        display_value=text,
        verified=person.verified,
        kills=count("kills"),
        bot_kills=count("bot_kills"),
        total_kills=count("kills") + count("bot_kills"),
        deaths=count("deaths"),
        kd=kd,
        kd_ratio=kd,
        headshots=count("headshots"),
        accuracy=percent(count("shots_hit"), count("shots_fired")),
        shots_fired=count("shots_fired"),
        shots_hit=count("shots_hit"),
        damage=points(totals.get("damage_dealt", 0.0)),
        suicides=count("suicides"),
        teamkills=count("team_kills"),
        roadkills=count("roadkills"),
        bash_kills=count("bash_kills"),
        grenade_kills=count("grenade_kills"),
        telefrags=count("telefrags"),
        crushed=count("crushed"),
        reloads=count("reloads"),
        weapon_swaps=count("weapon_swaps"),
        no_ammo=count("no_ammo"),
        looter=count("items_picked"),
        distance_km=kilometres(totals.get("distance", 0.0)),
        sprinted=units("sprinted"),
        swam=units("swam"),
        driven=units("driven"),
        jumps=count("jumps"),
        crouch_time=count("crouches"),
        prone_time=count("prones"),
        ladders=count("ladders"),
        health_picked=count("health_picked"),
        ammo_picked=count("ammo_picked"),
        armor_picked=count("armor_picked"),
        items_picked=count("items_picked"),
        objectives=count("objectives"),
        wins=count("wins"),
        ffa_wins=count("ffa_wins"),
        team_wins=count("team_wins"),
        losses=count("losses"),
        rounds=count("rounds"),
        games=count("games"),
        matches_played=count("matches_played"),
        playtime_seconds=units("playtime"),
    )


def _value(stat: str, number: float) -> tuple[int | float | str, str]:
    """The ranked number as it is served, and as people read it."""
    if stat == "accuracy":
        return (text := f"{number:.1f}%"), text
    if stat == "distance":
        return (text := f"{kilometres(number):.2f}km"), text
    if is_whole(stat):
        return round(number), f"{round(number)}"
    # Sums of floats differ in their last digits with the order of what is added: both forms come from the rounded one.
    number = round(number, 3)
    return number, f"{number:.2f}"


def _subject_entry(standing: Standing, row: Row, person: Person) -> SubjectEntry:
    return SubjectEntry(
        rank=standing.rank,
        id=standing.guid,
        player_id=standing.guid,
        player_name=person.name,
        guid=standing.guid,
        name=person.name,
        value=row["kills"],
        kills=row["kills"],
        deaths=row["deaths"],
        kd=kd_ratio(row["kills"], row["deaths"]),
        headshots=row["headshots"],
        shots=row["shots_fired"],
        hits=row["shots_hit"],
        shots_fired=row["shots_fired"],
        shots_hit=row["shots_hit"],
        accuracy=percent(row["shots_hit"], row["shots_fired"]),
        damage=points(row["damage"]),
        verified=person.verified,
    )
