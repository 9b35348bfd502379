"""Game types: what was played how much. A match's own game type counts, else what its map's name says (spec/openmohaa.md 1.8)."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from clickhouse.client import ClickHouse
from query.maps import maps_played
from query.scope import EVERYTHING, Scope
from schema.answers.gametypes import GametypeItem, GametypeMap, GametypeName, GametypeNames, GametypePage
from schema.gametypes import API_GAMETYPES, GAMETYPES, OTHER, fold_gametype
from schema.map_names import display_name

DESCRIPTIONS: Final[Mapping[str, str]] = {
    "ffa": "Everybody against everybody.",
    "tdm": "Two teams, most kills win.",
    "round": "Two teams, one life in each round.",
    "obj": "One team has an objective, the other one prevents it.",
    "tow": "Two teams contend for a chain of points.",
    "lib": "The captured are freed by their team mates.",
    "ctf": "Two teams, one flag each.",
    OTHER: "Matches whose game type nobody said.",
}
ICONS: Final[Mapping[str, str]] = {
    "ffa": "crosshair", "tdm": "users", "round": "rotate", "obj": "target", "tow": "rope", "lib": "key", "ctf": "flag",
    OTHER: "question",
}  # fmt: skip

Row = Mapping[str, Any]
_NEVER_PLAYED: Final[Row] = {
    "kills": 0, "deaths": 0, "headshots": 0, "unique_players": 0, "total_matches": 0, "map_count": 0,
}  # fmt: skip


async def gametypes(store: ClickHouse, asked: Scope = EVERYTHING) -> list[GametypeItem]:
    """Every game type that was played, most matches first."""
    return [GametypeItem(**_item(_id(row["gametype"]), row)) for row in await _rows(store, asked, None)]


def gametype_list() -> GametypeNames:
    """Every game type there is."""
    return GametypeNames(
        gametypes=[
            GametypeName(id=name, name=_name(name), display_name=_name(name)) for name in (*GAMETYPES, OTHER)
        ]
    )


async def gametype_page(store: ClickHouse, word: str, asked: Scope = EVERYTHING) -> GametypePage | None:
    """One game type by any word for it and the maps it was played on; None for a word that means none."""
    gametype = "" if word.lower() == OTHER else fold_gametype(word)
    if not gametype and word.lower() != OTHER:
        return None
    rows, played = await asyncio.gather(_rows(store, asked, gametype), _maps(store, asked, gametype))
    return GametypePage(
        **_item(_id(gametype), rows[0] if rows else _NEVER_PLAYED),
        maps=played,
    )


async def _maps(store: ClickHouse, asked: Scope, gametype: str) -> list[GametypeMap]:
    """The maps a game type was played on; none of the unknown one."""
    if not gametype:
        return []
    return [
        GametypeMap(
            name=row["map_name"],
            map_name=row["map_name"],
            display_name=display_name(row["map_name"]),
            matches=row["total_matches"],
            kills=row["kills"],
        )
        for row in await maps_played(store, replace(asked, gametype=gametype))
    ]


async def _rows(store: ClickHouse, asked: Scope, gametype: str | None) -> list[dict[str, Any]]:
    """Of one game type (empty: unknown), or of each of them."""
    by_days = not asked.server_id and not asked.map_name and asked.period.whole_days
    wanted = asked.gametype if gametype is None else gametype
    parameters = {
        **asked.parameters(),
        "one": int(gametype is not None or bool(asked.gametype)),
        "gametype": wanted,
    }
    return await store.rows("gametypes" if by_days else "gametypes_scoped", parameters)


def _id(gametype: str) -> str:
    return gametype or OTHER


def _name(id: str) -> str:
    return GAMETYPES[id].display_name if id in GAMETYPES else API_GAMETYPES.get(id, id)


def _item(id: str, row: Row) -> dict[str, Any]:
    return {
        "id": id,
        "gametype": id,
        "name": _name(id),
        "display_name": _name(id),
        "description": DESCRIPTIONS.get(id, ""),
        "icon": ICONS.get(id, "question"),
        "total_matches": row["total_matches"],
        "matches_played": row["total_matches"],
        "total_kills": row["kills"],
        "total_deaths": row["deaths"],
        "total_headshots": row["headshots"],
        "unique_players": row["unique_players"],
        "total_players": row["unique_players"],
        "map_count": row["map_count"],
    }
