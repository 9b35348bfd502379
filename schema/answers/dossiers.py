"""A player's dossier: how he stands among all, against whom, where, when, and under which names."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct


class Standing(Struct, frozen=True, kw_only=True):
    """One figure of a player among those of all."""

    figure: str
    """kills, kd, accuracy, headshots or damage."""
    value: float
    average: float
    percentile: float
    """Share of the other players that have less, 0 to 100."""
    rank: int
    """1 when nobody has more; equal players share it."""


class Opponent(Struct, frozen=True, kw_only=True):
    """Somebody the player met."""

    guid: str
    name: str
    is_bot: bool
    killed: int
    """How often the player killed him."""
    killed_by: int
    last_met: datetime


class HitLocation(Struct, frozen=True, kw_only=True):
    """One part of the body."""

    name: str
    kills: int
    deaths: int
    given: int
    """Hits on others."""
    taken: int


class WeekHour(Struct, frozen=True, kw_only=True):
    """One hour of one weekday, UTC."""

    weekday: int
    """1 to 7, Monday first."""
    hour: int
    matches: int
    kills: int


class NameUsed(Struct, frozen=True, kw_only=True):
    """One name a player was seen under."""

    name: str
    uses: int
    first_seen: datetime
    last_seen: datetime


class Dossier(Struct, frozen=True, kw_only=True):
    """Everything beyond a player's totals."""

    standings: list[Standing]
    compared_with: int
    """How many other players the percentiles are of."""
    victims: list[Opponent]
    """Whom he killed most."""
    nemeses: list[Opponent]
    """Who killed him most."""
    hit_locations: list[HitLocation]
    hours: list[WeekHour]
    names: list[NameUsed]


class Form(Struct, frozen=True, kw_only=True):
    """The last matches of a player, oldest first."""

    kills: list[int]
    deaths: list[int]

    @property
    def ratios(self) -> list[float]:
        """Kills for each death of each match."""
        return [round(k / max(d, 1), 2) for k, d in zip(self.kills, self.deaths, strict=True)]
