"""What earlier events told of a session and its matches: map, game type, teams, weapons in hand, bots.

The state is small, serialisable and changes only with the events of a segment in their order, so that a
segment replayed after a crash is filled in the same way again.
"""

from __future__ import annotations

import hashlib
from typing import Final
from uuid import UUID

import msgspec

from schema.match_ids import match_uuid

# Bounds against a sender that invents sessions, matches or players without end.
SESSIONS_MAX: Final = 5000
MATCHES_PER_SESSION_MAX: Final = 64
PLAYERS_PER_SESSION_MAX: Final = 2048
# Longer than any map is played; a server that was silent this long starts afresh.
IDLE_MAX_MS: Final = 12 * 3600 * 1000


class PlayerState(msgspec.Struct, array_like=True):
    """Last known facts of a player in a session, by wire guid."""

    team: str = ""
    weapon: str = ""
    is_bot: bool = False


class MatchState(msgspec.Struct, array_like=True):
    """Last known facts of a match."""

    uuid: UUID
    map_name: str = ""
    gametype: str = ""


class SessionState(msgspec.Struct, array_like=True):
    """One run of a server's script: `unauth_<slot>` guids mean one player only within it."""

    scope: str
    last_ms: int = 0
    map_name: str = ""
    gametype: str = ""
    players: dict[str, PlayerState] = {}
    matches: dict[str, MatchState] = {}

    def player(self, guid: str) -> PlayerState:
        """State of a player, made when first seen."""
        state = self.players.get(guid)
        if state is None:
            if len(self.players) >= PLAYERS_PER_SESSION_MAX:
                del self.players[next(iter(self.players))]
            state = self.players[guid] = PlayerState()
        return state


class ServerState(msgspec.Struct, array_like=True):
    """What a server's last events said, whatever their session."""

    map_name: str = ""
    gametype: str = ""
    sessions: dict[str, SessionState] = {}


class Context(msgspec.Struct):
    """All servers of this writer."""

    servers: dict[str, ServerState] = {}

    def server(self, server_id: str) -> ServerState:
        """State of a server, made when first seen. Bounded by the number of registered servers."""
        state = self.servers.get(server_id)
        if state is None:
            state = self.servers[server_id] = ServerState()
        return state

    def session(self, server_id: str, session_id: str, match_wire_id: str) -> SessionState:
        """State of a session; events without a session id belong to one named by their match."""
        server = self.server(server_id)
        # The prefixes keep a session and a match of the same name apart.
        key = "s" + session_id if session_id else "m" + match_wire_id
        state = server.sessions.get(key)
        if state is None:
            scope = hashlib.sha256(f"{server_id}/{session_id or match_wire_id}".encode()).hexdigest()[:8]
            state = server.sessions[key] = SessionState(scope)
        return state

    def match(self, session: SessionState, server_id: str, session_id: str, wire_id: str) -> MatchState:
        """State of a match within its session."""
        state = session.matches.get(wire_id)
        if state is None:
            if len(session.matches) >= MATCHES_PER_SESSION_MAX:
                del session.matches[next(iter(session.matches))]
            uuid = match_uuid(wire_id, server_id, session_id)
            state = session.matches[wire_id] = MatchState(uuid)
        return state

    def forget_idle(self, now_ms: int) -> None:
        """Drop sessions that were silent for long, and the oldest ones above the bound."""
        for server in self.servers.values():
            silent = [key for key, s in server.sessions.items() if now_ms - s.last_ms > IDLE_MAX_MS]
            for key in silent:
                del server.sessions[key]
        known = [
            (s.last_ms, server_id, key)
            for server_id, server in self.servers.items()
            for key, s in server.sessions.items()
        ]
        for _, server_id, key in sorted(known)[: max(0, len(known) - SESSIONS_MAX)]:
            del self.servers[server_id].sessions[key]

    def encode(self) -> bytes:
        """As bytes for the checkpoint."""
        return msgspec.msgpack.encode(self)

    @classmethod
    def decode(cls, data: bytes) -> Context:
        """Back from `encode`; raises msgspec.DecodeError."""
        return msgspec.msgpack.decode(data, type=cls)
