"""What a batch changes on each board: from the few event types that matter, as numbers to add and values to set.

Pure: rows in, deltas out. A delta of a whole match, made of all its rows, is the board itself: that is how a lost
board comes back (`live/rebuild.py`). Values carry the time of their event, so that a late event never takes
a board back; counts add up in whatever order they come.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from operator import itemgetter
from typing import Any, Final

import msgspec

from schema.columns import INDEX, Row

_TYPE: Final = INDEX["event_type"]
_TIME: Final = INDEX["event_time"]
_RECEIVED: Final = INDEX["received_at"]
_SERVER: Final = INDEX["server_id"]
_MATCH: Final = INDEX["match_id"]
_WIRE: Final = INDEX["match_wire_id"]
_GAME: Final = INDEX["game"]
_MAP: Final = INDEX["map_name"]
_GAMETYPE: Final = INDEX["gametype"]
_ROUND: Final = INDEX["round_number"]
_PLAYER: Final = INDEX["player_guid"]
_TARGET: Final = INDEX["target_guid"]
_WEAPON: Final = INDEX["weapon"]
_HITLOC: Final = INDEX["hitloc"]
_MOD: Final = INDEX["mod"]
_KIND: Final = INDEX["kill_kind"]
_AMOUNT: Final = INDEX["amount"]
_ATTRIBUTES: Final = INDEX["attributes"]
_NAME: Final = INDEX["player_name"] - _PLAYER
_TEAM: Final = INDEX["player_team"] - _PLAYER
_BOT: Final = INDEX["player_is_bot"] - _PLAYER

NAME_CHARACTERS_MAX: Final = 64
"""Longer names, maps and weapons are cut: a board is looked at, and its size must be bounded."""
SCORE_MAX: Final = 1_000_000
MATCHES_MAX: Final = 1000
"""Matches in one delta: more than the servers of a node play within a second."""
PLAYERS_MAX: Final = 1000
"""Players of one match in one delta, whatever the settings allow on a board."""

Value = str | int | bool
Sets = dict[str, tuple[Value, int]]
"""Field -> value and the time of the event that said so, Unix ms."""


class PlayerDelta(msgspec.Struct, omit_defaults=True):
    """What happened to one player. Runs are kills in a row without a death (R13)."""

    kills: int = 0
    bot_kills: int = 0
    deaths: int = 0
    headshots: int = 0
    suicides: int = 0
    team_kills: int = 0
    first_run: int = 0
    """Kills before the first death: they prolong the run the board knows."""
    best_run: int = 0
    run: int = 0
    """Kills since the last death, or since the beginning without one."""
    died_ms: int = 0
    killed_ms: int = 0
    last_ms: int = 0
    sets: Sets = msgspec.field(default_factory=dict)

    def killed(self, ms: int) -> None:
        """One more kill (R1)."""
        self.kills += 1
        self.run += 1
        self.killed_ms = ms

    def died(self, ms: int) -> None:
        """One more death (R4): the run is over."""
        self.deaths += 1
        if self.died_ms:
            self.best_run = max(self.best_run, self.run)
        else:
            self.first_run = self.run
        self.run, self.died_ms = 0, ms


class Kill(msgspec.Struct, omit_defaults=True):
    """One line of the kill feed. `kind` as in kill_kind; a death by the world has no killer."""

    at_ms: int
    kind: str
    victim_guid: str
    victim_name: str
    killer_guid: str = ""
    killer_name: str = ""
    killer_team: str = ""
    victim_team: str = ""
    weapon: str = ""
    mod: str = ""
    headshot: bool = False


class MatchDelta(msgspec.Struct, omit_defaults=True):
    """What a batch changes on one board. `marks` says which chunks are in it: spool stream -> place."""

    match_id: str
    server_id: str
    match_wire_id: str
    game: str
    first_ms: int
    last_ms: int
    sets: Sets = msgspec.field(default_factory=dict)
    players: dict[str, PlayerDelta] = msgspec.field(default_factory=dict)
    feed: list[Kill] = msgspec.field(default_factory=list)
    marks: dict[str, str] = msgspec.field(default_factory=dict)

    def player(self, row: Row, block: int, ms: int) -> PlayerDelta | None:
        """Delta of the player of a row's block (`_PLAYER` or `_TARGET`), with what the block says; None = nobody."""
        guid = row[block]
        if not guid:
            return None
        player = self.players.get(guid)
        if player is None:
            if len(self.players) >= PLAYERS_MAX:
                return None
            player = self.players[guid] = PlayerDelta()
        player.last_ms = ms
        sets = player.sets
        if name := row[block + _NAME]:
            sets["name"] = (name[:NAME_CHARACTERS_MAX], ms)
        if team := row[block + _TEAM]:
            sets["team"] = (team[:16], ms)
        if row[block + _BOT]:
            sets["is_bot"] = (True, ms)
        return player


