"""The skill rating: matches in, ratings out. Pure and deterministic: the same matches give the same ratings, in any order
of arrival (docs/rating.md explains it to players).

A rating is openskill's (Weng and Lin's Plackett-Luce model): `mu` says how good a player seems, `sigma` how sure that is.
Boards rank by the conservative rating mu - 3 sigma, which a player hardly falls below.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, NamedTuple

from openskill.models import PlackettLuce

MU: Final = 25.0
SIGMA: Final = MU / 3
SIGMAS_BELOW: Final = 3
PLAYED_MIN_S: Final = 60.0
"""Who acted for less than a minute was not in the match: too little to tell anything by."""
PLAYERS_MAX: Final = 256
"""More players than any match has; a server that never says where one ends makes none that can be rated."""

_MODEL: Final = PlackettLuce(mu=MU, sigma=SIGMA)


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchPlayer:
    """What rating knows of a player in a match. `team`: the last one that was known."""

    guid: str
    team: str
    is_bot: bool
    kills: int
    deaths: int
    played_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class RatedMatch:
    """A match that has ended. `winner`: allies, axis or empty (no winner: a draw of the teams)."""

    match_id: str
    ended_at: datetime
    teams: bool
    winner: str
    players: Sequence[MatchPlayer]

    @property
    def place(self) -> tuple[datetime, str]:
        """Where it stands in the order of rating: by its end, then by its id."""
        return (self.ended_at, self.match_id)


class Rating(NamedTuple):
    """How good a player seems and how sure that is."""

    mu: float = MU
    sigma: float = SIGMA

    @property
    def conservative(self) -> float:
        """What boards rank by."""
        return self.mu - SIGMAS_BELOW * self.sigma


class Change(NamedTuple):
    """What one match did to the rating of one player; `place`: 1 for the winner, equal ones share it."""

    guid: str
    place: int
    before: Rating
    after: Rating


def rate(match: RatedMatch, known: Mapping[str, Rating]) -> list[Change]:
    """What the match does to its players, by guid; nothing when there are not two sides to compare.

    `known`: the ratings before it; who is missing there has never been rated.
    """
    sides = _team_sides(match) if match.teams else _single_sides(match)
    if len(sides) < 2:
        return []
    before = [[known.get(guid, Rating()) for guid in side.guids] for side in sides]
    rated = _MODEL.rate(
        [[_MODEL.rating(mu=one.mu, sigma=one.sigma) for one in team] for team in before],
        ranks=[float(side.place) for side in sides],
    )
    changes = [
        Change(guid, side.place, old, Rating(new.mu, new.sigma))
        for side, olds, news in zip(sides, before, rated, strict=True)
        for guid, old, new in zip(side.guids, olds, news, strict=True)
    ]
    return sorted(changes)


def rate_all(
    matches: Iterable[RatedMatch], known: Mapping[str, Rating] | None = None
) -> list[tuple[RatedMatch, list[Change]]]:
    """Every match after the other in their order, each from what the one before left."""
    ratings, rated = dict(known or {}), []
    for match in sorted(matches, key=lambda one: one.place):
        changes = rate(match, ratings)
        ratings.update((change.guid, change.after) for change in changes)
        rated.append((match, changes))
    return rated


class _Side(NamedTuple):
    place: int
    guids: list[str]


def _rateable(match: RatedMatch) -> list[MatchPlayer]:
    """People who played; sorted, as adding up in another order would give other last digits."""
    present = [one for one in match.players if not one.is_bot and one.played_s >= PLAYED_MIN_S]
    return sorted(present, key=lambda one: one.guid) if len(present) <= PLAYERS_MAX else []


def _team_sides(match: RatedMatch) -> list[_Side]:
    """Allies and axis; without a winner they are equal."""
    sides = []
    for team in ("allies", "axis"):
        guids = [one.guid for one in _rateable(match) if one.team == team]
        place = 1 if match.winner in ("", team) else 2
        if guids:
            sides.append(_Side(place, guids))
    return sides


def _single_sides(match: RatedMatch) -> list[_Side]:
    """Everybody for himself: by kills, of equals who died less often; equal in both is equal."""
    players = [one for one in _rateable(match) if one.kills or one.deaths]
    scores = sorted({(-one.kills, one.deaths) for one in players})
    return [_Side(scores.index((-one.kills, one.deaths)) + 1, [one.guid]) for one in players]
