"""Search by the beginning of a name, in any case: players, maps, weapons, servers; matches by their id, map or server."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping, Sequence
from typing import Final

from clickhouse.client import ClickHouse
from query.games import MOHAA
from query.maps import map_list
from query.times import known
from query.weapons import weapon_list
from schema.answers.players import NamedPlayer
from schema.answers.search import FoundMatch, FoundServer, SearchAnswer

EACH_MAX: Final = 10
MATCH_ID_LEAST: Final = 4
"""So much of an id has to be given: fewer characters are the beginning of every other one."""

_OURS: Final = re.compile(r"[0-9a-f-]{1,36}")


async def search(
    store: ClickHouse, text: str, server_names: Mapping[str, str], game: str = MOHAA
) -> SearchAnswer:
    """What begins with `text`; nothing for an empty one. A map is also found without its folder and prefix.

    Matches are those whose id (the server's or ours) begins so, then the newest on the maps and servers that were found.
    """
    text = text.strip()
    if not text:
        return SearchAnswer(q="", players=[], maps=[], weapons=[], servers=[], matches=[])
    start = text.casefold()
    rows, known_maps, known_weapons = await asyncio.gather(
        store.rows("search_players", {"game": game, "text": text, "rows_max": EACH_MAX}),
        map_list(store, game),
        weapon_list(store, game),
    )
    maps = [one for one in known_maps.maps if _begins(start, one.name, one.display_name)][:EACH_MAX]
    servers = [
        FoundServer(id=server_id, name=name)
        for server_id, name in sorted(server_names.items(), key=lambda one: one[1].casefold())
        if _begins(start, name)
    ][:EACH_MAX]
    return SearchAnswer(
        q=text,
        players=[NamedPlayer(guid=row["player_guid"], name=row["found_name"]) for row in rows],
        maps=maps,
        weapons=[one for one in known_weapons.weapons if _begins(start, one.name, one.display_name)][
            :EACH_MAX
        ],
        servers=servers,
        matches=await _matches(store, text, [one.name for one in maps], [one.id for one in servers], game),
    )


def _begins(start: str, *names: str) -> bool:
    return any(name.casefold().startswith(start) for name in names)


async def _matches(
    store: ClickHouse, text: str, maps: Sequence[str], servers: Sequence[str], game: str
) -> list[FoundMatch]:
    start = text.lower() if len(text) >= MATCH_ID_LEAST else ""
    if not (start or maps or servers):
        return []
    parameters = {
        "game": game,
        "id_start": start,
        "uuid_start": start if _OURS.fullmatch(start) else "",
        "map_names": list(maps),
        "server_ids": list(servers),
        "rows_max": EACH_MAX,
    }
    rows = await store.rows("search_matches", parameters)
    return [
        FoundMatch(
            id=row["match"],
            match_wire_id=row["wire_id"],
            map_name=row["map"],
            server_id=row["server"],
            last_event_at=known(row["last_event_at"]),
        )
        for row in rows
    ]