class ServerDelta(msgspec.Struct):
    """Newest sign of life of a server, Unix ms of its arrival, and whether it said that it shuts down."""

    last_ms: int
    down: bool = False


class BatchDelta(msgspec.Struct):
    """Everything one chunk of rows changes."""

    stream: str
    mark: str
    matches: dict[str, MatchDelta]
    servers: dict[str, ServerDelta]


def batch_delta(
    token: str, rows: Iterable[Row], servers: Mapping[str, ServerDelta], *, feed_max: int
) -> BatchDelta:
    """The changes of the chunk `token`, whose `rows` are those of LIVE_TYPES (`live_rows`)."""
    stream, mark = place_of(token)
    return BatchDelta(stream, mark, match_deltas(rows, feed_max=feed_max), dict(servers))


def live_rows(rows: Iterable[Row], history_ms: int) -> list[Row]:
    """The rows that matter, in the order in which they happened; what was old when it arrived is left out."""
    found = [row for row in rows if row[_TYPE] in LIVE_TYPES and row[_RECEIVED] - row[_TIME] < history_ms]
    found.sort(key=itemgetter(_TIME))
    return found


def servers_heard(rows: Iterable[Row]) -> dict[str, ServerDelta]:
    """Which servers sent something, and when it arrived."""
    # Dict by server, so the last row wins: rows of one server stand in the order of their arrival.
    newest = {row[_SERVER]: row for row in rows}
    return {
        server_id: ServerDelta(row[_RECEIVED], row[_TYPE] == "server_shutdown")
        for server_id, row in newest.items()
    }


def match_deltas(rows: Iterable[Row], *, feed_max: int) -> dict[str, MatchDelta]:
    """The changes by match id. `rows` in the order in which they happened."""
    matches: dict[Any, MatchDelta] = {}
    for row in rows:
        # A clock that runs ahead must not make a board deaf to whatever comes after.
        ms = min(row[_TIME], row[_RECEIVED])
        match = matches.get(row[_MATCH])
        if match is None:
            if len(matches) >= MATCHES_MAX:
                continue
            match = matches[row[_MATCH]] = MatchDelta(
                str(row[_MATCH]), row[_SERVER], row[_WIRE][:NAME_CHARACTERS_MAX], row[_GAME], ms, ms
            )
        elif row[_SERVER] != match.server_id:
            continue  # whoever sends a match's id from another server does not touch its board
        match.last_ms = max(match.last_ms, ms)
        sets = match.sets
        if row[_MAP]:
            sets["map_name"] = (row[_MAP][:NAME_CHARACTERS_MAX], ms)
        if row[_GAMETYPE]:
            sets["gametype"] = (row[_GAMETYPE][:16], ms)
        if row[_ROUND]:
            sets["round_number"] = (row[_ROUND], ms)
        _EFFECTS[row[_TYPE]](match, row, ms)
    for match in matches.values():
        del match.feed[:-feed_max]
    return {match.match_id: match for match in matches.values()}


def place_of(token: str) -> tuple[str, str]:
    """Spool stream of a chunk's token and its place there: text that sorts as the stream was written.

    `8f3c0a6b91d2-web-00000001-00000042/3` is place `00000001-00000042/00003` of `8f3c0a6b91d2-web`.
    """
    segment, _, chunk = token.partition("/")
    stream, epoch, number = segment.rsplit("-", 2)
    return stream, f"{epoch}-{number}/{chunk:0>5}"


# -- what each type does ---------------------------------------------------------------------------------------


def _on_kill(match: MatchDelta, row: Row, ms: int) -> None:
    kind = row[_KIND]
    killer, victim = match.player(row, _PLAYER, ms), match.player(row, _TARGET, ms)
    headshot = row[_HITLOC] in _HEAD
    if killer is not None:
        weapon = row[_WEAPON]
        if kind == "kill":
            killer.killed(ms)
            killer.headshots += headshot
        elif kind == "bot":
            killer.bot_kills += 1
        elif kind == "team_kill":
            killer.team_kills += 1
        elif kind == "suicide":
            killer.suicides += 1
        if weapon and weapon != "unknown":
            killer.sets["weapon"] = (weapon[:NAME_CHARACTERS_MAX], ms)
    if victim is not None:
        victim.died(ms)
    match.feed.append(_feed_line(row, kind, ms, headshot))


def _feed_line(row: Row, kind: str, ms: int, headshot: bool) -> Kill:
    return Kill(
        at_ms=ms, kind=kind,
        victim_guid=row[_TARGET], victim_name=row[_TARGET + _NAME][:NAME_CHARACTERS_MAX], victim_team=row[_TARGET + _TEAM][:16],
        killer_guid=row[_PLAYER], killer_name=row[_PLAYER + _NAME][:NAME_CHARACTERS_MAX], killer_team=row[_PLAYER + _TEAM][:16],
        weapon=row[_WEAPON][:NAME_CHARACTERS_MAX], mod=row[_MOD][:16], headshot=headshot,
    )  # fmt: skip


