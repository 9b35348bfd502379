"""Whom one player met: nemesis and victim, and two players against each other."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

from query.player_sums import ROWS_MAX, duels, first
from query.players import guids_of, player_names
from query.ratios import kd_ratio
from query.scope import EVERYTHING, Scope
from query.together import Asks, asking
from schema.answers.players_advanced import Versus, VersusWeapon
from schema.answers.players_deep import DeepRivals

Row = Mapping[str, Any]


async def rivals_of(store: Asks, guids: Sequence[str], game: str, other: str = "") -> Sequence[Row]:
    """Opponents of all time, those met most first."""
    return await store.rows(
        "player_rivals", {"game": game, "guids": list(guids), "other": other, "rows_max": ROWS_MAX}
    )


async def rivals(store: Asks, guids: Sequence[str], game: str) -> tuple[DeepRivals, int, str]:
    """Nemesis and favourite victim of all time; with the kills at the pelvis, and his own name, since names are asked for once."""
    [row] = await store.rows("player_nemesis", {"game": game, "guids": list(guids)})
    nemesis = row["nemesis"] if row["nemesis_kills"] else None
    victim = row["victim"] if row["victim_kills"] else None
    met = [guid for guid in (nemesis, victim) if guid is not None]
    names = await player_names(store, [guids[0], *met], game)
    return DeepRivals(
        nemesis_name=names[nemesis] if nemesis is not None else None, nemesis_guid=nemesis, nemesis_kills=row["nemesis_kills"],
        victim_name=names[victim] if victim is not None else None, victim_guid=victim, victim_kills=row["victim_kills"],
    ), row["nutshots"], names[guids[0]]  # fmt: skip


async def versus(store: Asks, guid: str, other: str, scope: Scope = EVERYTHING) -> Versus:
    """Two players against each other, of all time."""
    guids, [opponent, *_] = await asyncio.gather(guids_of(store, guid, scope), guids_of(store, other, scope))
    own = guids[0]
    async with asking(store) as together:
        met, names, by_weapon, by_map, fought = await asyncio.gather(
            rivals_of(together, guids, scope.game, opponent),
            player_names(together, [own, opponent], scope.game),
            duels(together, guids, scope, "weapon", opponent=opponent),
            duels(together, guids, scope, "map", opponent=opponent),
            duels(together, guids, scope, "", opponent=opponent, figures=["matches"]),
        )
    row, whole = first(met), first(fought)

    def split(rows: Sequence[Row]) -> list[VersusWeapon]:
        return [VersusWeapon(weapon=one["label"], kills=one["kills"], deaths=one["deaths"]) for one in rows]

    return Versus(
        guid=own, name=names[own], opponent_guid=opponent, opponent_name=names[opponent], kills=row["killed"], deaths=row["killed_by"],
        team_kills=row["team_killed"], team_deaths=row["team_killed_by"], kd_ratio=kd_ratio(row["killed"], row["killed_by"]),
        matches=whole["matches"], last_met=row["met_at"] or None, weapons=split(by_weapon), maps=split(by_map),
    )  # fmt: skip
