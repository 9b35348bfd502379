"""Live matches and their boards, as answers: what the hash of a match says at a given moment."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final, NamedTuple, Protocol

import msgspec

from live.deltas import ENDED
from live.settings import LiveSettings
from live.store import LiveStore
from schema.answers.live import LiveBoard, LiveKill, LiveMatch, LivePlayer, TeamScores
from schema.answers.words import UNKNOWN_PLAYER, UNKNOWN_SERVER
from schema.gametypes import is_team_gametype
from schema.map_names import map_title

MATCHES_MAX: Final = 500
"""Live matches listed at most, those with the newest events."""

MAX_PLAYERS: Final = 32
"""What the original says of every server; used when neither the registry nor the server says more."""

KILLS_SCORE: Final = "tdm"
"""The game type whose team score is its kills: used until the server reports one."""


class Named(Protocol):
    """What the registry knows of a server (`postgres.servers.Server`)."""

    @property
    def name(self) -> str: ...
    @property
    def max_players(self) -> int: ...


Registry = Mapping[str, Named]
"""server_id -> what the registry knows of it."""


class Head(msgspec.Struct):
    """The head of a board as `match.lua` keeps it."""

    match_id: str
    server_id: str
    first_ms: int
    last_ms: int
    match_wire_id: str = ""
    state: str = ""
    map_name: str = ""
    gametype: str = ""
    round_number: int = 0
    allies_score: int | None = None
    axis_score: int | None = None
    winning_team: str = ""
    player_count: int = 0
    max_players: int = 0
    started_ms: int = 0
    kills: int = 0
    players: int = 0
    """Players on the whole board."""
    present: int = 0
    """Players who have not left."""
    allies_kills: int = 0
    axis_kills: int = 0
    at: dict[str, int] = {}


class Player(msgspec.Struct):
    """One player of a board as `match.lua` keeps it."""

    guid: str
    last_ms: int
    name: str = ""
    team: str = ""
    weapon: str = ""
    score: int | None = None
    ping: int | None = None
    is_bot: bool = False
    left: bool = False
    kills: int = 0
    bot_kills: int = 0
    deaths: int = 0
    headshots: int = 0
    suicides: int = 0
    team_kills: int = 0
    streak: int = 0
    best_streak: int = 0


class Line(msgspec.Struct):
    """One line of the feed as `match.lua` keeps it."""

    n: int
    at_ms: int
    kind: str = ""
    killer_guid: str = ""
    killer_name: str = ""
    killer_team: str = ""
    victim_guid: str = ""
    victim_name: str = ""
    victim_team: str = ""
    weapon: str = ""
    mod: str = ""
    headshot: bool = False


class Board(NamedTuple):
    """The hash of a match, read."""

    head: Head
    players: list[Player]
    lines: list[Line]
    last_id: str
    """Id of its last change in the stream, empty before any."""


class Moment(NamedTuple):
    """What answers about now need besides Redis."""

    now: datetime
    registry: Registry
    settings: LiveSettings

    @property
    def now_ms(self) -> int:
        """As Unix milliseconds."""
        return int(self.now.timestamp() * 1000)

    def is_recent(self, ms: int) -> bool:
        """Whether something at `ms` is still news."""
        return self.now_ms - ms <= self.settings.silent_max_s * 1000


_HEAD: Final = msgspec.json.Decoder(Head, strict=False)
_PLAYER: Final = msgspec.json.Decoder(Player, strict=False)
_LINE: Final = msgspec.json.Decoder(Line, strict=False)


def board_of(fields: Mapping[bytes, bytes]) -> Board | None:
    """The board in a hash of Redis, None when there is none."""
    if b"h" not in fields:
        return None
    players = [_PLAYER.decode(text) for name, text in fields.items() if name.startswith(b"p:")]
    lines = [_LINE.decode(text) for name, text in fields.items() if name.startswith(b"f:")]
    lines.sort(key=lambda line: -line.n)
    return Board(_HEAD.decode(fields[b"h"]), players, lines, fields.get(b"e", b"").decode())


async def live_matches(store: LiveStore, moment: Moment) -> list[LiveMatch]:
    """The matches being played, most players first. Raises RedisUnavailable."""
    since_ms = moment.now_ms - moment.settings.silent_max_s * 1000
    boards = await _boards(store, await store.recent_matches(since_ms, MATCHES_MAX))
    current = await current_matches(store, {board.head.server_id for board in boards})
    listed = [live_match(board, moment, current) for board in boards]
    live = [match for match in listed if match.is_live]
    return sorted(live, key=lambda match: (-match.player_count, match.server_name, match.match_id))


async def live_board(store: LiveStore, match_id: str, moment: Moment) -> LiveBoard | None:
    """The board of a match, None when Redis holds none. Raises RedisUnavailable."""
    found = await read_board(store, match_id)
    if found is None:
        return None
    current = await current_matches(store, {found.head.server_id})
    return answer_of(found, moment, current)


async def read_board(store: LiveStore, match_id: str) -> Board | None:
    """A board as it is kept."""
    return board_of((await store.boards([match_id]))[0])


def answer_of(board: Board, moment: Moment, current: Mapping[str, str]) -> LiveBoard:
    """A board as the API shows it; `current`: server id -> match it plays."""
    return LiveBoard(
        match=live_match(board, moment, current),
        players=live_players(board.players, moment),
        kills=[live_kill(line) for line in board.lines],
    )


async def current_matches(store: LiveStore, server_ids: set[str]) -> dict[str, str]:
    """Which match each server plays: the one with the newest events. None for a server that shut down."""
    ids = list(server_ids)
    found = await store.servers(ids)
    return {
        server_id: fields.get(b"match_id", b"").decode()
        for server_id, fields in zip(ids, found, strict=True)
        if fields.get(b"down") != b"1"
    }


def live_match(board: Board, moment: Moment, current: Mapping[str, str]) -> LiveMatch:
    """One match as the API shows it."""
    head = board.head
    registered = moment.registry.get(head.server_id)
    team_match = is_team_gametype(head.gametype)
    scores = team_scores(head)
    is_current = current.get(head.server_id) == head.match_id
    return LiveMatch(
        match_id=head.match_id,
        match_wire_id=head.match_wire_id,
        server_id=head.server_id,
        server_name=registered.name if registered else UNKNOWN_SERVER,
        map_name=head.map_name,
        map_title=map_title(head.map_name),
        gametype=head.gametype,
        team_match=team_match,
        state=head.state,
        is_live=head.state != ENDED and is_current and moment.is_recent(head.last_ms),
        allies_score=scores.allies,
        axis_score=scores.axis,
        team_scores=scores,
        winning_team=head.winning_team,
        round_number=head.round_number,
        player_count=player_count(board, moment),
        max_players=head.max_players or (registered.max_players if registered else 0) or MAX_PLAYERS,
        kills=head.kills,
        started_at=at(head.started_ms or head.first_ms),
        last_event_at=at(head.last_ms),
    )


def team_scores(head: Head) -> TeamScores:
    """As the server reports them; of a team deathmatch that reports none, the kills."""
    if head.allies_score is None and head.axis_score is None and head.gametype == KILLS_SCORE:
        return TeamScores(allies=head.allies_kills, axis=head.axis_kills)
    return TeamScores(allies=head.allies_score or 0, axis=head.axis_score or 0)


def player_count(board: Board, moment: Moment) -> int:
    """As the last heartbeat said while it is recent, else those who are there as far as we know."""
    if moment.is_recent(board.head.at.get("player_count", 0)):
        return board.head.player_count
    if len(board.players) < board.head.players:  # a part of a board
        return board.head.present
    return sum(is_present(player, moment) for player in board.players)


def is_present(player: Player, moment: Moment) -> bool:
    """Whether a player neither left nor fell silent."""
    return not player.left and moment.is_recent(player.last_ms)


def live_players(players: Sequence[Player], moment: Moment) -> list[LivePlayer]:
    """The rows of a board, best first: score, then fewer deaths, then name."""
    rows = [live_player(player, is_present=is_present(player, moment)) for player in players]
    return sorted(rows, key=lambda row: (-row.score, -row.kills, row.deaths, row.name, row.guid))


def live_player(player: Player, *, is_present: bool) -> LivePlayer:
    """One row of a board."""
    return LivePlayer(
        guid=player.guid,
        name=player.name or UNKNOWN_PLAYER,
        team=player.team,
        weapon=player.weapon,
        score=player.kills + player.bot_kills if player.score is None else player.score,
        kills=player.kills,
        bot_kills=player.bot_kills,
        deaths=player.deaths,
        headshots=player.headshots,
        suicides=player.suicides,
        team_kills=player.team_kills,
        streak=player.streak,
        best_streak=player.best_streak,
        ping=player.ping,
        is_bot=player.is_bot,
        is_present=is_present,
        last_seen=at(player.last_ms),
        country="",
    )


def live_kill(line: Line) -> LiveKill:
    """One line of the feed."""
    fields: dict[str, Any] = {name: getattr(line, name) for name in _SAME}
    return LiveKill(at=at(line.at_ms), **fields)


_SAME: Final = tuple(name for name in LiveKill.__struct_fields__ if name != "at")


def at(ms: int) -> datetime:
    """Unix milliseconds as an aware UTC time."""
    return datetime.fromtimestamp(ms / 1000, UTC)


async def _boards(store: LiveStore, match_ids: Sequence[str]) -> list[Board]:
    def found(hashes: list[dict[bytes, bytes]]) -> Iterator[Board]:
        for fields in hashes:
            board = board_of(fields)
            if board is not None:
                yield board

    return list(found(await store.boards(match_ids)))
