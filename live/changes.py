"""Changes of boards as readers get them: entries of the stream in Redis become messages of an event stream.

A message about a match carries whole values, not differences: the head and the rows of the players that changed.
Who misses one is right again with the next; who begins gets the whole board first.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple

import msgspec

from live.boards import Board, Head, Line, Moment, Player, answer_of, live_kill, live_match, live_players
from live.deltas import ENDED
from schema.answers.live import FeedKills, LiveBoard, LiveMatch

BEGAN_MS: Final = 90_000
"""A board that is made so soon after its match began is news of a beginning."""

ID_CHARACTERS_MAX: Final = 40

Id = tuple[int, int]
"""Id of an entry: Unix ms and number, as Redis counts."""


class Change(NamedTuple):
    """One entry of the stream. `data` as match.lua wrote it."""

    id: Id
    match_id: str
    server_id: str
    data: bytes


class Entry(msgspec.Struct):
    """The data of a change, read."""

    kind: str
    match: Head
    players: list[Player] = []
    kills: list[Line] = []
    ended: bool = False


_ENTRY: Final = msgspec.json.Decoder(Entry, strict=False)
_ENCODER: Final = msgspec.json.Encoder()


def id_of(text: str | bytes) -> Id | None:
    """An id from `1732558812345-0`; None for anything else."""
    given = text.decode("ascii", "replace") if isinstance(text, bytes) else text
    first, _, second = given.partition("-")
    digits = first + second
    if len(given) > ID_CHARACTERS_MAX or not digits.isascii() or not digits.isdigit() or not first:
        return None
    return int(first), int(second or 0)


def text_of(id: Id) -> str:
    """As Redis writes it."""
    return f"{id[0]}-{id[1]}"


def change_of(id: bytes, fields: Mapping[bytes, bytes]) -> Change | None:
    """An entry of the stream; None for one that is not ours."""
    found = id_of(id)
    if found is None or not {b"m", b"s", b"d"} <= fields.keys():
        return None
    return Change(found, fields[b"m"].decode(), fields[b"s"].decode(), fields[b"d"])


def match_message(change: Change, moment: Moment) -> bytes:
    """For those who watch the match or its server: `board` (all of it) or `update`; and `end`."""
    entry = _ENTRY.decode(change.data)
    board = _board(entry, moment)
    text = message(change.id, "board" if entry.kind == "board" else "update", board)
    return text + message(change.id, "end", board.match) if entry.ended else text


def feed_message(change: Change, moment: Moment) -> bytes:
    """For those who watch everything: `start`, `kills` and `end`; empty when nothing of these happened."""
    entry = _ENTRY.decode(change.data)
    board = _board(entry, moment)
    parts = []
    if entry.kind == "board" and entry.match.last_ms - entry.match.first_ms < BEGAN_MS:
        parts.append(message(change.id, "start", board.match))
    if entry.kills and entry.kind == "update":
        parts.append(message(change.id, "kills", FeedKills(match=board.match, kills=board.kills)))
    if entry.ended:
        parts.append(message(change.id, "end", board.match))
    return b"".join(parts)


def snapshot_message(board: Board, moment: Moment, current: Mapping[str, str]) -> bytes:
    """The whole board, for who begins to watch."""
    return message(id_of(board.last_id), "board", answer_of(board, moment, current))


def message(id: Id | None, event: str, value: object) -> bytes:
    """One message. JSON has no line breaks of its own, so nothing in a name can begin another line."""
    head = f"id: {text_of(id)}\n" if id else ""
    return f"{head}event: {event}\ndata: ".encode() + _ENCODER.encode(value) + b"\n\n"


def _board(entry: Entry, moment: Moment) -> LiveBoard:
    """The part of a board that an entry tells of."""
    # It is in the stream, so it is what its server plays; only the boards themselves know better.
    current = {} if entry.match.state == ENDED else {entry.match.server_id: entry.match.match_id}
    partial = Board(entry.match, entry.players, entry.kills, "")
    match: LiveMatch = live_match(partial, moment, current)
    kills = [live_kill(line) for line in sorted(entry.kills, key=lambda line: -line.n)]
    return LiveBoard(match=match, players=live_players(entry.players, moment), kills=kills)
