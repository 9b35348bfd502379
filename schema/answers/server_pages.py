"""One game server: its page, its history, its players (spec/openmohaa.md 4.5). Times are UTC."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct


class ServersStats(Struct, frozen=True, kw_only=True):
    """GET /servers/stats."""

    total_servers: int
    online_servers: int
    total_players_now: int
    total_kills_today: int
    total_matches_today: int
    peak_players_today: int
    avg_players_now: float
    """Players for each server that is online."""
    total_kills_all_time: int


class ServerRanking(Struct, frozen=True, kw_only=True):
    """One server of GET /servers/rankings; the numbers are of the last 24 hours."""

    server_id: str
    name: str
    rank: int
    score: float
    """kills + 10 x players + 5 x matches."""
    trend: int
    """Places won against the 24 hours before; below 0: lost."""
    kills_24h: int
    players_24h: int
    matches_24h: int


class ServerTotals(Struct, frozen=True, kw_only=True):
    """A server's figures of all time."""

    total_kills: int
    total_deaths: int
    total_headshots: int
    total_matches: int
    unique_players: int
    total_playtime_hours: float
    avg_match_duration_mins: float
    first_seen: str
    total_days: int


class ServerWindow(Struct, frozen=True, kw_only=True):
    """A server's figures of the last hours."""

    kills: int
    matches: int
    unique_players: int
    avg_players: float
    """Mean of the heartbeats' player counts."""
    peak_players: int
    peak_time: str
    """The hour in which most players were seen, RFC 3339; empty: nobody."""
    playtime_hours: float


class ServerUptime(Struct, frozen=True, kw_only=True):
    """Percent of whole hours in which anything was heard of the server, from its first hour on."""

    uptime_24h: float
    uptime_7d: float
    uptime_30d: float
    last_online: str
    last_down: str
    """Begin of the last hour of the last 30 days in which nothing was heard of it; empty: none."""


class ServerPage(Struct, frozen=True, kw_only=True):
    """GET /servers/{id}."""

    id: str
    name: str
    address: str
    port: int
    display_name: str
    description: str
    region: str
    country: str
    is_online: bool
    is_official: bool
    current_players: int
    max_players: int
    current_map: str
    gametype: str
    player_list: list[str]
    """Always empty: who plays now is told by /servers/{id}/live."""
    rank: int
    world_rank: int
    region_rank: int
    stats: ServerTotals
    stats_24h: ServerWindow
    stats_7d: ServerWindow
    stats_30d: ServerWindow
    uptime: ServerUptime


class PlayerHistoryHour(Struct, frozen=True, kw_only=True):
    """Players in one hour."""

    timestamp: datetime
    hour: int
    players: int
    peak: int
    avg: float


class PeakHour(Struct, frozen=True, kw_only=True):
    """The busiest hour of the week."""

    day: int
    """0 to 6, Monday first, as in `data`."""
    hour: int
    players: int


class PeakHours(Struct, frozen=True, kw_only=True):
    """GET /servers/{id}/peak-hours: different players seen in each hour of the week."""

    data: list[list[int]]
    hours: list[str]
    days: list[str]
    peak: PeakHour


class ServerTopPlayer(Struct, frozen=True, kw_only=True):
    """A player of a server's best."""

    rank: int
    guid: str
    name: str
    kills: int
    deaths: int
    kd_ratio: float
    headshots: int
    hs_percent: float
    time_played_hours: float
    last_seen: datetime
    sessions: int
    """Visits: hours in a row in which the player was seen."""


class ServerPlayer(Struct, frozen=True, kw_only=True):
    """A player of a server."""

    guid: str
    name: str
    country: str
    country_flag: str
    """Always empty, as the country: nothing knows where players are."""
    first_seen: datetime
    last_seen: datetime
    total_sessions: int
    total_time_played_hours: float
    total_kills: int
    total_deaths: int
    kd_ratio: float
    total_headshots: int
    hs_percent: float
    favorite_weapon: str
    """Always empty: weapons are not kept by player and server."""
    favorite_map: str
    is_online: bool
    kills_7d: int
    kills_30d: int
    trend: str
    """up, down or stable: kills of the last 7 days against a quarter of those of the last 28 to 30 days."""


class ServerPlayers(Struct, frozen=True, kw_only=True):
    """GET /servers/{id}/players."""

    players: list[ServerPlayer]
    total: int
    limit: int
    offset: int


class ServerMap(Struct, frozen=True, kw_only=True):
    """A map of a server."""

    map_name: str
    matches: int
    rotation_count: int
    kills: int
    avg_players: float
    avg_duration_mins: float
    popularity: float
    popularity_pct: float
    last_played: datetime


class ServerWeapon(Struct, frozen=True, kw_only=True):
    """A weapon of a server."""

    weapon_name: str
    kills: int
    headshots: int
    hs_percent: float
    avg_distance: float
    """Metres."""
    usage_rate_pct: float
    """Percent of the kills."""


class ServerMatch(Struct, frozen=True, kw_only=True):
    """A match of a server."""

    match_id: str
    map_name: str
    gametype: str
    player_count: int
    duration_mins: float
    total_kills: int
    winner: str
    started_at: datetime
    ended_at: datetime


class ActivityPoint(Struct, frozen=True, kw_only=True):
    """What happened in one hour."""

    timestamp: datetime
    kills: int
    deaths: int
    players: int
    match_starts: int


class CountryShare(Struct, frozen=True, kw_only=True):
    """Players of a country."""

    country_code: str
    country_name: str
    player_count: int
    percentage: float


class Favorite(Struct, frozen=True, kw_only=True):
    """GET /servers/{id}/favorite: false while nobody can log in."""

    is_favorite: bool


class TopValue(Struct, frozen=True, kw_only=True):
    """A player of a ranked list."""

    player_id: str
    player_name: str
    value: float
    rank: int


class ServerMapFigures(Struct, frozen=True, kw_only=True):
    """A map of GET /stats/server/{id}/stats."""

    map_name: str
    times_played: int
    total_kills: int
    avg_duration_seconds: float


class ServerFigures(Struct, frozen=True, kw_only=True):
    """GET /stats/server/{id}/stats."""

    server_id: str
    server_name: str
    total_matches: int
    total_kills: int
    total_deaths: int
    total_playtime_seconds: float
    unique_players: int
    last_activity: datetime | None
    top_killers: list[TopValue]
    top_kdr: list[TopValue]
    """Of players with ten kills or more."""
    top_playtime: list[TopValue]
    """Seconds."""
    map_stats: list[ServerMapFigures]
    activity_graph: list[ActivityPoint]
    """The last 7 days, hour by hour."""
