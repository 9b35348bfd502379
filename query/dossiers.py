"""What a player's page shows beyond his totals. A player nobody ever saw has an empty dossier."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from clickhouse.client import ClickHouse
from query.games import MOHAA
from query.players import player_names
from query.ratios import percent
from schema.answers.dossiers import Dossier, Form, HitLocation, NameUsed, Opponent, Standing, WeekHour

FIGURES: Final = ("kills", "kd", "accuracy", "headshots", "damage")
"""In the order of dossier_standing.sql; `damage` is for each death."""
SAMPLE_MIN: Final = 20
"""Kills and deaths from which on somebody is compared with: those who looked in once would flatter all others."""
OPPONENTS: Final = 8
NAMES_MAX: Final = 30
FORM_MATCHES: Final = 12
FORM_DAYS: Final = 60

Row = Mapping[str, Any]


async def dossier(store: ClickHouse, guid: str, game: str = MOHAA) -> Dossier:
    """The dossier of a player by his full guid (query.players.player_guid finds it)."""
    one = {"game": game, "guid": guid}
    standing, (opponents, names), hits, hours, used = await asyncio.gather(
        store.rows("dossier_standing", {**one, "sample_min": SAMPLE_MIN}),
        _named_opponents(store, guid, game),
        store.rows("dossier_hit_locations", one),
        store.rows("dossier_hours", one),
        store.rows("dossier_names", {**one, "rows_max": NAMES_MAX}),
    )
    return Dossier(
        standings=_standings(standing[0]) if standing else [],
        compared_with=standing[0]["players"] - 1 if standing else 0,
        victims=_opponents(opponents, names, "kill_place", "killed"),
        nemeses=_opponents(opponents, names, "death_place", "killed_by"),
        hit_locations=[
            HitLocation(
                name=row["hitloc"],
                kills=row["kills_there"],
                deaths=row["deaths_there"],
                given=row["given"],
                taken=row["taken"],
            )
            for row in hits
        ],
        hours=[
            WeekHour(
                weekday=row["weekday"], hour=row["hour_of_day"], matches=row["matches"], kills=row["killed"]
            )
            for row in hours
        ],
        names=[
            NameUsed(
                name=row["player_name"],
                uses=row["used"],
                first_seen=row["seen_first"],
                last_seen=row["seen_last"],
            )
            for row in used
        ],
    )


async def _named_opponents(
    store: ClickHouse, guid: str, game: str
) -> tuple[Sequence[Row], Mapping[str, str]]:
    rows = await store.rows("dossier_opponents", {"game": game, "guid": guid, "places": OPPONENTS})
    return rows, await player_names(store, [row["opponent_guid"] for row in rows], game)


async def duel(store: ClickHouse, guid: str, other: str, game: str = MOHAA) -> tuple[int, int]:
    """How often a player killed another, and the other him."""
    [row] = await store.rows("dossier_duel", {"game": game, "guid": guid, "other": other})
    return row["killed"], row["killed_by"]


async def forms(
    store: ClickHouse,
    guids: Sequence[str],
    now: datetime,
    *,
    matches: int = FORM_MATCHES,
    days: int = FORM_DAYS,
    game: str = MOHAA,
) -> dict[str, Form]:
    """The last matches of each of these players, of the `days` before `now` (aware); who did not play is left out."""
    if not guids:
        return {}
    since = (now.astimezone(UTC) - timedelta(days=days)).replace(minute=0, second=0, microsecond=0)
    rows = await store.rows(
        "dossier_form", {"game": game, "guids": list(guids), "since": since, "matches_max": matches}
    )
    return {row["player_guid"]: Form(kills=row["kills_of"], deaths=row["deaths_of"]) for row in rows}


def _standings(row: Row) -> list[Standing]:
    others = row["players"] - 1
    return [
        Standing(
            figure=figure,
            value=round(row["own"][place], 3),
            average=round(row["average"][place], 3),
            percentile=round(percent(row["below"][place], others), 1),
            rank=row["above"][place] + 1,
        )
        for place, figure in enumerate(FIGURES)
    ]


def _opponents(rows: Sequence[Row], names: Mapping[str, str], place: str, counted: str) -> list[Opponent]:
    """The first of one order, without those who are in the rows for the other order only."""
    return [
        Opponent(
            guid=row["opponent_guid"],
            name=names[row["opponent_guid"]],
            is_bot=row["is_bot"],
            killed=row["killed"],
            killed_by=row["killed_by"],
            last_met=row["met_last"],
        )
        for row in sorted(rows, key=lambda row: int(row[place]))
        if row[place] <= OPPONENTS and row[counted]
    ]
