"""Totals of everything, and counts."""

from __future__ import annotations

from msgspec import Struct


class GlobalStats(Struct, frozen=True, kw_only=True):
    """GET /stats/global."""

    total_kills: int
    total_bot_kills: int
    total_deaths: int
    total_headshots: int
    total_matches: int
    total_players: int
    active_players_24h: int
    server_count: int
    server_avg_accuracy: float
    server_avg_kd: float
    total_achievements_unlocked: int = 0
    """No achievement can be unlocked yet."""


class Total(Struct, frozen=True, kw_only=True):
    """What `count_only` answers."""

    total: int
