"""Leaderboards beside the 40 stats: combos, the best of a part of the day, the best with a weapon, on a map or at a time."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from clickhouse.client import ClickHouse
from query.board_pages import fights_and_people, figures_and_people, people_of
from query.place_standings import PEAK
from query.rankings import (
    FIRST,
    Page,
    Person,
    Standing,
    decided,
    decided_by,
    paged,
    ranking,
    samples,
    samples_of,
    scope_parameters,
    standing_page,
)
from query.scope import EVERYTHING, Scope
from schema.answers.leaderboards import (
    BoardEntry,
    ComboLeaderboard,
    ContextualLeaderboard,
    PeakEntry,
    PeakLeaderboard,
)

FULL_SPEED: Final = 300.0
"""Game units a second: who moves so fast all the time has a run-and-gun index of 100 (spec/openmohaa.md 7.2)."""
WEAPON: Final = "weapon"
MAP: Final = "map"
TIME: Final = "time"
DIMENSIONS: Final = (WEAPON, MAP, TIME)

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Combo:
    """What a combo needs at least of what, and what stands beside its value."""

    sample: str
    sample_min: int
    secondary: Callable[[float, Row], float]


COMBOS: Final = {
    "run_gun": Combo("kills", 50, lambda value, _: min(100.0, value / FULL_SPEED * 100)),
    "clutch": Combo("matches_played", 20, lambda _, row: float(row.get("team_wins", 0))),
    "consistency": Combo("rated_matches", 10, lambda _, row: float(row.get("rated_matches", 0))),
}
"""run_gun: game units a second moved while playing (beside it the index in percent), at least 50 kills; clutch: team wins
for each match (beside it the wins), at least 20 matches; consistency: population standard deviation of K/D over matches with
at least 5 kills and deaths, smallest first (beside it these matches), at least 10 of them."""


async def combos(
    store: ClickHouse, metric: str, scope: Scope = EVERYTHING, page: Page = FIRST
) -> ComboLeaderboard:
    """Who leads by a combo, one of COMBOS. Raises InvalidCursor."""
    combo = COMBOS[metric]
    asked = replace(scope, weapon="").at_least(combo.sample_min)
    parameters = {
        **scope_parameters(asked),
        "stat": metric,
        "sample": combo.sample,
        "source": decided_by(metric),
    }
    of = f"{metric}/{asked.key()}"
    kept = await standing_page(store, metric, scope, page, of)
    ranked = kept or await paged(store, "board_ranking_combos", parameters, of, page)
    rows, named = await figures_and_people(
        store, ranked, asked.game, lambda guids: decided(store, guids, asked)
    )
    # The deviation was turned round to be ranked; -0.0 is nothing to show.
    shown = [one._replace(value=abs(one.value)) for one in ranked.standings]
    return ComboLeaderboard(
        metric=metric,
        entries=[
            _entry(one, named[one.guid], combo.secondary(one.value, rows.get(one.guid, {}))) for one in shown
        ],
        total=ranked.total,
        next_cursor=ranked.next_cursor,
    )


async def peak(
    store: ClickHouse, time: str, scope: Scope = EVERYTHING, page: Page = FIRST
) -> PeakLeaderboard:
    """Who has the best K/D in a part of the day or at weekends (query.scope.TIMES), of those with 20 kills. Raises InvalidCursor."""
    stat, sample, sample_min = PEAK
    asked = replace(scope, time=time).at_least(sample_min)
    ranked = await ranking(store, stat, asked, page, sample=sample)
    rows, named = await fights_and_people(store, ranked, asked)
    return PeakLeaderboard(
        dimension=time,
        entries=[
            PeakEntry(
                rank=one.rank,
                player_id=one.guid,
                player_name=named[one.guid].name,
                guid=one.guid,
                name=named[one.guid].name,
                verified=named[one.guid].verified,
                value=one.value,
                kills=rows[one.guid]["kills"],
                deaths=rows[one.guid]["deaths"],
                kd=one.value,
            )
            for one in ranked.standings
        ],
        total=ranked.total,
        next_cursor=ranked.next_cursor,
    )


def within(scope: Scope, dimension: str, value: str) -> Scope:
    """The part of the scope with this weapon, on this map or at this time."""
    if dimension == WEAPON:
        return replace(scope, weapon=value)
    return replace(scope, map_name=value) if dimension == MAP else replace(scope, time=value)


async def contextual(
    store: ClickHouse, stat: str, dimension: str, value: str, scope: Scope = EVERYTHING, page: Page = FIRST
) -> ContextualLeaderboard:
    """Who leads by a stat with a weapon, on a map, or at a time (DIMENSIONS); beside the value what its sample counts.

    Raises InvalidCursor.
    """
    asked = within(scope, dimension, value)
    ranked = await ranking(store, stat, asked, page)
    if ranked.fought:
        sampled, named = samples_of(ranked.fought, stat), await people_of(store, ranked, asked.game)
    else:
        sampled, named = await asyncio.gather(
            samples(store, ranked.guids, asked, stat), people_of(store, ranked, asked.game)
        )
    return ContextualLeaderboard(
        stat=stat,
        dimension=dimension,
        value=value,
        leaders=[_entry(one, named[one.guid], sampled.get(one.guid, 0.0)) for one in ranked.standings],
        total=ranked.total,
        next_cursor=ranked.next_cursor,
    )


def _entry(standing: Standing, person: Person, secondary: float) -> BoardEntry:
    return BoardEntry(
        rank=standing.rank,
        player_id=standing.guid,
        player_name=person.name,
        guid=standing.guid,
        name=person.name,
        verified=person.verified,
        value=standing.value,
        secondary=secondary,
    )
