"""What is going on now."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct


class TeamScores(Struct, frozen=True, kw_only=True):
    """Scores of the two teams; zero in a match without teams."""

    allies: int = 0
    axis: int = 0


class LiveMatch(Struct, frozen=True, kw_only=True):
    """One match that is being played, or whose end was just seen."""

    match_id: str
    match_wire_id: str
    server_id: str
    server_name: str
    map_name: str
    map_title: str
    """As pages write it: without its folder."""
    gametype: str
    team_match: bool
    """Whether two teams play, so that the scores mean something."""
    state: str
    """playing, intermission or ended."""
    is_live: bool
    """Whether it is being played: it has not ended, its server plays no newer one, and something was heard lately."""
    allies_score: int
    axis_score: int
    team_scores: TeamScores
    winning_team: str
    round_number: int
    player_count: int
    max_players: int
    kills: int
    started_at: datetime
    last_event_at: datetime


class LivePlayer(Struct, frozen=True, kw_only=True):
    """One row of a live scoreboard."""

    guid: str
    name: str
    team: str
    weapon: str
    """In hand, as far as events said."""
    score: int
    """As the game says; else kills of players and bots."""
    kills: int
    bot_kills: int
    deaths: int
    headshots: int
    suicides: int
    team_kills: int
    streak: int
    best_streak: int
    ping: int | None
    is_bot: bool
    is_present: bool
    """False after a disconnect and a long silence."""
    last_seen: datetime
    country: str


class LiveKill(Struct, frozen=True, kw_only=True):
    """One line of the kill feed. `kind`: kill, team_kill, suicide, world (no killer) or bot."""

    n: int
    """Number of the line within its match, from 1."""
    at: datetime
    kind: str
    killer_guid: str
    killer_name: str
    killer_team: str
    victim_guid: str
    victim_name: str
    victim_team: str
    weapon: str
    mod: str
    headshot: bool


class LiveBoard(Struct, frozen=True, kw_only=True):
    """GET /live/matches/{id}: the whole board of a match."""

    match: LiveMatch
    players: list[LivePlayer]
    """Best first."""
    kills: list[LiveKill]
    """Newest first."""


class FeedKills(Struct, frozen=True, kw_only=True):
    """Message `kills` of the live feed: the kills of one batch in one match."""

    match: LiveMatch
    kills: list[LiveKill]


class ServerLive(Struct, frozen=True, kw_only=True):
    """GET /servers/{id}/live."""

    server_id: str
    is_online: bool
    current_map: str
    gametype: str
    current_players: int
    player_count: int
    max_players: int
    last_update: datetime | None
    players: list[LivePlayer]
    team_scores: TeamScores
    current_match: LiveMatch | None


class Presence(Struct, frozen=True, kw_only=True):
    """Whether a player is on a server now, and on which."""

    is_online: bool
    server_id: str = ""
    server_name: str = ""
    match_id: str = ""
    last_seen: datetime | None = None


class LiveTotals(Struct, frozen=True, kw_only=True):
    """How much is going on now."""

    servers_online: int
    matches: int
    players: int


class Realtime(Struct, frozen=True, kw_only=True):
    """GET /stats/realtime: how much is going on now, and the matches, most players first."""

    servers_online: int
    active_matches: int
    active_players: int
    live_matches: list[LiveMatch]
