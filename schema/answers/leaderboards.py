"""Ranked players."""

from __future__ import annotations

from msgspec import Struct

from schema.answers.totals import Total


class LeaderboardEntry(Struct, frozen=True, kw_only=True):
    """One player of a leaderboard: every stat of the period, whatever it ranks by."""

    rank: int
    player_id: str
    player_name: str
    guid: str
    name: str
    value: int | float | str
    """The ranked number; text for accuracy ("12.3%") and distance ("1.23km")."""
    display_value: str
    verified: bool
    """Whether the player is a logged-in forum member."""
    kills: int
    bot_kills: int
    total_kills: int
    deaths: int
    kd: float
    kd_ratio: float
    headshots: int
    accuracy: float
    shots_fired: int
    shots_hit: int
    damage: float
    suicides: int
    teamkills: int
    roadkills: int
    bash_kills: int
    grenade_kills: int
    telefrags: int
    crushed: int
    reloads: int
    weapon_swaps: int
    no_ammo: int
    looter: int
    distance_km: float
    sprinted: float
    swam: float
    driven: float
    jumps: int
    crouch_time: int
    prone_time: int
    ladders: int
    health_picked: int
    ammo_picked: int
    armor_picked: int
    items_picked: int
    objectives: int
    wins: int
    ffa_wins: int
    team_wins: int
    losses: int
    rounds: int
    games: int
    matches_played: int
    playtime_seconds: float


class Leaderboard(Struct, frozen=True, kw_only=True):
    """GET /stats/leaderboard: a page of ranked players and how many there are in all."""

    players: list[LeaderboardEntry]
    total: int
    page: int
    stat: str
    period: str


class LeaderboardTotal(Total, frozen=True, kw_only=True):
    """What `count_only` answers on a leaderboard: its shape without players."""

    players: list[LeaderboardEntry]
    page: int
    stat: str
    period: str


class SubjectEntry(Struct, frozen=True, kw_only=True):
    """One player of a weapon's or a map's leaderboard."""

    rank: int
    player_id: str
    player_name: str
    guid: str
    name: str
    value: int
    kills: int
    deaths: int
    kd: float
    headshots: int
    shots: int
    hits: int
    shots_fired: int
    shots_hit: int
    accuracy: float
    damage: float


class WeaponLeaderboard(Struct, frozen=True, kw_only=True):
    """GET /stats/leaderboard/weapon/{w}."""

    weapon: str
    leaderboard: list[SubjectEntry]


class MapLeaderboard(Struct, frozen=True, kw_only=True):
    """GET /stats/leaderboard/map/{m}."""

    map: str
    leaderboard: list[SubjectEntry]
