"""Leaderboards: by any of 40 stats and a period, by weapon, by map. Bots are left out unless asked for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from clickhouse.client import ClickHouse
from query.games import MOHAA
from query.periods import Period
from query.players import player_names
from query.ranked_stats import DAY_STATS, is_whole
from query.ratios import kd_ratio, kilometres, percent, points
from schema.answers.leaderboards import (
    Leaderboard,
    LeaderboardEntry,
    LeaderboardTotal,
    MapLeaderboard,
    SubjectEntry,
    WeaponLeaderboard,
)
from schema.answers.words import UNKNOWN_PLAYER

LIMIT: Final = 25
LIMIT_MAX: Final = 100
OFFSET_MAX: Final = 10_000_000

Row = Mapping[str, Any]
_NOTHING: Final[dict[str, Any]] = {}


async def leaderboard(
    store: ClickHouse,
    stat: str,
    period: Period,
    *,
    limit: int = LIMIT,
    offset: int = 0,
    with_bots: bool = False,
    game: str = MOHAA,
) -> Leaderboard:
    """The players ranked `offset + 1` to `offset + limit` by `stat`, one of query.ranked_stats.STATS.

    Players with nothing of the stat are not ranked; of equal players the smaller guid comes first.
    """
    ranked, total = await _ranked(store, stat, period, limit, offset, with_bots, game)
    guids = [row["player_guid"] for row in ranked]
    days = await _by_guid(store, "player_totals", guids, period, game)
    matches = await _by_guid(store, "player_match_totals", guids, period, game)
    names = await player_names(store, [guid for guid in guids if not _name_in(days, guid)], game)
    players = [
        _entry(
            offset + place,
            stat,
            row,
            {**days.get(row["player_guid"], _NOTHING), **matches.get(row["player_guid"], _NOTHING)},
            names.get(row["player_guid"], UNKNOWN_PLAYER),
        )
        for place, row in enumerate(ranked, start=1)
    ]
    return Leaderboard(players=players, total=total, page=offset // limit + 1, stat=stat, period=period.name)


async def leaderboard_total(
    store: ClickHouse, stat: str, period: Period, *, with_bots: bool = False, game: str = MOHAA
) -> LeaderboardTotal:
    """How many players are ranked by `stat`."""
    _, total = await _ranked(store, stat, period, 1, 0, with_bots, game)
    return LeaderboardTotal(total=total, players=[], page=1, stat=stat, period=period.name)


async def weapon_leaderboard(
    store: ClickHouse, weapon: str, *, limit: int = LIMIT_MAX, with_bots: bool = False, game: str = MOHAA
) -> WeaponLeaderboard:
    """Who killed most with a weapon, by the name it was received under."""
    rows = await store.rows(
        "leaderboard_weapon", {"game": game, "weapon": weapon, "with_bots": int(with_bots), "rows_max": limit}
    )
    return WeaponLeaderboard(weapon=weapon, leaderboard=await _subject_entries(store, rows, game))


async def map_leaderboard(
    store: ClickHouse, map_name: str, *, limit: int = LIMIT_MAX, with_bots: bool = False, game: str = MOHAA
) -> MapLeaderboard:
    """Who killed most on a map."""
    rows = await store.rows(
        "leaderboard_map",
        {"game": game, "map_name": map_name, "with_bots": int(with_bots), "rows_max": limit},
    )
    return MapLeaderboard(map=map_name, leaderboard=await _subject_entries(store, rows, game))


async def _ranked(
    store: ClickHouse, stat: str, period: Period, limit: int, offset: int, with_bots: bool, game: str
) -> tuple[list[dict[str, Any]], int]:
    """A page of (player_guid, value), and the number of ranked players."""
    query = "leaderboard_days" if stat in DAY_STATS else "leaderboard_matches"
    parameters = {
        **period.parameters(),
        "game": game,
        "stat": stat,
        "with_bots": int(with_bots),
        "page_rows": limit,
        "skip_rows": offset,
    }
    rows = await store.rows(query, parameters)
    if not rows and offset:
        # Behind the last page no row carries the total.
        rows_of_first_page = await store.rows(query, {**parameters, "page_rows": 1, "skip_rows": 0})
        return [], _total(rows_of_first_page)
    return rows, _total(rows)


def _total(rows: Sequence[Row]) -> int:
    return int(rows[0]["total"]) if rows else 0


async def _by_guid(
    store: ClickHouse, query: str, guids: Sequence[str], period: Period, game: str
) -> dict[str, dict[str, Any]]:
    if not guids:
        return {}
    rows = await store.rows(query, {**period.parameters(), "game": game, "guids": list(guids)})
    return {row["player_guid"]: row for row in rows}


def _name_in(days: Mapping[str, Row], guid: str) -> str:
    return str(days.get(guid, _NOTHING).get("player_name", ""))


def _entry(rank: int, stat: str, ranked: Row, totals: Row, known_name: str) -> LeaderboardEntry:
    guid, name = ranked["player_guid"], totals.get("player_name") or known_name

    def count(column: str) -> int:
        return int(totals.get(column, 0))

    def units(column: str) -> float:
        return round(float(totals.get(column, 0.0)), 3)

    value, text = _value(stat, ranked["value"])
    distance = sum(totals.get(column, 0.0) for column in ("walked", "sprinted", "swam", "driven"))
    kd = kd_ratio(count("kills"), count("deaths"))
    return LeaderboardEntry(
        rank=rank,
        player_id=guid,
        player_name=name,
        guid=guid,
        name=name,
        value=value,
        display_value=text,
        verified=count("smf_id") > 0,
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
        bash_kills=count("all_bash_kills"),
        grenade_kills=count("grenade_kills"),
        telefrags=count("telefrags"),
        crushed=count("crushed"),
        reloads=count("reloads"),
        weapon_swaps=count("weapon_swaps"),
        no_ammo=count("no_ammo"),
        looter=count("items_picked"),
        distance_km=kilometres(distance),
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
        playtime_seconds=units("playtime_s"),
    )


def _value(stat: str, number: float) -> tuple[int | float | str, str]:
    """The ranked number as it is served, and as people read it."""
    if stat == "accuracy":
        return (text := f"{number:.1f}%"), text
    if stat == "distance":
        return (text := f"{kilometres(number):.2f}km"), text
    if is_whole(stat):
        return round(number), f"{round(number)}"
    return round(number, 3), f"{number:.2f}"


async def _subject_entries(store: ClickHouse, rows: Sequence[Row], game: str) -> list[SubjectEntry]:
    names = await player_names(store, [row["player_guid"] for row in rows], game)
    return [_subject_entry(rank, row, names[row["player_guid"]]) for rank, row in enumerate(rows, start=1)]


def _subject_entry(rank: int, row: Row, name: str) -> SubjectEntry:
    return SubjectEntry(
        rank=rank,
        player_id=row["player_guid"],
        player_name=name,
        guid=row["player_guid"],
        name=name,
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
    )
