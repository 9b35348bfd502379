"""Servers as they are now: whether they are online, what they play and who is on them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from live.boards import (
    MAX_PLAYERS,
    Board,
    Moment,
    at,
    board_of,
    live_match,
    live_players,
    player_count,
    team_scores,
)
from live.store import LiveStore
from schema.answers.live import LivePlayer, LiveTotals, Presence, ServerLive, TeamScores
from schema.answers.words import UNKNOWN_SERVER


class ServerNow(NamedTuple):
    """What Redis knows of a server. Values of an offline server are the last ones known; it has no players."""

    is_online: bool
    last_seen: datetime | None
    map_name: str
    gametype: str
    current_players: int
    max_players: int
    """0 = the server never said."""
    match_id: str
    board: Board | None
    """The board of the match it plays; None when it is offline or nothing of it is known."""


async def servers_now(store: LiveStore, server_ids: Sequence[str], moment: Moment) -> dict[str, ServerNow]:
    """The servers that anything is known of, by id. Raises RedisUnavailable."""
    found = dict(zip(server_ids, await store.servers(server_ids), strict=True))
    known = {server_id: fields for server_id, fields in found.items() if fields}
    online = [server_id for server_id, fields in known.items() if _is_online(fields, moment)]
    playing = {server_id: known[server_id].get(b"match_id", b"").decode() for server_id in online}
    ids = [match_id for match_id in playing.values() if match_id]
    boards = dict(zip(ids, map(board_of, await store.boards(ids)), strict=True))
    return {
        server_id: _server_now(fields, boards.get(playing.get(server_id, "")), moment)
        for server_id, fields in known.items()
    }


async def server_live(store: LiveStore, server_id: str, moment: Moment) -> ServerLive:
    """GET /servers/{id}/live. Raises RedisUnavailable."""
    now = (await servers_now(store, [server_id], moment)).get(server_id)
    registered = moment.registry.get(server_id)
    places = (registered.max_players if registered else 0) or MAX_PLAYERS
    if now is None:
        return _nothing_known(server_id, places)
    board = now.board
    players: list[LivePlayer] = []
    if board is not None:
        players = [player for player in live_players(board.players, moment) if player.is_present]
    return ServerLive(
        server_id=server_id,
        is_online=now.is_online,
        current_map=now.map_name,
        gametype=now.gametype,
        current_players=now.current_players,
        player_count=now.current_players,
        max_players=now.max_players or places,
        last_update=now.last_seen,
        players=players,
        team_scores=team_scores(board.head) if board else TeamScores(),
        current_match=live_match(board, moment, {server_id: now.match_id}) if board else None,
    )


async def totals_now(store: LiveStore, moment: Moment) -> LiveTotals:
    """How much is going on. Raises RedisUnavailable."""
    servers = (await servers_now(store, list(moment.registry), moment)).values()
    online = [server for server in servers if server.is_online]
    playing = [server for server in online if server.board and server.board.head.state != "ended"]
    return LiveTotals(
        servers_online=len(online),
        matches=len(playing),
        players=sum(server.current_players for server in online),
    )


async def presence(store: LiveStore, guid: str, moment: Moment) -> Presence:
    """Where a player is now. Raises RedisUnavailable."""
    found = await store.whereabouts(guid)
    if found is None or not moment.is_recent(found[0]):
        return Presence(is_online=False)
    seen_ms, server_id, match_id = found
    registered = moment.registry.get(server_id)
    return Presence(
        is_online=True,
        server_id=server_id,
        server_name=registered.name if registered else UNKNOWN_SERVER,
        match_id=match_id,
        last_seen=at(seen_ms),
    )


def _server_now(fields: Mapping[bytes, bytes], board: Board | None, moment: Moment) -> ServerNow:
    last_ms = _number(fields, b"last_ms")
    is_online = _is_online(fields, moment)
    return ServerNow(
        is_online=is_online,
        last_seen=at(last_ms) if last_ms else None,
        map_name=fields.get(b"map_name", b"").decode(),
        gametype=fields.get(b"gametype", b"").decode(),
        current_players=player_count(board, moment) if is_online and board else 0,
        max_players=_number(fields, b"max_players"),
        match_id=fields.get(b"match_id", b"").decode(),
        board=board,
    )


def _is_online(fields: Mapping[bytes, bytes], moment: Moment) -> bool:
    return fields.get(b"down") != b"1" and moment.is_recent(_number(fields, b"last_ms"))


def _number(fields: Mapping[bytes, bytes], name: bytes) -> int:
    return int(float(fields.get(name, b"0")))


def _nothing_known(server_id: str, places: int) -> ServerLive:
    return ServerLive(
        server_id=server_id,
        is_online=False,
        current_map="",
        gametype="",
        current_players=0,
        player_count=0,
        max_players=places,
        last_update=None,
        players=[],
        team_scores=TeamScores(),
        current_match=None,
    )
