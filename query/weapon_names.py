"""Which received names are one weapon, and adding up what was done under them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any, Final

from clickhouse.client import ClickHouse
from query.games import MOHAA
from schema.weapons import weapon_key

NAMES_MAX: Final = 1000

Row = Mapping[str, Any]


async def received_name(store: ClickHouse, text: str, game: str = MOHAA) -> str:
    """The name a path means: exactly so, with `+` as spaces, else the most used one of the same weapon; else `text`."""
    # Mostly it is written as it was received: finding that one name reads hardly anything, listing all of them grows with them.
    for spelling in dict.fromkeys((text, text.replace("+", " "))):
        if spelling and await store.rows("weapon_known", {"game": game, "weapon": spelling}):
            return spelling
    key = weapon_key(text)
    return next((name for name in await _received(store, game) if weapon_key(name) == key), text)


async def spellings_of(store: ClickHouse, text: str, game: str = MOHAA) -> list[str]:
    """Every received name of the weapon that a path means, the most used one first; `text` alone when there is none."""
    names = await _received(store, game)
    key = weapon_key(text)
    return [name for name in names if weapon_key(name) == key] or [text.replace("+", " ")]


async def weapon_names(store: ClickHouse, game: str = MOHAA) -> list[str]:
    """Of each weapon the received name that was used most; the most used weapon first."""
    names: dict[str, str] = {}
    for name in await _received(store, game):
        names.setdefault(weapon_key(name), name)
    return list(names.values())


async def _received(store: ClickHouse, game: str) -> list[str]:
    """Most kills first."""
    rows = await store.rows("weapon_names", {"game": game, "rows_max": NAMES_MAX})
    return [row["weapon"] for row in rows]


def folded(rows: Iterable[Row]) -> list[dict[str, Any]]:
    """Rows with a `weapon` and sums, one for each weapon: under its first name and its `key`, numbers added up."""
    names: dict[str, str] = {}
    sums: dict[str, Counter[str]] = {}
    for row in rows:
        key = weapon_key(row["weapon"])
        names.setdefault(key, row["weapon"])
        sums.setdefault(key, Counter()).update(
            {column: value for column, value in row.items() if isinstance(value, int | float)}
        )
    return [{"key": key, "weapon": name, **sums[key]} for key, name in names.items()]
