"""Search by the beginning of a name, in any case: players, maps, weapons, servers; matches by their full id."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Final

from clickhouse.client import ClickHouse
from query.games import MOHAA
from query.maps import map_list
from query.matches import summary_row
from query.scope import Scope
from query.weapons import weapon_list
from schema.answers.players import NamedPlayer
from schema.answers.search import FoundMatch, FoundServer, SearchAnswer

EACH_MAX: Final = 10
MATCH_ID_LEAST: Final = 8


async def search(
    store: ClickHouse, text: str, server_names: Mapping[str, str], game: str = MOHAA
) -> SearchAnswer:
    """What begins with `text`; nothing for an empty one. A map is also found without its folder and prefix."""
    text = text.strip()
    if not text:
        return SearchAnswer(q="", players=[], maps=[], weapons=[], servers=[], matches=[])
    start = text.casefold()
    rows, map_names, weapon_names, matches = await asyncio.gather(
        store.rows("search_players", {"game": game, "text": text, "rows_max": EACH_MAX}),
        map_list(store, game),
        weapon_list(store, Scope(game=game)),
        _matches(store, text, game),
    )
    maps, weapons = map_names.maps, weapon_names.weapons
    return SearchAnswer(
        q=text,
        players=[NamedPlayer(guid=row["player_guid"], name=row["found_name"]) for row in rows],
        maps=[one for one in maps if _begins(start, one.name, one.display_name)][:EACH_MAX],
        weapons=[one for one in weapons if _begins(start, one.name, one.display_name)][:EACH_MAX],
        servers=[
            FoundServer(id=server_id, name=name)
            for server_id, name in sorted(server_names.items(), key=lambda one: one[1].casefold())
            if _begins(start, name)
        ][:EACH_MAX],
        matches=matches,
    )


def _begins(start: str, *names: str) -> bool:
    return any(name.casefold().startswith(start) for name in names)


async def _matches(store: ClickHouse, text: str, game: str) -> list[FoundMatch]:
    row = await summary_row(store, text, game) if len(text) >= MATCH_ID_LEAST else None
    if row is None:
        return []
    return [FoundMatch(id=row["match"], match_wire_id=row["wire_id"], map_name=row["map"])]
