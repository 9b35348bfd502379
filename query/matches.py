"""Matches: the list, and one with its scoreboard. What happened in one, event by event: query.match_events."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final, NamedTuple
from uuid import UUID

from clickhouse.client import ClickHouse
from query.cursors import InvalidCursor, cursor, keys_of
from query.games import MOHAA
from query.ratios import kd_ratio, percent, points
from query.scope import EVERYTHING, Scope
from query.times import known
from query.together import Asks
from schema.answers.matches import Match, MatchItem, MatchSummary, ScoreboardRow
from schema.answers.totals import Total
from schema.answers.words import UNKNOWN_PLAYER, UNKNOWN_SERVER
from schema.match_ids import match_uuid_of_path

LIMIT: Final = 20
LIMIT_MAX: Final = 100
SCOREBOARD_MAX: Final = 500
"""More players than any server holds; a server that never says where a match ends may collect more."""
NAMED_MAX: Final = 100
"""Players of a match who are named in a question: they travel in its URL."""

PLAYERS: Final = "players"
RESULT: Final = "result"
FIGURES: Final = "figures"
EVERYTHING_KNOWN: Final = (PLAYERS, RESULT, FIGURES)
"""What a summary tells besides where and when; planning all of it takes half as long again as reading it."""

_MS_END: Final = 1 << 48
RAW_SPAN_MAX: Final = timedelta(days=3)
"""Longer than any match is played."""

Names = Mapping[str, str]
Row = Mapping[str, Any]


class Participant(NamedTuple):
    """Who played in a match."""

    guid: str
    name: str
    team: str
    kills: int


async def matches(
    store: ClickHouse,
    server_names: Names,
    asked: Scope = EVERYTHING,
    *,
    player: str = "",
    after: str = "",
    limit: int = LIMIT,
    offset: int = 0,
) -> list[MatchItem]:
    """Matches in which anybody was seen, newest first. `server_names`: server_id -> name.

    A match belongs to the period it began in; `player` leaves those he was seen in. `after` is the cursor of the
    last match of the page before (InvalidCursor: of another list). Weapon and bots do not filter matches.
    """
    of = _list_name(asked, player)
    before_ms, before_id = _place(after, of)
    rows = await store.rows(
        "matches",
        {
            **_list_parameters(asked, player),
            "before_ms": before_ms,
            "before_id": before_id,
            "page_rows": limit,
            "skip_rows": offset,
        },
    )
    return [_item(row, server_names, of) for row in rows]


async def match_total(store: ClickHouse, asked: Scope = EVERYTHING, *, player: str = "") -> Total:
    """How many matches `matches` would list in all."""
    [row] = await store.rows("matches_count", _list_parameters(asked, player))
    return Total(total=row["matches"])


def _list_name(asked: Scope, player: str) -> str:
    return f"matches/{player}/{asked.key()}"


def _place(after: str, of: str) -> tuple[int, str]:
    """When the match of a cursor began, Unix ms, and its id; (0, zeros) for the first page."""
    if not after:
        return 0, str(UUID(int=0))
    began_ms, match_id = keys_of(after, of, (int, str))
    try:
        found = int(began_ms), str(UUID(str(match_id)))
    except ValueError:
        raise InvalidCursor("cursor is none of ours") from None
    if not 0 < found[0] < _MS_END:
        raise InvalidCursor("cursor is none of ours")
    return found


def _list_parameters(asked: Scope, player: str) -> dict[str, object]:
    wanted = ("game", "from_time", "to_time", "server_id", "map_name", "gametype")
    return {**{name: asked.parameters()[name] for name in wanted}, "player_guid": player}


async def match(store: ClickHouse, id: str, server_names: Names, game: str = MOHAA) -> Match | None:
    """One match by its UUID or by the id the server gave it; None when nothing was ever heard of it."""
    row = await summary_row(store, id, game)
    if row is None:
        return None
    return Match(
        match_id=row["match"],
        match_wire_id=row["wire_id"],
        summary=_summary(row, server_names),
        scoreboard=await scoreboard(store, row, game),
    )


async def summary_row(
    store: Asks, id: str, game: str = MOHAA, parts: Collection[str] = EVERYTHING_KNOWN
) -> Row | None:
    """The row of a match by its UUID or wire id, as match_summary.sql answers it; None: never heard of.

    `parts`: of EVERYTHING_KNOWN, what is wanted besides its id, server and times.
    """
    asked = {
        "game": game, "match_id": str(match_uuid_of_path(id)), "parts": list(parts), "players_max": NAMED_MAX,
    }  # fmt: skip
    found = await store.rows("match_summary", asked)
    return found[0] if found else None


async def scoreboard(store: Asks, row: Row, game: str = MOHAA) -> list[ScoreboardRow]:
    """The players of a match found by `summary_row` (with PLAYERS), most kills first."""
    return [_scoreboard_row(player) for player in await _players(store, row, game, whole=True)]


async def participants(store: Asks, row: Row, game: str = MOHAA) -> list[Participant]:
    """The same players in the same order, without what each of them did."""
    return [_participant(player) for player in await _players(store, row, game, whole=False)]


async def _players(store: Asks, row: Row, game: str, *, whole: bool) -> list[dict[str, Any]]:
    return await store.rows(
        "match_scoreboard",
        {
            "game": game,
            "match_id": row["match"],
            # From the summary, which knows them already; more than that do not fit into a question.
            "guids": row["some_players"] if row["player_count"] <= NAMED_MAX else [],
            "is_crowded": row["player_count"] > NAMED_MAX,
            "whole": whole,
            "from_hour": _hour(row["started_at"]),
            "to_hour": _hour(row["last_event_at"]),
            "rows_max": SCOREBOARD_MAX,
        },
    )


def raw_span(row: Row, game: str = MOHAA) -> dict[str, object]:
    """Where the events of a match found by `summary_row` lie among the raw ones: what queries on them bind.

    Of a "match" that never ends (a server that sends `no_match` for ever) only the last RAW_SPAN_MAX is read.
    """
    to_time = row["last_event_at"].replace(microsecond=0) + timedelta(seconds=1)
    return {
        "game": game,
        "match_id": row["match"],
        "server_id": row["server"],
        "from_time": max(row["started_at"].replace(microsecond=0), to_time - RAW_SPAN_MAX),
        "to_time": to_time,
    }


def _hour(at: datetime) -> datetime:
    return at.astimezone(UTC).replace(minute=0, second=0, microsecond=0)


def ended_at(row: Row) -> datetime:
    """When it was said to have ended; until then the last event."""
    return known(row["said_ended_at"]) or row["last_event_at"]


def duration_s(row: Row) -> float:
    """Seconds from the first event to the last."""
    return float((row["last_event_at"] - row["started_at"]).total_seconds())


def _item(row: Row, server_names: Names, of: str) -> MatchItem:
    return MatchItem(
        id=row["match"],
        match_id=row["match"],
        match_wire_id=row["wire_id"],
        map=row["map"],
        map_name=row["map"],
        gametype=row["game_type"],
        server_id=row["server"],
        server_name=server_names.get(row["server"], UNKNOWN_SERVER),
        start_time=row["started_at"],
        started_at=row["started_at"],
        ended_at=ended_at(row),
        duration=duration_s(row),
        player_count=row["player_count"],
        max_players=row["places"],
        kills=row["total_kills"],
        winning_team=row["winner"],
        allies_score=row["allies"],
        axis_score=row["axis"],
        cursor=cursor(of, (round(row["started_at"].timestamp() * 1000), row["match"])),
    )


def _summary(row: Row, server_names: Names) -> MatchSummary:
    return MatchSummary(
        map_name=row["map"],
        gametype=row["game_type"],
        server_id=row["server"],
        server_name=server_names.get(row["server"], UNKNOWN_SERVER),
        started_at=row["started_at"],
        ended_at=ended_at(row),
        duration=duration_s(row),
        is_finished=known(row["said_ended_at"]) is not None,
        total_kills=row["total_kills"],
        total_bot_kills=row["total_bot_kills"],
        total_deaths=row["total_deaths"],
        total_headshots=row["total_headshots"],
        unique_players=row["player_count"],
        max_players=row["places"],
        rounds=row["round_count"],
        winning_team=row["winner"],
        allies_score=row["allies"],
        axis_score=row["axis"],
    )


def _participant(row: Row) -> Participant:
    return Participant(
        row["player_guid"], row["player_name"] or UNKNOWN_PLAYER, row["last_team"], row["kills"]
    )


def _scoreboard_row(row: Row) -> ScoreboardRow:
    name = row["player_name"] or UNKNOWN_PLAYER
    played_s = (row["acted_to"] - row["acted_from"]).total_seconds()
    return ScoreboardRow(
        player_id=row["player_guid"],
        player_name=name,
        guid=row["player_guid"],
        name=name,
        team=row["last_team"],
        is_bot=row["bot"],
        kills=row["kills"],
        bot_kills=row["bot_kills"],
        deaths=row["deaths"],
        kd=kd_ratio(row["kills"], row["deaths"]),
        headshots=row["headshots"],
        suicides=row["suicides"],
        team_kills=row["team_kills"],
        damage_dealt=points(row["damage_dealt"]),
        damage_taken=points(row["damage_taken"]),
        shots_fired=row["shots_fired"],
        shots_hit=row["shots_hit"],
        accuracy=percent(row["shots_hit"], row["shots_fired"]),
        playtime_seconds=max(0.0, played_s),
    )
