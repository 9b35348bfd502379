"""Completes decoded events with what only the writer knows, and decides the counting rules once.

Each step below is one rule of spec/openmohaa.md; they run in the order in which they stand in `Enricher.fill`.
Rows are lists in `schema.columns` order and are changed in place.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Sequence
from typing import Final

from ingest.context import Context, MatchState, PlayerState, ServerState, SessionState
from schema import gametypes
from schema.columns import INDEX, Row
from schema.gametypes import is_team_gametype

_TYPE: Final = INDEX["event_type"]
_TIME: Final = INDEX["event_time"]
_RECEIVED: Final = INDEX["received_at"]
_GAME_TIME: Final = INDEX["game_time"]
_SOURCE: Final = INDEX["time_source"]
_SERVER: Final = INDEX["server_id"]
_MATCH: Final = INDEX["match_id"]
_MATCH_WIRE: Final = INDEX["match_wire_id"]
_SESSION: Final = INDEX["session_id"]
_MAP: Final = INDEX["map_name"]
_GAMETYPE: Final = INDEX["gametype"]
_WEAPON: Final = INDEX["weapon"]
_KILL_KIND: Final = INDEX["kill_kind"]
_DISTANCE: Final = INDEX["distance_units"]
_ATTRIBUTES: Final = INDEX["attributes"]
_PLAYER: Final = INDEX["player_guid"]
_PLAYER_TEAM: Final = INDEX["player_team"]
_PLAYER_X: Final = INDEX["player_x"]
_PLAYER_BOT: Final = INDEX["player_is_bot"]
_TARGET: Final = INDEX["target_guid"]
_TARGET_TEAM: Final = INDEX["target_team"]
_TARGET_X: Final = INDEX["target_x"]
_TARGET_BOT: Final = INDEX["target_is_bot"]

_WORLD_CHARS: Final = len("world")
_SIDES: Final = frozenset(("allies", "axis"))
_WEAPON_IN_HAND: Final = frozenset(("weapon_change", "weapon_fire"))
_TEAM_CHANGES: Final = frozenset(("team_join", "team_change"))
_BOT_ACTS: Final = frozenset(("bot_spawn", "bot_roam", "bot_curious", "bot_attack", "bot_target_changed"))
# A kill is never counted from these: the player_kill of the same death is (R3, 1.9).
_KILLS: Final = frozenset(("player_kill", "bot_killed"))

# Asked for every event of a match whose game type nobody announced: 2.5 us each without the memory.
_gametype_of_map: Final = functools.lru_cache(maxsize=1024)(gametypes.gametype_of_map)

# A server's clock may run ahead a little; a date further in the future is a wrong one.
AHEAD_MAX_MS: Final = 24 * 3600 * 1000
# Longer than a map is played: a larger distance between two game times of one report is a wrong value.
ANCHOR_MAX_S: Final = 24 * 3600.0


class Enricher:
    """Fills the rows of one report after another, in the order in which they arrived."""

    def __init__(self, context: Context) -> None:
        self.context = context

    def fill(self, rows: Sequence[Row], server_id: str, received_ms: int) -> None:
        """Complete the events of one report of `server_id` received at `received_ms` (Unix ms)."""
        anchor_times(rows, received_ms)
        server = self.context.server(server_id)
        known: dict[tuple[str, str], tuple[SessionState, MatchState]] = {}
        for row in rows:
            key = (row[_SESSION], row[_MATCH_WIRE])
            found = known.get(key)
            if found is None:
                session = self.context.session(server_id, *key)
                session.last_ms = max(session.last_ms, received_ms)  # a replay is older than its session
                found = known[key] = (session, self.context.match(session, server_id, *key))
            session, match = found
            row[_SERVER] = server_id
            row[_MATCH] = match.uuid
            row[_RECEIVED] = received_ms
            fill_match(row, server, session, match)
            fill_players(row, session)


def fill_players(row: Row, session: SessionState) -> None:
    """The two parties of an event, and what a kill counts as."""
    kind = row[_TYPE]
    actor = row[_PLAYER]
    if actor:
        if len(actor) == _WORLD_CHARS and actor.lower() == "world":  # the world is nobody (R1, R5)
            row[_PLAYER] = ""
        else:
            fill_actor(row, kind, session.players.get(actor) or session.player(actor))
    target = row[_TARGET]
    if target:
        fill_target(row, kind, session.players.get(target) or session.player(target))
    if kind in _KILLS:
        row[_KILL_KIND] = kill_kind(row, kind)
        row[_WEAPON] = row[_WEAPON] or "unknown"  # R10
        row[_DISTANCE] = distance_units(row)
    if actor.startswith("unauth_"):  # 2.6
        row[_PLAYER] += "@" + session.scope
    if target.startswith("unauth_"):
        row[_TARGET] += "@" + session.scope


def anchor_times(rows: Sequence[Row], received_ms: int) -> None:
    """Give every event of a report its time (2.6).

    Unix time stands. Game time is anchored so that the latest game time of the report's match and session is
    the receive time. Anything else, and a date more than a day ahead, gets the receive time.
    """
    latest: dict[tuple[str, str], float] = {}
    if len(rows) > 1:  # of a single event its own game time is the latest
        for row in rows:
            game_s = row[_GAME_TIME]
            if game_s > 0.0:
                key = (row[_SESSION], row[_MATCH_WIRE])
                if game_s > latest.get(key, 0.0):
                    latest[key] = game_s
    latest_ms = received_ms + AHEAD_MAX_MS
    for row in rows:
        event_ms = row[_TIME]
        if event_ms is not None and 0 <= event_ms <= latest_ms:
            row[_SOURCE] = "unix"
            continue
        row[_TIME], row[_SOURCE] = received_ms, "received"
        game_s = row[_GAME_TIME]
        if game_s > 0.0:
            before_s = latest[row[_SESSION], row[_MATCH_WIRE]] - game_s if latest else 0.0
            if before_s <= ANCHOR_MAX_S:
                row[_TIME], row[_SOURCE] = received_ms - round(before_s * 1000), "game"


def fill_match(row: Row, server: ServerState, session: SessionState, match: MatchState) -> None:
    """Map and game type from the event, else its match, its session, (game type) its map's name, its server.

    A game type is guessed for what players do only: of a match's first events, which tell of loading the map, nothing depends
    on it, and a wrong one would stand beside the right one that follows.
    """
    if row[_MAP]:
        match.map_name = session.map_name = server.map_name = row[_MAP]
    else:
        row[_MAP] = match.map_name or session.map_name or server.map_name
    if row[_GAMETYPE]:
        match.gametype = session.gametype = server.gametype = row[_GAMETYPE]
    else:
        row[_GAMETYPE] = match.gametype or session.gametype
        if not row[_GAMETYPE] and (row[_PLAYER] or row[_TARGET]):
            row[_GAMETYPE] = _gametype_of_map(row[_MAP]) or server.gametype


def fill_actor(row: Row, kind: str, player: PlayerState) -> None:
    """Team, weapon and bot flag of the actor; and remember what this event says of them."""
    if team := row[_PLAYER_TEAM]:
        player.team = team
    else:
        row[_PLAYER_TEAM] = player.team
    if kind in _WEAPON_IN_HAND:
        player.weapon = row[_WEAPON] or player.weapon
    elif kind == "weapon_hit":
        row[_WEAPON] = row[_WEAPON] or player.weapon  # the script's weapon_hit carries none (1.9)
    elif kind in _TEAM_CHANGES:
        player.team = row[_ATTRIBUTES].get("new_team") or player.team
    elif kind in _BOT_ACTS:
        player.is_bot = True
    elif kind == "disconnect":
        row[_PLAYER_BOT] = player.is_bot
        player.is_bot, player.team, player.weapon = False, "", ""  # the slot is free for somebody else
        return
    row[_PLAYER_BOT] = player.is_bot


def fill_target(row: Row, kind: str, player: PlayerState) -> None:
    """Team and bot flag of the other party."""
    if row[_TARGET_TEAM]:
        player.team = row[_TARGET_TEAM]
    else:
        row[_TARGET_TEAM] = player.team
    if kind == "bot_killed":
        player.is_bot = True
    row[_TARGET_BOT] = player.is_bot


def kill_kind(row: Row, kind: str) -> str:
    """What a player_kill or bot_killed counts as: rules R1, R2, R3, R5 and R7."""
    attacker = row[_PLAYER]
    if not attacker:
        return "world"
    if kind == "bot_killed":
        return "bot"
    if attacker == row[_TARGET]:
        return "suicide"
    team = row[_PLAYER_TEAM]
    if team in _SIDES and team == row[_TARGET_TEAM] and is_team_gametype(row[_GAMETYPE]):
        return "team_kill"
    return "kill"


def distance_units(row: Row) -> float:
    """Distance of a kill in game units (3.2); 0 when a position is unknown."""
    here = row[_PLAYER_X : _PLAYER_X + 3]
    there = row[_TARGET_X : _TARGET_X + 3]
    if not any(here) or not any(there):
        return 0.0
    return math.dist(here, there)
