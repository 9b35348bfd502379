"""Keeps the skill rating: rates ended matches in the order of their end, and replays when that order turns out wrong.

The rating of a player never changes silently: a match that comes late, or changes after it was rated, is only marked; a replay
rates every match again into a new run, which becomes the current one by a row that says why and from which match on.
One rater works at a time over all nodes (`rater_lock`); whoever dies in between leaves nothing that the next one would
not write again just so.
"""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final, NamedTuple
from uuid import UUID

import msgspec

from clickhouse.client import ClickHouse
from postgres.pool import Postgres
from query.games import MOHAA
from query.ratings import Change, MatchPlayer, RatedMatch, Rating, rate
from schema.gametypes import is_team_gametype

RATE_AFTER_S: Final = 300.0
"""A match is rated so long after its end: by then others that ended before it are known, too."""
REPLAY_EVERY_S: Final = 3600.0
"""Late events are answered by one replay an hour at most: it rates everything again."""
BATCH_MATCHES: Final = 50
FIRST: Final = "first"
LATE: Final = "late events"
REBUILD: Final = "rebuild"
LATE_MATCH: Final = "late match"

_LOCK: Final = 0x5241_5445
"""Name of the rater's lock in Postgres ("RATE")."""
_BEGINNING: Final = datetime(1970, 1, 1, tzinfo=UTC)


class Run(NamedTuple):
    """A run of the rating; `stale`: how many matches it missed since, from the one that ended at `stale_time` on."""

    run: int
    reason: str
    from_match: str
    from_time: datetime
    matches: int
    finished_at: datetime
    stale: int
    stale_match: str
    stale_time: datetime


class Due(NamedTuple):
    """A match to look at; `rated_inputs`: the digest it was rated with, empty when it was not."""

    match: RatedMatch
    events: int
    rated_inputs: str


@contextlib.asynccontextmanager
async def rater_lock(postgres: Postgres) -> AsyncIterator[bool]:
    """Whether we are the one rater, until the end of the block; False while another one works, on any node."""
    async with postgres.connection() as connection:
        ours = bool(await connection.fetchval("SELECT pg_try_advisory_lock($1)", _LOCK))
        try:
            yield ours
        finally:
            if ours:
                await connection.execute("SELECT pg_advisory_unlock($1)", _LOCK)


async def runs(store: ClickHouse, game: str = MOHAA, *, limit: int = 20) -> list[Run]:
    """The runs of the rating, the current one first."""
    rows = await store.rows("rating_runs", {"game": game, "rows_max": limit})
    return [Run(**{name: row[name] for name in Run._fields}) for row in rows]


async def rate_due(store: ClickHouse, now: datetime, game: str = MOHAA) -> int:
    """Rate the matches that ended, mark those that came late, replay where marks are due; returns how many were rated.

    Call it as the one rater. Raises ClickHouseUnavailable; what was rated until then stays.
    """
    known = await runs(store, game, limit=1)
    if not known:
        await _record_run(store, game, 1, FIRST, now)
        known = await runs(store, game, limit=1)
    current = known[0]
    rated = 0
    while due := await _due(store, game, current.run, now):
        rated += await _rate_batch(store, game, current.run, due, now)
    [current] = await runs(store, game, limit=1)
    if current.stale and now - current.finished_at >= timedelta(seconds=REPLAY_EVERY_S):
        rated += await replay(store, LATE, now, game)
    return rated


async def replay(store: ClickHouse, reason: str, now: datetime, game: str = MOHAA) -> int:
    """Rate every match again into a new run and make it the current one; returns how many. Call it as the one rater."""
    known = await runs(store, game, limit=1)
    run = known[0].run + 1 if known else 1
    # What a replay that died has left of this run: made from other events, perhaps.
    await _forget(store, run)
    rated = 0
    while due := await _due(store, game, run, now):
        rated += await _rate_batch(store, game, run, due, now)
    stale = known[0] if known and known[0].stale and reason == LATE else None
    await _record_run(
        store, game, run, reason, now,
        stale.stale_match if stale else "", stale.stale_time if stale else _BEGINNING, rated,
    )  # fmt: skip
    if run > 2:
        await _forget(store, run - 2)
    return rated


async def _due(store: ClickHouse, game: str, run: int, now: datetime) -> list[Due]:
    rows = await store.rows(
        "rating_due",
        {
            "game": game,
            "run": run,
            "ended_before": now - timedelta(seconds=RATE_AFTER_S),
            "rows_max": BATCH_MATCHES,
        },
    )
    if not rows:
        return []
    inputs = await store.rows(
        "rating_inputs",
        {
            "game": game,
            "match_ids": [row["id"] for row in rows],
            "from_hour": _hour(min(row["first_at"] for row in rows)),
            "to_hour": _hour(max(row["last_at"] for row in rows)),
        },
    )
    players: dict[str, list[MatchPlayer]] = {}
    for row in inputs:
        players.setdefault(row["id"], []).append(_player(row))
    return [
        Due(_match(row, players.get(row["id"], [])), row["event_count"], row["rated_inputs"]) for row in rows
    ]


