"""The skill rating (docs/rating.md)."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct


class SkillRating(Struct, frozen=True, kw_only=True):
    """How good a player seems (`mu`), how unsure that is (`sigma`), and what boards rank by: `rating`, mu - 3 sigma."""

    mu: float
    sigma: float
    rating: float
    elo: int
    """1000 + 40 x the rating: the same order in numbers people are used to."""


class RatingEntry(Struct, frozen=True, kw_only=True):
    """One player of the board."""

    rank: int
    player_id: str
    guid: str
    player_name: str
    name: str
    verified: bool
    skill: SkillRating
    matches: int
    last_match_at: datetime


class RatingRun(Struct, frozen=True, kw_only=True):
    """One run of the rating: every match rated one after the other. The newest counts."""

    run: int
    reason: str
    """first, late events, or rebuild."""
    from_match: str
    """The first match that this run rates otherwise than the one before; empty when that is not known."""
    from_time: datetime | None
    matches: int
    """Matches it had rated when it began to count."""
    finished_at: datetime
    stale_matches: int
    """Matches that came or changed too late for it: the next replay takes them in."""
    stale_from_match: str
    stale_from_time: datetime | None


class RatingLeaderboard(Struct, frozen=True, kw_only=True):
    """GET /stats/leaderboard/rating."""

    players: list[RatingEntry]
    total: int
    next_cursor: str | None
    matches_min: int
    run: RatingRun | None
    """Null until the first match is rated."""


class RatingChange(Struct, frozen=True, kw_only=True):
    """What one match did to a player's rating."""

    match_id: str
    ended_at: datetime
    place: int
    before: SkillRating
    after: SkillRating


class MatchRatingChange(Struct, frozen=True, kw_only=True):
    """What a match did to the rating of one of its players."""

    player_id: str
    guid: str
    place: int
    before: SkillRating
    after: SkillRating


class PlayerRating(Struct, frozen=True, kw_only=True):
    """GET /stats/player/{guid}/rating."""

    player_id: str
    guid: str
    player_name: str
    name: str
    skill: SkillRating
    rank: int | None
    total: int
    matches: int
    last_match_at: datetime | None
    history: list[RatingChange]
    """Newest first."""
