"""How one player's last matches went, and what they say of the next (spec/openmohaa.md 7.2)."""

from __future__ import annotations

import asyncio
from datetime import datetime
from typing import Final

from query.player_rivals import rivals_of
from query.players import guids_of, player_matches, player_names
from query.ratios import mean
from query.scope import EVERYTHING, Scope
from query.together import Asks
from schema.answers.players_advanced import PerformancePoint, PerformanceSeries, Prediction, RivalForecast

PERFORMANCE_MATCHES: Final = 20
FORECAST_MATCHES: Final = 10


async def performance(store: Asks, guid: str, scope: Scope = EVERYTHING) -> list[PerformancePoint]:
    """The last 20 matches of the scope, oldest first."""
    matches = await player_matches(store, guid, {}, scope, limit=PERFORMANCE_MATCHES)
    return [
        PerformancePoint(
            match_id=match.match_id, kills=match.kills, deaths=match.deaths, kd=match.kd, played_at=match.played_at,
            label=f"{match.started_at:%Y-%m-%d %H:%M}",
        )
        for match in reversed(matches)
    ]  # fmt: skip


async def performance_series(store: Asks, guid: str, scope: Scope = EVERYTHING) -> PerformanceSeries:
    """The same as columns."""
    points = await performance(store, guid, scope)
    return PerformanceSeries(
        labels=[point.label for point in points], kills=[point.kills for point in points],
        deaths=[point.deaths for point in points], kd=[point.kd for point in points], played_at=[point.played_at for point in points],
    )  # fmt: skip


async def prediction(store: Asks, guid: str, now: datetime, scope: Scope = EVERYTHING) -> Prediction:
    """What the last ten matches of the scope say of the next; rivals are those of all time.

    Deaths: their average. Kills: deaths expected x K/D expected. Confidence n / (n + 5) of n matches, less for uneven ones:
    divided by 1 + deviation / mean. A rival: (kills + 1) / (kills + deaths + 2).
    """
    guids = await guids_of(store, guid, scope)
    own, game = guids[0], scope.game
    recent, met = await asyncio.gather(
        player_matches(store, guid, {}, scope, limit=FORECAST_MATCHES), rivals_of(store, guids, game)
    )
    matches = [match for match in recent if match.kills + match.deaths]
    ratios = [match.kd for match in matches]
    average = mean(sum(ratios), len(ratios))
    deviation = mean(sum((one - average) ** 2 for one in ratios), len(ratios)) ** 0.5
    deaths = mean(sum(match.deaths for match in matches), len(matches))
    trend = "stable"
    if len(ratios) >= 3:
        trend = (
            "improving"
            if ratios[0] > 1.1 * average
            else "declining"
            if ratios[0] < 0.9 * average
            else "stable"
        )
    ranked = sorted(met, key=lambda row: (-row["killed"], row["opponent_guid"]))
    rivals = [row for row in ranked if row["killed"]][:3]
    names = await player_names(store, [row["opponent_guid"] for row in rivals], game)
    steady = 1 + (deviation / average if average else 0)
    return Prediction(
        guid=own, expected_kd=average, trend=trend, confidence=round(len(ratios) / (len(ratios) + 5) / steady, 3),
        predicted_kills=round(average * deaths if deaths else mean(sum(m.kills for m in matches), len(matches))),
        predicted_deaths=round(deaths), recent_performance=ratios, last_updated=now,
        rival_analysis=[
            RivalForecast(
                opponent_guid=row["opponent_guid"], opponent_name=names[row["opponent_guid"]],
                win_prob=round((row["killed"] + 1) / (row["killed"] + row["killed_by"] + 2), 3),
                nemesis=row["killed_by"] > row["killed"],
            )
            for row in rivals
        ],
    )  # fmt: skip
