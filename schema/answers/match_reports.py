"""What happened in a match: report, timeline, heatmap, who killed whom, moments, prediction."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct

from schema.answers.matches import ScoreboardRow


class MatchInfo(Struct, frozen=True, kw_only=True):
    """A match as the live list tells it (spec/openmohaa.md 3.3)."""

    match_id: str
    """As received, as in the live list."""
    server_id: str
    server_name: str
    map_name: str
    gametype: str
    allies_score: int
    axis_score: int
    player_count: int
    max_players: int
    round_number: int
    started_at: datetime


class ReportEvent(Struct, frozen=True, kw_only=True):
    """One event of the report's timeline."""

    timestamp: float
    """Unix seconds."""
    type: str
    actor: str
    actor_id: str
    target: str
    target_id: str
    detail: str
    """Weapon of a kill; winning team, objective or number of a round."""


class TimelineEvent(Struct, frozen=True, kw_only=True):
    """One event of GET /stats/match/{id}/timeline."""

    timestamp: datetime
    event_type: str
    kill_kind: str
    actor_name: str
    actor_id: str
    actor_team: str
    target_name: str
    target_id: str
    target_team: str
    weapon: str
    hitloc: str
    round_number: int
    distance_m: float
    """0 when a position is unknown."""


class Versus(Struct, frozen=True, kw_only=True):
    """What a player and one opponent did to each other in a match."""

    opponent_id: str
    opponent_name: str
    kills: int
    deaths: int
    bot_kills: int
    team_kills: int


class MatchWeapon(Struct, frozen=True, kw_only=True):
    """What was done with a weapon in a match; its other spellings are in it."""

    id: str
    name: str
    weapon: str
    weapon_name: str
    kills: int
    headshots: int
    shots_fired: int
    shots_hit: int
    accuracy: float
    damage: float


class KillMatrix(Struct, frozen=True, kw_only=True):
    """Who killed whom: `kills[i][j]` is how often players[i] killed players[j] (R1 and R7)."""

    players: list[MatrixPlayer]
    kills: list[list[int]]


class MatrixPlayer(Struct, frozen=True, kw_only=True):
    """One row and column of the matrix."""

    guid: str
    name: str
    team: str


class Moment(Struct, frozen=True, kw_only=True):
    """A moment of a match worth telling."""

    kind: str
    """first_blood, longest_kill, best_streak, best_multi_kill or last_kill."""
    at: datetime
    player_id: str
    player_name: str
    target_id: str
    """Who was killed; empty for a run of several."""
    target_name: str
    weapon: str
    value: float
    """Metres of the longest kill; kills of a streak or a multi-kill; else 1."""
    display_value: str


class MatchReport(Struct, frozen=True, kw_only=True):
    """GET /stats/match/{id}/advanced."""

    match_id: str
    match_wire_id: str
    map_name: str
    game_mode: str
    gametype: str
    server_id: str
    server_name: str
    started_at: datetime
    ended_at: datetime
    duration: float
    """Seconds."""
    is_finished: bool
    team_match: bool
    winning_team: str
    allies_score: int
    axis_score: int
    total_kills: int
    info: MatchInfo
    timeline: list[ReportEvent]
    versus: dict[str, list[Versus]]
    """By player name; of two players with one name the second has his id behind it."""
    top_weapons: list[MatchWeapon]
    players: list[ScoreboardRow]
    moments: list[Moment]


class MatchHeatPoint(Struct, frozen=True, kw_only=True):
    """Where somebody stood who killed, or died, in a match; game units."""

    id: int
    type: str
    """kill or death."""
    x: float
    y: float
    z: float
    label: str


class PredictedPlayer(Struct, frozen=True, kw_only=True):
    """A player's part in a prediction."""

    player_id: str
    player_name: str
    team: str
    kills: int
    form: float
    """(kills + 10) / (deaths + 10) of the 90 days before: 1 for somebody unknown."""
    win_prob: float
    """Percent; of his team, or his own where everybody plays alone."""


class MatchPrediction(Struct, frozen=True, kw_only=True):
    """GET /stats/match/{id}/predictions: the formula is in docs/answers.md."""

    match_id: str
    allies_win_prob: float
    """Percent; 0 where there are no teams."""
    axis_win_prob: float
    expected_winner: str
    """allies, axis, or a player's name where everybody plays alone; empty when nobody is ahead."""
    confidence: float
    """0 to 1: how much is known of the players."""
    is_finished: bool
    winning_team: str
    key_players: list[str]
    factors: list[str]
    players: list[PredictedPlayer]
