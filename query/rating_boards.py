"""The skill rating as it is shown: the leaderboard, a player's rating with its history, a match's changes, the runs.

How it is made: query/ratings.py and query/rater.py; docs/rating.md explains it to players.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any, Final

from clickhouse.client import ClickHouse
from query import rater
from query.games import MOHAA
from query.players import player_guid
from query.rankings import FIRST, Page, Person, paged, people
from query.ratings import Rating
from query.times import known
from schema.answers.ratings import (
    MatchRatingChange,
    PlayerRating,
    RatingChange,
    RatingEntry,
    RatingLeaderboard,
    RatingRun,
    SkillRating,
)

HISTORY: Final = 50
HISTORY_MAX: Final = 500
MATCHES_MIN: Final = 5
"""Matches a player needs to be on the board: before that a rating says little."""
RUNS: Final = 20
ELO_BASE: Final = 1000
ELO_PER_POINT: Final = 40

Row = Mapping[str, Any]


def skill(rating: Rating) -> SkillRating:
    """A rating as it is shown; `elo` is the conservative rating in numbers people are used to, in the same order."""
    conservative = rating.conservative
    return SkillRating(
        mu=round(rating.mu, 4),
        sigma=round(rating.sigma, 4),
        rating=round(conservative, 2),
        elo=round(ELO_BASE + ELO_PER_POINT * conservative),
    )


async def rating_leaderboard(
    store: ClickHouse, page: Page = FIRST, *, matches_min: int = MATCHES_MIN, game: str = MOHAA
) -> RatingLeaderboard:
    """Players by conservative rating, of those with `matches_min` rated matches. Raises InvalidCursor."""
    parameters: dict[str, object] = {"game": game, "sample_min": matches_min}
    of = f"rating/{game}/{matches_min}"
    ranked = await paged(store, "board_ranking_rating", parameters, of, page)
    rows, named, runs = await asyncio.gather(
        _ratings(store, ranked.guids, game),
        people(store, ranked.guids, game),
        rating_runs(store, game, limit=1),
    )
    return RatingLeaderboard(
        players=[
            _entry(one.rank, rows[one.guid], named[one.guid]) for one in ranked.standings if one.guid in rows
        ],
        total=ranked.total,
        next_cursor=ranked.next_cursor,
        matches_min=matches_min,
        run=runs[0] if runs else None,
    )


async def player_ratings(
    store: ClickHouse, guids: Sequence[str], game: str = MOHAA
) -> dict[str, SkillRating]:
    """guid -> rating, of those among at most 100 players who have one."""
    rows = await _ratings(store, guids, game)
    return {guid: skill(Rating(row["mu"], row["sigma"])) for guid, row in rows.items()}


async def player_rating(
    store: ClickHouse, guid: str, *, history: int = HISTORY, game: str = MOHAA
) -> PlayerRating:
    """The rating of a player, his rank among all who are rated, and what his last matches did to it.

    Who was never rated has the rating everybody starts with, and no rank.
    """
    guid = await player_guid(store, guid, game)
    rows, named, (rank, total), changes = await asyncio.gather(
        _ratings(store, [guid], game),
        people(store, [guid], game),
        player_rank(store, guid, game),
        store.rows("player_rating_history", {"game": game, "guid": guid, "rows_max": history}),
    )
    row = rows.get(guid)
    return PlayerRating(
        player_id=guid,
        guid=guid,
        player_name=named[guid].name,
        name=named[guid].name,
        skill=skill(Rating(row["mu"], row["sigma"]) if row else Rating()),
        rank=rank,
        total=total,
        matches=row["matches"] if row else 0,
        last_match_at=known(row["last_match_at"]) if row else None,
        history=[_change(change) for change in changes],
    )


async def player_rank(store: ClickHouse, guid: str, game: str = MOHAA) -> tuple[int | None, int]:
    """The rank of a player among all who are rated (None: he is not), and how many those are."""
    parameters: dict[str, object] = {"game": game, "sample_min": 1}
    ranked = await paged(store, "board_ranking_rating", parameters, "rank", Page(limit=1, around=guid))
    return (ranked.standings[0].rank if ranked.standings else None), ranked.total


async def match_rating_changes(
    store: ClickHouse, match_id: str, guids: Sequence[str], game: str = MOHAA
) -> list[MatchRatingChange]:
    """What a match did to the ratings of these of its players (at most 100), the winners first; nothing until it is rated."""
    if not guids:
        return []
    parameters = {"game": game, "match_id": match_id, "guids": list(guids)}
    rows = await store.rows("match_rating_changes", parameters)
    return [
        MatchRatingChange(
            player_id=row["player_guid"],
            guid=row["player_guid"],
            place=row["place"],
            before=_before(row),
            after=_after(row),
        )
        for row in rows
    ]


async def rating_runs(store: ClickHouse, game: str = MOHAA, *, limit: int = RUNS) -> list[RatingRun]:
    """The runs of the rating, the current one first."""
    return [
        RatingRun(
            run=one.run,
            reason=one.reason,
            from_match=one.from_match,
            from_time=known(one.from_time),
            matches=one.matches,
            finished_at=one.finished_at,
            stale_matches=one.stale,
            stale_from_match=one.stale_match,
            stale_from_time=known(one.stale_time),
        )
        for one in await rater.runs(store, game, limit=limit)
    ]


async def _ratings(store: ClickHouse, guids: Sequence[str], game: str) -> dict[str, Row]:
    if not guids:
        return {}
    rows = await store.rows("player_ratings", {"game": game, "guids": list(guids)})
    return {row["player_guid"]: row for row in rows}


def _entry(rank: int, row: Row, person: Person) -> RatingEntry:
    return RatingEntry(
        rank=rank,
        player_id=row["player_guid"],
        guid=row["player_guid"],
        player_name=person.name,
        name=person.name,
        verified=person.verified,
        skill=skill(Rating(row["mu"], row["sigma"])),
        matches=row["matches"],
        last_match_at=row["last_match_at"],
    )


def _before(row: Row) -> SkillRating:
    return skill(Rating(row["mu_before"], row["sigma_before"]))


def _after(row: Row) -> SkillRating:
    return skill(Rating(row["mu_after"], row["sigma_after"]))


def _change(row: Row) -> RatingChange:
    return RatingChange(
        match_id=row["id"],
        ended_at=row["ended_at"],
        place=row["place"],
        before=_before(row),
        after=_after(row),
    )
