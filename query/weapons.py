"""Weapons: the spellings of one are one, under the name that was received most. Whole days only; bots' deeds count too."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any, Final

from clickhouse.client import ClickHouse
from query.board_pages import people_of
from query.games import MOHAA
from query.players import player_names
from query.ranked_stats import KILLS
from query.rankings import Page, place_page
from query.ratios import mean, metres, percent, points
from query.scope import EVERYTHING, Scope
from query.times import known
from query.weapon_names import NAMES_MAX, folded, received_name, spellings_of, weapon_names
from schema.answers.weapons import WeaponItem, WeaponName, WeaponNames, WeaponPage, WeaponStats, WeaponUser
from schema.weapons import weapon_class, weapon_key, weapon_name

__all__ = ["received_name", "spellings_of", "weapon_list", "weapon_page", "weapons"]

LIMIT: Final = 10
LIMIT_MAX: Final = 100
TOP_PLAYERS: Final = 10

Row = Mapping[str, Any]


async def weapons(store: ClickHouse, asked: Scope = EVERYTHING, *, limit: int = LIMIT) -> list[WeaponItem]:
    """The weapons with most kills first, of a period, map, server or game type."""
    ranked = sorted(
        await _figures(store, asked), key=lambda row: (-row["kills"], -row["shots_fired"], row["key"])
    )
    return [_item(row) for row in ranked[:limit]]


async def weapon_list(store: ClickHouse, game: str = MOHAA) -> WeaponNames:
    """Every weapon that was used, by name."""
    weapons = [
        WeaponName(
            id=weapon_key(name), name=name, display_name=weapon_name(name), weapon_class=weapon_class(name)
        )
        for name in await weapon_names(store, game)
    ]
    return WeaponNames(weapons=sorted(weapons, key=lambda one: one.name.lower()))


async def weapon_page(store: ClickHouse, weapon: str, asked: Scope = EVERYTHING) -> WeaponPage:
    """Everything about a weapon, by any of its names; zeros for one nobody used. Of the scope only the period counts."""
    names = await spellings_of(store, weapon, asked.game)
    parameters = {**_days(asked), "weapons": names}
    [row], [used], users = await asyncio.gather(
        store.rows("weapon", parameters),
        store.rows("weapon_user_count", parameters),
        _users(store, names, asked),
    )
    accuracy = percent(row["shots_hit"], row["shots_fired"])
    return WeaponPage(
        stats=WeaponStats(
            name=names[0],
            total_kills=row["kills"],
            total_headshots=row["headshots"],
            total_deaths=row["deaths"],
            shots_fired=row["shots_fired"],
            shots_hit=row["shots_hit"],
            unique_users=used["unique_users"],
            last_used=known(row["last_used_at"]),
            avg_kill_distance=metres(mean(row["kill_distance_sum"], row["distance_kill_count"])),
            longest_kill=metres(row["longest_kill"]),
            accuracy=accuracy,
            headshot_ratio=percent(row["headshots"], row["kills"]),
            damage=points(row["damage"]),
        ),
        top_players=users,
        id=weapon_key(names[0]),
        name=names[0],
        display_name=weapon_name(names[0]),
        weapon_class=weapon_class(names[0]),
        spellings=names,
        total_kills=row["kills"],
        total_headshots=row["headshots"],
        avg_accuracy=accuracy,
    )


async def _figures(store: ClickHouse, asked: Scope) -> list[dict[str, Any]]:
    """Sums of each weapon, spellings folded."""
    if asked.anywhere:
        rows = await store.rows("weapons", {**_days(asked), "rows_max": NAMES_MAX})
    else:
        rows = await store.rows("weapons_scoped", {**asked.parameters(), "rows_max": NAMES_MAX})
    wanted = weapon_key(asked.weapon) if asked.weapon else ""
    return [row for row in folded(rows) if wanted in ("", row["key"])]


def _days(asked: Scope) -> dict[str, object]:
    parameters = asked.parameters()
    return {name: parameters[name] for name in ("game", "bounded", "from_day", "to_day")}


async def _users(store: ClickHouse, names: Sequence[str], asked: Scope) -> list[WeaponUser]:
    """Who killed most with a weapon of these spellings; of a single one perhaps as its standing is kept."""
    alone = Scope(period=asked.period, weapon=names[0], with_bots=asked.with_bots, game=asked.game)
    kept = await place_page(store, KILLS, alone, Page(limit=TOP_PLAYERS)) if len(names) == 1 else None
    if kept:
        persons = await people_of(store, kept, asked.game)
        return [_user(guid, kept.fought[guid], persons[guid].name) for guid in kept.guids]
    parameters = {
        **_days(asked),
        "weapons": names,
        "with_bots": int(asked.with_bots),
        "rows_max": TOP_PLAYERS,
    }
    rows = await store.rows("weapon_users", parameters)
    called = await player_names(store, [row["player_guid"] for row in rows], asked.game)
    return [_user(row["player_guid"], row, called[row["player_guid"]]) for row in rows]


def _user(guid: str, row: Row, name: str) -> WeaponUser:
    return WeaponUser(
        id=guid,
        name=name,
        player_id=guid,
        player_name=name,
        kills=row["kills"],
        headshots=row["headshots"],
        hs_ratio=percent(row["headshots"], row["kills"]),
    )


def _item(row: Row) -> WeaponItem:
    name = row["weapon"]
    return WeaponItem(
        id=row["key"],
        name=name,
        weapon=name,
        weapon_name=name,
        weapon_class=weapon_class(name),
        kills=row["kills"],
        total_kills=row["kills"],
        headshots=row["headshots"],
        deaths=row["deaths"],
        shots=row["shots_fired"],
        hits=row["shots_hit"],
        shots_fired=row["shots_fired"],
        shots_hit=row["shots_hit"],
        accuracy=percent(row["shots_hit"], row["shots_fired"]),
        headshot_ratio=percent(row["headshots"], row["kills"]),
        damage=points(row["damage"]),
        avg_kill_distance=metres(mean(row["kill_distance_sum"], row["distance_kill_count"])),
    )


def top_by_kills(rows: Sequence[Row]) -> list[dict[str, Any]]:
    """Folded rows, most kills first."""
    return sorted(folded(rows), key=lambda row: (-row["kills"], row["key"]))
