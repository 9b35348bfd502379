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
    next_cursor: str | None
    """What `cursor` takes to go on behind the last of these players; null when nobody follows."""


class LeaderboardTotal(Total, frozen=True, kw_only=True):
    """What `count_only` answers on a leaderboard: its shape without players."""

    players: list[LeaderboardEntry]
    page: int
    stat: str
    period: str


class SubjectEntry(Struct, frozen=True, kw_only=True):
    """One player of a weapon's, a map's or a game type's leaderboard."""

    rank: int
    id: str
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
    verified: bool


class WeaponLeaderboard(Struct, frozen=True, kw_only=True):
    """GET /stats/leaderboard/weapon/{w}."""

    weapon: str
    leaderboard: list[SubjectEntry]
    total: int
    next_cursor: str | None


class MapLeaderboard(Struct, frozen=True, kw_only=True):
    """GET /stats/leaderboard/map/{m}."""

    map: str
    leaderboard: list[SubjectEntry]
    total: int
    next_cursor: str | None


class GametypeLeaderboard(Struct, frozen=True, kw_only=True):
    """GET /stats/leaderboard/gametype/{g}."""

    game_type: str
    gametype: str
    leaderboard: list[SubjectEntry]
    total: int
    next_cursor: str | None


class Card(Struct, frozen=True, kw_only=True):
    """One of the three players on a card of GET /stats/leaderboard/cards; the value is a text for people."""

    player_id: str
    player_name: str
    value: str


class BoardEntry(Struct, frozen=True, kw_only=True):
    """One player of a leaderboard of combos or of contextual leaders."""

    rank: int
    player_id: str
    player_name: str
    guid: str
    name: str
    verified: bool
    value: float
    secondary: float | None
    """The figure beside the value, as the answer says; null where there is none."""


class ComboLeaderboard(Struct, frozen=True, kw_only=True):
    """GET /stats/leaderboard/combos."""

    metric: str
    entries: list[BoardEntry]
    total: int
    next_cursor: str | None


class PeakEntry(Struct, frozen=True, kw_only=True):
    """One player of the best in a part of the day or of the week."""

    rank: int
    player_id: str
    player_name: str
    guid: str
    name: str
    verified: bool
    value: float
    kills: int
    deaths: int
    kd: float


class PeakLeaderboard(Struct, frozen=True, kw_only=True):
    """GET /stats/leaderboard/peak."""

    dimension: str
    entries: list[PeakEntry]
    total: int
    next_cursor: str | None


class ContextualLeaderboard(Struct, frozen=True, kw_only=True):
    """GET /stats/leaderboard/contextual."""

    stat: str
    dimension: str
    value: str
    leaders: list[BoardEntry]
    total: int
    next_cursor: str | None


class Figure(Struct, frozen=True, kw_only=True):
    """One bar of GET /stats/query."""

    label: str
    value: float


class StatPercentile(Struct, frozen=True, kw_only=True):
    """Where a player stands in one stat."""

    value: float
    rank: int | None
    """1 for who has most; null for who has nothing of the stat."""
    total: int
    """How many are ranked."""
    percentile: float
    """Percent of the other ranked players who have less; more is not always better."""


class PlayerPercentiles(Struct, frozen=True, kw_only=True):
    """GET /stats/player/{guid}/percentiles: stat -> where the player stands in it."""

    player_id: str
    guid: str
    player_name: str
    name: str
    stats: dict[str, StatPercentile]