def _on_presence(match: MatchDelta, row: Row, ms: int) -> None:
    player = match.player(row, _PLAYER, ms)
    if player is not None:
        player.sets["left"] = (False, ms)
        if ping := row[_ATTRIBUTES].get("ping"):
            player.sets["ping"] = (_number(ping), ms)


def _on_weapon(match: MatchDelta, row: Row, ms: int) -> None:
    player = match.player(row, _PLAYER, ms)
    if player is not None and row[_WEAPON]:
        player.sets["weapon"] = (row[_WEAPON][:NAME_CHARACTERS_MAX], ms)


def _on_team(match: MatchDelta, row: Row, ms: int) -> None:
    player = match.player(row, _PLAYER, ms)
    if player is not None and (team := row[_ATTRIBUTES].get("new_team")):
        player.sets["team"] = (team[:16], ms)


def _on_leave(match: MatchDelta, row: Row, ms: int) -> None:
    player = match.player(row, _PLAYER, ms)
    if player is not None:
        player.sets["left"] = (True, ms)


def _on_score(match: MatchDelta, row: Row, ms: int) -> None:
    player = match.player(row, _PLAYER, ms)
    if player is not None and (total := row[_ATTRIBUTES].get("new_total")):
        player.sets["score"] = (_number(total), ms)


def _on_heartbeat(match: MatchDelta, row: Row, ms: int) -> None:
    match.sets["player_count"] = (max(0, min(10_000, round(row[_AMOUNT]))), ms)
    _scores(match, row[_ATTRIBUTES], ms)


def _on_match_start(match: MatchDelta, row: Row, ms: int) -> None:
    match.sets["started_ms"] = (ms, ms)
    match.sets["state"] = (PLAYING, ms)
    _scores(match, row[_ATTRIBUTES], ms)


def _on_match_end(match: MatchDelta, row: Row, ms: int) -> None:
    match.sets["state"] = (ENDED, ms)
    _winner(match, row, ms)
    _scores(match, row[_ATTRIBUTES], ms)


def _on_team_win(match: MatchDelta, row: Row, ms: int) -> None:
    _winner(match, row, ms)
    _scores(match, row[_ATTRIBUTES], ms)


def _on_intermission(match: MatchDelta, row: Row, ms: int) -> None:
    _scores(match, row[_ATTRIBUTES], ms)
    if match.sets.get("state", ("",))[0] != ENDED:
        match.sets["state"] = (INTERMISSION, ms)


def _on_gameflow(match: MatchDelta, row: Row, ms: int) -> None:
    _scores(match, row[_ATTRIBUTES], ms)


def _winner(match: MatchDelta, row: Row, ms: int) -> None:
    winner = row[_ATTRIBUTES].get("winning_team", "")
    if winner not in {"", "unknown"}:
        match.sets["winning_team"] = (winner[:16], ms)


def _scores(match: MatchDelta, attributes: Mapping[str, str], ms: int) -> None:
    for name in ("allies_score", "axis_score"):
        if text := attributes.get(name):
            match.sets[name] = (_number(text), ms)
    if text := attributes.get("maxclients"):
        match.sets["max_players"] = (max(0, min(10_000, _number(text))), ms)


def _number(text: str) -> int:
    """A whole number of the wire, bounded; 0 for what is none."""
    try:
        return max(-SCORE_MAX, min(SCORE_MAX, round(float(text))))
    except (ValueError, OverflowError):
        return 0


PLAYING: Final = "playing"
INTERMISSION: Final = "intermission"
ENDED: Final = "ended"

_HEAD: Final = frozenset(("head", "helmet"))
_EFFECTS: Final[Mapping[str, Callable[[MatchDelta, Row, int], None]]] = {
    "player_kill": _on_kill,
    "bot_killed": _on_kill,
    "player_spawn": _on_presence,
    "client_begin": _on_presence,
    "connect": _on_presence,
    "client_userinfo_changed": _on_presence,
    # Each player's every ten seconds: who neither kills nor dies is there all the same.
    "accuracy_summary": _on_presence,
    "bot_spawn": _on_presence,
    "weapon_change": _on_weapon,
    "team_join": _on_team,
    "team_change": _on_team,
    "disconnect": _on_leave,
    "player_inactivity_drop": _on_leave,
    "score_change": _on_score,
    "heartbeat": _on_heartbeat,
    "match_start": _on_match_start,
    "match_end": _on_match_end,
    "team_win": _on_team_win,
    "intermission_start": _on_intermission,
    "round_start": _on_gameflow,
    "round_end": _on_gameflow,
    "map_start": _on_gameflow,
    "map_init": _on_gameflow,
    "game_init": _on_gameflow,
}
LIVE_TYPES: Final = frozenset(_EFFECTS)
"""The event types that change a board; a good tenth of a server's events."""
