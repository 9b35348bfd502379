"""The lanes of a match's timeline: for each player his kills, deaths and streaks along the time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

from schema.answers.courses import Course, Death
from schema.answers.matches import ScoreboardRow

WIDTH: Final = 1000
SHOWN: Final = 14
STREAK_LEAST: Final = 3
"""From so many kills without a death on it is a streak."""


class Streak(NamedTuple):
    """Kills without a death: from the first to the last."""

    begins: float
    ends: float
    kills: int


class Lane(NamedTuple):
    """One player along the time; places are 0 to WIDTH."""

    player: ScoreboardRow
    kills: list[float]
    deaths: list[float]
    streaks: list[Streak]


def lanes(course: Course, players: Sequence[ScoreboardRow]) -> list[Lane]:
    """The players with most kills, in the order of the scoreboard."""
    seconds = course.seconds or 1.0
    return [_lane(player, course.deaths, seconds) for player in players[:SHOWN]]


def _lane(player: ScoreboardRow, deaths: Sequence[Death], seconds: float) -> Lane:
    kills = [one for one in deaths if one.killer_id == player.guid and one.kind == "kill"]
    return Lane(
        player=player,
        kills=[place(one.at_s, seconds) for one in kills],
        deaths=[place(one.at_s, seconds) for one in deaths if one.victim_id == player.guid],
        streaks=_streaks(kills, seconds),
    )


def place(at_s: float, seconds: float) -> float:
    """Where a moment is on the lane."""
    return round(min(1.0, at_s / (seconds or 1.0)) * WIDTH, 1)


def _streaks(kills: Sequence[Death], seconds: float) -> list[Streak]:
    found: list[Streak] = []
    for number, kill in enumerate(kills):
        goes_on = number + 1 < len(kills) and kills[number + 1].streak > kill.streak
        if kill.streak >= STREAK_LEAST and not goes_on:
            first = kills[number - kill.streak + 1]
            found.append(Streak(place(first.at_s, seconds), place(kill.at_s, seconds), kill.streak))
    return found
