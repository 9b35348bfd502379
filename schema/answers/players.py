"""One player."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct


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
    rank: int
    """Place by kills among people, 0 = none yet."""
    elo: float | None
    """The conservative skill rating on the usual scale; null without a rated match."""
    clan_tag: str
    """What stands in brackets before or behind the name, else empty."""


class PlayerPage(PlayerStats, frozen=True, kw_only=True):
    """GET /stats/player/{guid}: under `player` and, for pages that do not unwrap, at the top as well."""

    player: PlayerStats


class NamedPlayer(Struct, frozen=True, kw_only=True):
    """GET /stats/player/name/{name}."""

    guid: str
    name: str
