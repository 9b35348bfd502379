"""Weapons, by the names they were received under."""

from __future__ import annotations

from typing import Final

from clickhouse.client import ClickHouse
from query.games import MOHAA
from query.leaderboards import weapon_leaderboard
from query.rankings import Page
from query.ratios import mean, metres, percent, points
from query.scope import Scope
from query.times import known
from schema.answers.weapons import WeaponItem, WeaponPage, WeaponStats, WeaponUser
from schema.weapons import weapon_class, weapon_key

LIMIT: Final = 10
LIMIT_MAX: Final = 100
NAMES_MAX: Final = 1000
TOP_PLAYERS: Final = 10


async def weapons(store: ClickHouse, *, limit: int = LIMIT, game: str = MOHAA) -> list[WeaponItem]:
    """The weapons with most kills first."""
    rows = await store.rows("weapons", {"game": game, "rows_max": limit})
    return [
        WeaponItem(
            id=weapon_key(row["weapon"]),
            name=row["weapon"],
            weapon=row["weapon"],
            weapon_name=row["weapon"],
            weapon_class=weapon_class(row["weapon"]),
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
        )
        for row in rows
    ]


async def received_name(store: ClickHouse, text: str, game: str = MOHAA) -> str:
    """The name a path means: exactly so, with `+` as spaces, else the most used one of the same weapon; else `text`."""
    rows = await store.rows("weapon_names", {"game": game, "rows_max": NAMES_MAX})
    names = [row["weapon"] for row in rows]
    for spelling in (text, text.replace("+", " ")):
        if spelling in names:
            return spelling
    key = weapon_key(text)
    return next((name for name in names if weapon_key(name) == key), text)


async def weapon_page(store: ClickHouse, weapon: str, game: str = MOHAA) -> WeaponPage:
    """Everything about a weapon, by the name it was received under; zeros for one nobody used."""
    [row] = await store.rows("weapon", {"game": game, "weapon": weapon})
    leaders = await weapon_leaderboard(store, Scope(weapon=weapon, game=game), Page(limit=TOP_PLAYERS))
    accuracy = percent(row["shots_hit"], row["shots_fired"])
    return WeaponPage(
        stats=WeaponStats(
            name=weapon,
            total_kills=row["kills"],
            total_headshots=row["headshots"],
            total_deaths=row["deaths"],
            shots_fired=row["shots_fired"],
            shots_hit=row["shots_hit"],
            unique_users=row["unique_users"],
            last_used=known(row["last_used_at"]),
            avg_kill_distance=metres(mean(row["kill_distance_sum"], row["distance_kill_count"])),
            accuracy=accuracy,
            headshot_ratio=percent(row["headshots"], row["kills"]),
            damage=points(row["damage"]),
        ),
        top_players=[
            WeaponUser(
                id=entry.guid,
                name=entry.name,
                player_id=entry.guid,
                player_name=entry.name,
                kills=entry.kills,
                headshots=entry.headshots,
                hs_ratio=percent(entry.headshots, entry.kills),
            )
            for entry in leaders.leaderboard
        ],
        name=weapon,
        total_kills=row["kills"],
        total_headshots=row["headshots"],
        avg_accuracy=accuracy,
    )
