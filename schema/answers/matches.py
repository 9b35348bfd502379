"""Matches, one and many."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct


class MatchItem(Struct, frozen=True, kw_only=True):
    """One match of a list."""

    id: str
    match_id: str
    match_wire_id: str
    map: str
    map_name: str
    gametype: str
    server_id: str
    server_name: str
    start_time: datetime
    started_at: datetime
    ended_at: datetime
    duration: float
    """Seconds from the first event to the last."""
    player_count: int
    max_players: int
    kills: int
    winning_team: str
    allies_score: int
    axis_score: int
    cursor: str
    """Give it as `cursor` to get the matches behind this one."""


class MatchSummary(Struct, frozen=True, kw_only=True):
    """Where, when and how a match was played."""

    map_name: str
    gametype: str
    server_id: str
    server_name: str
    started_at: datetime
    ended_at: datetime
    duration: float
    is_finished: bool
    """Whether the server said that it ended."""
    total_kills: int
    total_bot_kills: int
    total_deaths: int
    total_headshots: int
    unique_players: int
    max_players: int
    rounds: int
    winning_team: str
    allies_score: int
    axis_score: int


class ScoreboardRow(Struct, frozen=True, kw_only=True):
    """What one player did in a match."""

    player_id: str
    player_name: str
    guid: str
    name: str
    team: str
    is_bot: bool
    kills: int
    bot_kills: int
    deaths: int
    kd: float
    headshots: int
    suicides: int
    team_kills: int
    damage_dealt: float
    damage_taken: float
    shots_fired: int
    shots_hit: int
    accuracy: float
    playtime_seconds: float


class Match(Struct, frozen=True, kw_only=True):
    """GET /stats/match/{id}."""

    match_id: str
    match_wire_id: str
    summary: MatchSummary
    scoreboard: list[ScoreboardRow]
