"""The two teams against each other."""

from __future__ import annotations

from msgspec import Struct


class TeamFigures(Struct, frozen=True, kw_only=True):
    """What one team did, in game types that have two."""

    kills: int
    deaths: int
    headshots: int
    kd_ratio: float
    wins: int
    """Matches it won."""
    losses: int
    win_rate: float
    """Percent of the matches somebody won."""
    objectives_done: int
    top_weapon: str


class TeamPerformance(Struct, frozen=True, kw_only=True):
    """GET /stats/teams/performance."""

    axis: TeamFigures
    allies: TeamFigures


class MapBalance(TeamPerformance, frozen=True, kw_only=True):
    """How the teams balance on one map."""

    map_name: str
    display_name: str
    matches: int
    """Matches in game types with two teams."""