async def _rate_batch(store: ClickHouse, game: str, run: int, due: Sequence[Due], now: datetime) -> int:
    """Rate what follows the last rated match; mark what should have come before it; pass over what is as it was."""
    [row] = await store.rows("rating_last", {"game": game, "run": run})
    last: tuple[datetime, str] = tuple(row["last"])
    following = [one for one in due if not one.rated_inputs and one.match.place > last]
    unchanged = [one for one in due if one.rated_inputs == digest(one.match)]
    marks = [one for one in due if one not in following and one not in unchanged]
    known = await _known(store, game, run, following, last)
    rated: list[tuple[Due, list[Change]]] = []
    for one in sorted(following, key=lambda each: each.match.place):
        changes = rate(one.match, known)
        known.update((change.guid, change.after) for change in changes)
        rated.append((one, changes))
    await _store_ratings(store, game, run, rated, now)
    await _store_matches(store, game, run, [*rated, *((one, None) for one in unchanged)], now)
    await _store_marks(store, game, run, marks, now)
    return len(rated)


async def _known(
    store: ClickHouse, game: str, run: int, due: Sequence[Due], last: tuple[datetime, str]
) -> dict[str, Rating]:
    if not due:
        return {}
    matches = [one.match.match_id for one in due]
    parameters = {"game": game, "run": run, "match_ids": matches, "last_time": last[0], "last_match": last[1]}
    rows = await store.rows("rating_known", parameters)
    return {row["player_guid"]: Rating(*row["rating"]) for row in rows}


async def _store_ratings(
    store: ClickHouse, game: str, run: int, rated: Sequence[tuple[Due, list[Change]]], now: datetime
) -> None:
    rows = [
        (
            game, run, change.guid, _ms(one.match.ended_at), UUID(one.match.match_id), change.place,
            *change.before, *change.after, _ms(now),
        )
        for one, changes in rated
        for change in changes
    ]  # fmt: skip
    names = (
        "game", "run", "player_guid", "ended_at", "match_id", "place", "mu_before", "sigma_before", "mu_after",
        "sigma_after", "rated_at",
    )  # fmt: skip
    await _insert(store, "match_ratings", names, rows)


async def _store_matches(
    store: ClickHouse,
    game: str,
    run: int,
    rated: Sequence[tuple[Due, list[Change] | None]],
    now: datetime,
) -> None:
    rows = [
        (
            game, run, UUID(one.match.match_id), _ms(one.match.ended_at), one.events, digest(one.match),
            len(changes or ()), _ms(now),
        )
        for one, changes in rated
    ]  # fmt: skip
    names = ("game", "run", "match_id", "ended_at", "events", "inputs", "players", "rated_at")
    await _insert(store, "rated_matches", names, rows)


async def _store_marks(store: ClickHouse, game: str, run: int, marks: Sequence[Due], now: datetime) -> None:
    rows = [
        (
            game, run, UUID(one.match.match_id), _ms(one.match.ended_at),
            LATE if one.rated_inputs else LATE_MATCH, _ms(now),
        )
        for one in marks
    ]  # fmt: skip
    await _insert(store, "rating_marks", ("game", "run", "match_id", "ended_at", "reason", "found_at"), rows)


async def _record_run(
    store: ClickHouse,
    game: str,
    run: int,
    reason: str,
    now: datetime,
    from_match: str = "",
    from_time: datetime = _BEGINNING,
    matches: int = 0,
) -> None:
    names = ("game", "run", "reason", "match_id", "from_time", "matches", "finished_at")
    await _insert(
        store,
        "rating_runs",
        names,
        [
            (
                game,
                run,
                reason,
                UUID(from_match) if from_match else UUID(int=0),
                _ms(from_time),
                matches,
                _ms(now),
            )
        ],
    )


async def _insert(
    store: ClickHouse, table: str, names: Sequence[str], rows: Sequence[tuple[Any, ...]]
) -> None:
    """Rows of the same key replace each other, so the token only has to be new where the rows are."""
    if rows:
        token = hashlib.sha256(repr(rows).encode()).hexdigest()
        await store.insert(table, names, [list(column) for column in zip(*rows, strict=True)], token=token)


async def _forget(store: ClickHouse, run: int) -> None:
    """Drop a run that nobody reads: an old one, or one that was never finished."""
    for table in ("match_ratings", "rated_matches", "rating_marks"):
        await store.change(f"ALTER TABLE {table} DROP PARTITION {int(run)}")


def digest(match: RatedMatch) -> str:
    """Tells whether anything that the rating of a match rests on has changed."""
    players = sorted(
        (one.guid, one.team, one.is_bot, one.kills, one.deaths, one.played_s) for one in match.players
    )
    told = msgspec.json.encode([match.ended_at, match.teams, match.winner, players])
    return hashlib.sha256(told).hexdigest()[:32]


def _match(row: Mapping[str, Any], players: Sequence[MatchPlayer]) -> RatedMatch:
    return RatedMatch(
        match_id=row["id"],
        ended_at=row["ended_at"],
        teams=is_team_gametype(row["gametype"]),
        winner=row["winner"] if row["winner"] in ("allies", "axis") else "",
        players=players,
    )


def _player(row: Mapping[str, Any]) -> MatchPlayer:
    return MatchPlayer(
        guid=row["player_guid"],
        team=row["last_team"],
        is_bot=bool(row["bot"]),
        kills=row["kills"],
        deaths=row["deaths"],
        played_s=row["played_s"],
    )


def _hour(at: datetime) -> datetime:
    return at.astimezone(UTC).replace(minute=0, second=0, microsecond=0)


def _ms(at: datetime) -> int:
    return round(at.timestamp() * 1000)
