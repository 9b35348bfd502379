"""Where one player plays, kills, dies and is hit: by game type, on a map, on the body."""

from __future__ import annotations

import asyncio
from typing import Final

from query.player_sums import bind, counters_by, results_by
from query.players import guids_of
from query.ratios import kd_ratio, percent
from query.results import NONE
from query.scope import EVERYTHING, Scope
from query.together import Asks
from schema.answers.players_advanced import HeatPoint, PlayerGametype, PlayerHeatmap

HEAT_CELL: Final = 100
HEAT_ROWS_MAX: Final = 3000


async def gametypes(store: Asks, guid: str, scope: Scope = EVERYTHING) -> list[PlayerGametype]:
    """What a player did in each game type, most matches first."""
    guids = await guids_of(store, guid, scope)
    results, counted = await asyncio.gather(
        results_by(store, guids, scope, "gametype"), counters_by(store, guids, scope, "gametype", "fights")
    )
    found = [
        PlayerGametype(
            gametype=row["label"], kills=row["kills"], player_kills=row["kills"], bot_kills=row["bot_kills"], deaths=row["deaths"],
            headshots=row["headshots"], matches_played=row["matches_played"], matches_won=won.matches_won,
            matches_lost=won.matches_lost, win_rate=percent(won.matches_won, row["matches_played"]),
            kd_ratio=kd_ratio(row["kills"], row["deaths"]),
        )
        for row in counted
        for won in [results.get(row["label"], NONE)]
    ]  # fmt: skip
    return sorted(found, key=lambda one: (-one.matches_played, one.gametype))


async def heatmap(
    store: Asks, guid: str, map_name: str, kind: str, scope: Scope = EVERYTHING
) -> PlayerHeatmap:
    """Where a player kills (`kills`) or dies (`deaths`) on a map: settled matches."""
    bound = bind(
        await guids_of(store, guid, scope),
        scope,
        of_deaths=int(kind == "deaths"),
        cell_units=HEAT_CELL,
        rows_max=HEAT_ROWS_MAX,
    )
    rows = await store.rows("player_heatmap", {**bound, "map_name": map_name})
    return PlayerHeatmap(
        map_name=map_name,
        type=kind,
        points=[HeatPoint(x=row["cell_x"], y=row["cell_y"], count=row["value"]) for row in rows],
    )


async def body_heatmap(store: Asks, guid: str, game: str) -> dict[str, int]:
    """Hit location -> hits taken: hits and deaths there, of all time."""
    guids = await guids_of(store, guid)
    rows = await store.rows("player_hitlocs_of", {"game": game, "guids": guids})
    return {row["hitloc"]: row["taken"] + row["died"] for row in rows if row["taken"] + row["died"]}
