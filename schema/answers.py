"""What the API answers, as types (spec/openmohaa.md 4.2-4.5): JSON keys are the field names.

Where pages of the forum disagree about a key, both spellings are here. Numbers are finite; times are aware UTC and leave
as RFC 3339 with Z; `_s` and `_seconds` are seconds, `_km` kilometres, `distance_traveled` and `avg_kill_distance` metres,
`sprinted`, `swam`, `driven`, `x` and `y` game units, accuracy and ratios named `hs_` percent.
"""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct

UNKNOWN_PLAYER = "Unknown Soldier"
UNKNOWN_SERVER = "Unknown Server"


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


class Total(Struct, frozen=True, kw_only=True):
    """What `count_only` answers."""

    total: int


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


class WeaponItem(Struct, frozen=True, kw_only=True):
    """One weapon of the list."""

    id: str
    name: str
    weapon: str
    weapon_name: str
    weapon_class: str
    kills: int
    total_kills: int
    headshots: int
    deaths: int
    shots: int
    hits: int
    shots_fired: int
    shots_hit: int
    accuracy: float
    headshot_ratio: float
    damage: float


class WeaponStats(Struct, frozen=True, kw_only=True):
    """Everything about one weapon."""

    name: str
    total_kills: int
    total_headshots: int
    total_deaths: int
    shots_fired: int
    shots_hit: int
    unique_users: int
    last_used: datetime | None
    """Null when it was never used."""
    avg_kill_distance: float
    accuracy: float
    headshot_ratio: float
    damage: float


class WeaponUser(Struct, frozen=True, kw_only=True):
    """A player who kills much with a weapon."""

    id: str
    name: str
    player_id: str
    player_name: str
    kills: int
    headshots: int
    hs_ratio: float


class WeaponPage(Struct, frozen=True, kw_only=True):
    """GET /stats/weapon/{w}."""

    stats: WeaponStats
    top_players: list[WeaponUser]
    name: str
    total_kills: int
    total_headshots: int
    avg_accuracy: float


class MapItem(Struct, frozen=True, kw_only=True):
    """One map of the list."""

    id: str
    name: str
    map_name: str
    display_name: str
    total_matches: int
    matches_played: int
    total_kills: int
    kills: int
    total_deaths: int
    total_headshots: int
    unique_players: int
    avg_kill_distance: float
    hs_percent: float
    avg_duration: int
    avg_playtime: int
    """As avg_duration: seconds a match lasts on average."""
    avg_players: float


class MapPlayer(Struct, frozen=True, kw_only=True):
    """A player who kills much on a map."""

    id: str
    name: str
    player_id: str
    player_name: str
    kills: int
    deaths: int


class HeatPoint(Struct, frozen=True, kw_only=True):
    """A square of a map, by its lower corner, and what was counted in it."""

    x: float
    y: float
    value: int


class HeatmapData(Struct, frozen=True, kw_only=True):
    """Both heatmaps of a map."""

    kills: list[HeatPoint]
    deaths: list[HeatPoint]


class MapPage(Struct, frozen=True, kw_only=True):
    """GET /stats/map/{m}."""

    map_name: str
    name: str
    display_name: str
    total_matches: int
    total_kills: int
    total_deaths: int
    total_headshots: int
    unique_players: int
    total_playtime: int
    avg_duration: int
    avg_players: float
    top_players: list[MapPlayer]
    heatmap_data: HeatmapData


class PlayerWeapon(Struct, frozen=True, kw_only=True):
    """What a player did with a weapon, by the name the game showed."""

    weapon: str
    name: str
    weapon_name: str
    kills: int
    player_kills: int
    bot_kills: int
    deaths: int
    damage: float
    headshots: int
    shots_fired: int
    shots_hit: int
    shots: int
    hits: int
    accuracy: float


class PlayerMap(Struct, frozen=True, kw_only=True):
    """What a player did on a map."""

    map_name: str
    kills: int
    player_kills: int
    bot_kills: int
    deaths: int
    headshots: int
    matches_played: int
    matches_won: int
    kd_ratio: float


class PlayerMatch(Struct, frozen=True, kw_only=True):
    """What a player did in a match."""

    id: str
    match_id: str
    map_name: str
    gametype: str
    server_id: str
    server_name: str
    team: str
    kills: int
    bot_kills: int
    deaths: int
    headshots: int
    kd: float
    started_at: datetime
    ended_at: datetime
    date: int
    """Unix seconds of its begin."""
    played_at: int
    result: str
    """win, loss, or empty: not decided."""
    won: bool
    score: str
    """`allies-axis` in team games, else empty."""


class PlayerStats(Struct, frozen=True, kw_only=True):
    """A player's figures of all time."""

    guid: str
    name: str
    player_name: str
    is_bot: bool
    verified: bool
    kills: int
    bot_kills: int
    total_kills: int
    deaths: int
    total_deaths: int
    world_deaths: int
    kd_ratio: float
    headshots: int
    total_headshots: int
    headshot_percent: float
    accuracy: float
    shots_fired: int
    shots_hit: int
    damage_dealt: float
    total_damage: float
    damage_taken: float
    suicides: int
    team_kills: int
    bash_kills: int
    grenade_kills: int
    torso_kills: int
    limb_kills: int
    standing_kills: int
    crouching_kills: int
    prone_kills: int
    matches_played: int
    matches_won: int
    wins: int
    losses: int
    games_finished: int
    win_rate: float
    playtime: float
    playtime_seconds: float
    playtime_minutes: float
    kills_per_minute: float
    distance_traveled: float
    jumps: int
    first_seen: datetime | None
    """Null for a player nobody ever saw."""
    last_seen: datetime | None
    weapons: list[PlayerWeapon]
    maps: list[PlayerMap]
    performance: list[PlayerMatch]
    """The last 20 matches, oldest first."""
    recent_matches: list[PlayerMatch]
    achievements: list[str]


class PlayerPage(PlayerStats, frozen=True, kw_only=True):
    """GET /stats/player/{guid}: under `player` and, for pages that do not unwrap, at the top as well."""

    player: PlayerStats


class NamedPlayer(Struct, frozen=True, kw_only=True):
    """GET /stats/player/name/{name}."""

    guid: str
    name: str


class ServerItem(Struct, frozen=True, kw_only=True):
    """One registered server of the list; the numbers are of the last 24 hours."""

    id: str
    name: str
    address: str
    port: int
    display_name: str
    is_online: bool
    """Whether anything was heard of it in the last five minutes."""
    is_official: bool
    current_players: int
    players: int
    max_players: int
    current_map: str
    gametype: str
    rank: int
    """By kills of the last 24 hours."""
    total_kills: int
    total_matches: int
    unique_players: int
    avg_players_24h: float
    """Mean of the heartbeats' player counts."""
    peak_players_24h: int
    uptime_percent: float
    """Share of the last 24 hours, by whole hours, in which it was heard of."""
    last_seen: datetime | None
    country: str
    country_name: str
    region: str
