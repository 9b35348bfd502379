"""Figures of everything together."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

from clickhouse.client import ClickHouse
from query.games import MOHAA
from query.ratios import kd_ratio, percent
from schema.answers.totals import GlobalStats


async def global_stats(store: ClickHouse, now: datetime, game: str = MOHAA) -> GlobalStats:
    """How much was played in all, and by how many in the 24 hours before `now`. Bots count as what they are: players."""
    active_since = now - timedelta(hours=24)
    [row], [matches] = await asyncio.gather(
        store.rows("global_totals", {"game": game, "active_since": active_since}),
        store.rows("match_count", {"game": game}),
    )
    return GlobalStats(
        total_kills=row["kills"],
        total_bot_kills=row["bot_kills"],
        total_deaths=row["deaths"],
        total_headshots=row["headshots"],
        total_matches=matches["matches"],
        total_players=row["players"],
        active_players_24h=row["active_players"],
        server_count=matches["servers"],
        server_avg_accuracy=percent(row["shots_hit"], row["shots_fired"]),
        server_avg_kd=kd_ratio(row["kills"], row["deaths"]),
    )
