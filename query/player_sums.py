"""What every answer about one player rests on: the sums that views count, that matches decided and that settling left."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from query.results import Results, add_up, divide, matches_of
from query.scope import Scope
from query.together import DIVIDED, FIGURES, Asks, divided
from query.visits import running_streak, sessions

ROWS_MAX: Final = 1000

Row = Mapping[str, Any]


class Figures(dict[str, Any]):
    """A row of sums in which what nobody counted is 0."""

    def __missing__(self, name: str) -> int:
        return 0


class Needs(NamedTuple):
    """What an answer needs to know, by the groups of figures of player_counters.sql and player_sequences.sql."""

    counters: Sequence[str]
    sequences: Sequence[str]
    alone: bool = True
    """Whether matches won and lost alone matter, and not only those of teams."""


@dataclass(frozen=True, slots=True)
class Basis:
    """What several answers rest on: sums of views, of ended matches, of settled matches."""

    guids: Sequence[str]
    counters: Figures
    results: Results
    sequences: Figures

    @property
    def unsettled(self) -> int:
        """Matches played whose sequences are missing."""
        return max(0, int(self.counters["matches_played"]) - int(self.sequences["matches"]))


def bind(guids: Sequence[str], scope: Scope, **more: object) -> dict[str, object]:
    """The parameters that the queries of one person share."""
    bound = scope.parameters()
    return {**bound, "guids": list(guids), **more}


async def basis(
    store: Asks, guids: Sequence[str], scope: Scope, needs: Needs, *, results: bool = True
) -> Basis:
    """The sums of one person in a scope. The weapon filter does not apply: these are not divided by weapon.

    What is not among the needs, and without `results` those, is 0.
    """
    bound = bind(guids, scope)
    counters, matches, sequences = await asyncio.gather(
        counted(store, guids, scope, *needs.counters),
        matches_of(store, bound, alone=needs.alone) if results else _nothing(),
        store.rows("player_sequences", {**bound, FIGURES: needs.sequences}),
    )
    return Basis(guids, counters, add_up(matches), _in_order(first(sequences)))


def _in_order(sequences: Figures) -> Figures:
    """With what follows from the order of the matches."""
    backwards = [(deaths, kills_after) for *_, deaths, kills_after in sequences["backwards"] or ()]
    played = sessions(sequences["visits"] or ())
    return Figures({**sequences, **played._asdict(), "current_streak": running_streak(backwards)})


async def counted(store: Asks, guids: Sequence[str], scope: Scope, *figures: str) -> Figures:
    """What views count of one person in a scope: these figures (clickhouse/queries/player_counters.sql)."""
    return first(await divided(store, "player_counters", bind(guids, scope, figures=figures), ""))


async def _nothing() -> Sequence[Row]:
    return ()


def first(rows: Sequence[Row]) -> Figures:
    """The first row, or zeros."""
    return Figures(rows[0]) if rows else Figures()


async def things(store: Asks, guids: Sequence[str], scope: Scope, *kinds: str) -> Sequence[Row]:
    """What these players used of these kinds, most used first."""
    rows = await store.rows(
        "player_things_of", {**bind(guids, scope, rows_max=ROWS_MAX), DIVIDED: list(kinds)}
    )
    return [row for row in rows if row["kind"] in kinds]


async def duels(
    store: Asks, guids: Sequence[str], scope: Scope, dimension: str, *, parent: str = "", parent_value: str = "",
    weapons: Sequence[str] = (), opponent: str = "", figures: Sequence[str] = (), limit: int = ROWS_MAX,
) -> Sequence[Row]:  # fmt: skip
    """Kills and deaths of settled matches by a circumstance, most kills first; `figures` are what else is counted."""
    bound = bind(
        guids,
        scope,
        parent=parent,
        parent_value=parent_value,
        weapons=list(weapons),
        opponent=opponent,
        figures=figures,
        rows_max=limit,
    )
    return await divided(store, "player_duels_by", bound, dimension)


async def counters_by(
    store: Asks, guids: Sequence[str], scope: Scope, dimension: str, *figures: str
) -> list[Figures]:
    """Sums of views by where or when; complete at once."""
    bound = bind(guids, scope, figures=figures)
    return [Figures(row) for row in await divided(store, "player_counters", bound, dimension)]


async def results_by(store: Asks, guids: Sequence[str], scope: Scope, dimension: str) -> dict[str, Results]:
    """Label -> what the matches there add up to."""
    parts = divide(await matches_of(store, bind(guids, scope)), dimension)
    return {label: add_up(matches) for label, matches in parts.items()}
