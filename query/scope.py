"""What an answer is made of: the filters that every list of figures understands, as one value."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import msgspec

from query.games import MOHAA
from query.periods import EVER, Period

TEXT_MAX: Final = 200
"""Longest name of a server, map or weapon that is asked for, in characters."""
SAMPLE_MAX: Final = 1_000_000_000

WEEKEND: Final = "weekend"
HOURS: Final = {
    "morning": tuple(range(6, 12)),
    "afternoon": tuple(range(12, 18)),
    "evening": tuple(range(18, 24)),
    "night": tuple(range(6)),
}
"""Part of the day -> its hours, UTC (spec/openmohaa.md 7.2)."""
TIMES: Final = (*HOURS, WEEKEND)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """Which events count. Each filter left empty lets everything through.

    `time` is one of TIMES: a part of each day, or Saturdays and Sundays. `sample_min` is the least of what a figure is made of for it to be ranked (which that is, the answer says);
    None leaves it to the answer.
    """

    period: Period = EVER
    server_id: str = ""
    map_name: str = ""
    gametype: str = ""
    weapon: str = ""
    time: str = ""
    with_bots: bool = False
    sample_min: int | None = None
    game: str = MOHAA

    @property
    def anywhere(self) -> bool:
        """Whether it names no server, map, game type or part of the day."""
        return not (self.server_id or self.map_name or self.gametype or self.time)

    @property
    def by_days(self) -> bool:
        """Whether tables that know only player and day (and weapon) can answer."""
        return self.anywhere and self.period.whole_days

    def at_least(self, sample_min: int) -> Scope:
        """The same with this minimum sample, unless one was asked for."""
        return self if self.sample_min is not None else replace(self, sample_min=sample_min)

    def parameters(self) -> dict[str, object]:
        """As queries bind them; an empty one is no filter: `/* if map_name */ AND map_name = {map_name:String}`."""
        return {
            **self.period.parameters(),
            "game": self.game,
            "server_id": self.server_id,
            "map_name": self.map_name,
            "gametype": self.gametype,
            "weapon": self.weapon,
            "hours": list(HOURS.get(self.time, ())),
            "weekdays": [6, 7] if self.time == WEEKEND else [],
            "with_bots": int(self.with_bots),
            "sample_min": self.sample_min or 0,
        }

    def key(self) -> str:
        """One text for each different scope: a part of the key of a cached answer and of a cursor."""
        return msgspec.json.encode([
            self.period.name, self.period.since, self.period.until, self.server_id, self.map_name, self.gametype,
            self.weapon, self.time, self.with_bots, self.sample_min, self.game,
        ]).decode()  # fmt: skip


EVERYTHING: Final = Scope()
"""All of time, everywhere, without bots."""
