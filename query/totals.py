"""Figures of everything together."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

from clickhouse.client import ClickHouse
from query.games import MOHAA
from query.ratios import kd_ratio, percent
from schema.answers.totals import GlobalStats


async def global_stats(store: ClickHouse, now: datetime, game: str = MOHAA) -> GlobalStats:
    """How much was played in all, and by how many in the 24 hours before `now`. Bots count as what they are: players."""
    active_since = now.astimezone(UTC) - timedelta(hours=24)
    [row], [servers], [active] = await asyncio.gather(
        store.rows("global_totals", {"game": game}),
        store.rows("server_totals", {"game": game}),
        store.rows(
            "players_active", {"game": game, "active_since": active_since, "from_day": active_since.date()}
        ),
    )
    return GlobalStats(
        total_kills=row["kills"],
        total_bot_kills=row["bot_kills"],
        total_deaths=row["deaths"],
        total_headshots=row["headshots"],
        total_matches=row["matches"],
        total_players=row["players"],
        active_players_24h=active["players"],
        server_count=servers["servers"],
        server_avg_accuracy=percent(servers["shots_hit"], servers["shots_fired"]),
        server_avg_kd=kd_ratio(row["kills"], row["deaths"]),
    )
