"""When, where and with what one player does best (spec/openmohaa.md 7.2)."""

from __future__ import annotations

import asyncio
import calendar
from typing import Final

from query.player_sums import Figures, Needs, basis, counters_by, results_by
from query.player_weapons import best_weapon
from query.players import guids_of
from query.ratios import kd_ratio, mean, percent
from query.results import NONE, Results
from query.scope import EVERYTHING, Scope
from query.together import Asks, asking
from query.visits import longest_run
from schema.answers.players_advanced import (
    BestConditions,
    DayPeak,
    HourPeak,
    MapPeak,
    PeakPerformance,
    Streaks,
    WeaponPeak,
)

PEAKS: Final = Needs((), ("runs", "visits"))


async def peak_performance(store: Asks, guid: str, scope: Scope = EVERYTHING) -> PeakPerformance:
    """When, where and with what a player does best."""
    async with asking(store) as together:
        guids = await guids_of(together, guid, scope)
        (
            (of, (weapon, weapon_kills), hour_results, day_results),
            (hour_rows, day_rows, maps),
        ) = await asyncio.gather(
            asyncio.gather(
                basis(together, guids, scope, PEAKS),
                best_weapon(together, guids, scope),
                results_by(together, guids, scope, "hour"),
                results_by(together, guids, scope, "day_of_week"),
            ),
            asyncio.gather(
                counters_by(together, guids, scope, "hour", "fights"),
                counters_by(together, guids, scope, "day_of_week", "fights"),
                counters_by(together, guids, scope, "map", "fights"),
            ),
        )
    hours = sorted(
        (_hour(row, hour_results.get(row["label"], NONE)) for row in hour_rows), key=lambda one: one.hour
    )
    days = [_day(row, day_results.get(row["label"], NONE)) for row in day_rows]
    best_hour = max(
        (h for h in hours if h.kills + h.deaths > 10), key=lambda one: (one.kd_ratio, -one.hour), default=None
    )
    best_day = max(
        (d for d in days if d.kills + d.deaths > 20),
        key=lambda one: (one.kd_ratio, -one.day_num),
        default=None,
    )
    top_map = max(
        (row for row in maps if row["label"]), key=lambda row: (row["kills"], row["label"]), default=None
    )
    shots = {int(row["label"]): row["shots_fired"] for row in hour_rows}
    accurate = max(
        (h for h in hours if shots[h.hour] > 50), key=lambda one: (one.accuracy, -one.hour), default=None
    )
    winning = max((h for h in hours if h.wins), key=lambda one: (one.wins, -one.hour), default=None)
    losing = max((h for h in hours if h.losses), key=lambda one: (one.losses, -one.hour), default=None)
    s, course = of.sequences, of.results.course
    return PeakPerformance(
        best_hour=best_hour, best_day=best_day,
        best_map=MapPeak(map_name=top_map["label"], kills=top_map["kills"], kd_ratio=kd_ratio(top_map["kills"], top_map["deaths"])) if top_map else None,
        best_weapon=WeaponPeak(weapon_name=weapon, kills=weapon_kills) if weapon_kills else None,
        hourly_breakdown=hours, daily_breakdown=days, most_accurate_at=_clock(accurate), most_wins_at=_clock(winning),
        most_losses_at=_clock(losing),
        best_conditions=BestConditions(
            best_hour_label=_part_of_day(best_hour.hour if best_hour else None), best_day=best_day.day_of_week if best_day else "",
            best_map=top_map["label"] if top_map else "", optimal_session_mins=round(mean(s["sessions_ms"], s["sessions"]) / 60_000),
        ),
        streaks=Streaks(
            current_streak=s["current_streak"], best_kill_streak=s["best_streak"], best_win_streak=longest_run(course, 1),
            worst_loss_streak=longest_run(course, 0),
        ),
    )  # fmt: skip


def _hour(row: Figures, result: Results) -> HourPeak:
    return HourPeak(
        hour=int(row["label"]), kills=row["kills"], player_kills=row["kills"], bot_kills=row["bot_kills"], deaths=row["deaths"],
        kd_ratio=kd_ratio(row["kills"], row["deaths"]), accuracy=percent(row["shots_hit"], row["shots_fired"]),
        wins=result.matches_won, losses=result.matches_lost,
    )  # fmt: skip


def _day(row: Figures, result: Results) -> DayPeak:
    number = int(row["label"])
    return DayPeak(
        day_of_week=calendar.day_name[number - 1], day_num=number, kills=row["kills"], player_kills=row["kills"],
        bot_kills=row["bot_kills"], deaths=row["deaths"], kd_ratio=kd_ratio(row["kills"], row["deaths"]),
        accuracy=percent(row["shots_hit"], row["shots_fired"]), wins=result.matches_won, losses=result.matches_lost,
    )  # fmt: skip


def _part_of_day(hour: int | None) -> str:
    if hour is None:
        return ""
    return (
        "Morning"
        if 5 <= hour < 12
        else "Afternoon"
        if 12 <= hour < 17
        else "Evening"
        if 17 <= hour < 21
        else "Night"
    )


def _clock(peak: HourPeak | None) -> str:
    return f"{peak.hour:02d}:00" if peak else ""
