"""One player against bots."""

from __future__ import annotations

import asyncio
from typing import Final

from query.periods import EVER
from query.player_rivals import rivals_of
from query.player_sums import _nothing, duels
from query.players import guids_of, player_names
from query.ratios import kd_ratio, mean, metres
from query.scope import EVERYTHING, Scope
from query.together import Asks
from schema.answers.players_deep import BotVictim, PlayerBots

BOTS_NAMED: Final = 100
"""Bots whose names are told."""


async def bots(store: Asks, guid: str, asked: Scope = EVERYTHING) -> PlayerBots:
    """Bots killed and killed by; distances, and anything but all of time and everywhere, of settled matches."""
    guids = await guids_of(store, guid, asked)
    of_all = asked.anywhere and asked.period == EVER and not asked.weapon
    duelled, met = await asyncio.gather(
        duels(store, guids, asked, "opponent", figures=["bots"]),
        rivals_of(store, guids, asked.game) if of_all else _nothing(),
    )
    fought = [row for row in duelled if row["with_bot"]]
    if of_all:
        rows = [row for row in met if row["bot"] or row["bots_killed"]]
        kills = {row["opponent_guid"]: row["bots_killed"] for row in rows}
        died = sum(row["killed_by"] + row["killed_by_bot"] for row in rows if row["bot"])
    else:
        kills = {row["label"]: row["bot_kills"] for row in fought}
        died = sum(row["deaths"] for row in fought)
    named = list(kills)[:BOTS_NAMED]
    names = await player_names(store, named, asked.game)
    by_name: dict[str, int] = {}
    for bot in named:
        by_name[names[bot]] = by_name.get(names[bot], 0) + kills[bot]
    victims = [
        BotVictim(name=name, kills=killed)
        for name, killed in sorted(by_name.items(), key=lambda one: (-one[1], one[0]))
        if killed
    ]
    killed = sum(kills.values())
    far, counted = (sum(row[name] for row in fought) for name in ("bot_kill_distance", "bot_distance_kills"))
    return PlayerBots(
        bot_kills=killed, deaths_to_bots=died, bot_deaths=died, bot_kd_ratio=kd_ratio(killed, died), bots_by_type=victims,
        top_bot_victims=victims[:10], avg_bot_kill_distance=metres(mean(far, counted)),
    )  # fmt: skip
