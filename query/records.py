"""Records: the most of each kind that a player did in one match, of the matches that began in a period."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from clickhouse.client import ClickHouse
from query.periods import EVER
from query.ratios import metres, points
from query.scope import EVERYTHING, Scope
from schema.answers.records import Record, Records
from schema.answers.words import UNKNOWN_PLAYER, UNKNOWN_SERVER

PLACES: Final = 1
PLACES_MAX: Final = 10
KILLS_MIN: Final = 10
"""Kills in a match below which its K/D is none worth telling."""
SHOTS_MIN: Final = 50
"""Shots in a match below which its accuracy is luck."""
ROUNDED: Final = 0.1
"""Values that differ by less may be equal ones: records compare them as they are shown."""
UNREACHED: Final = 1e18
"""More than any value."""

LONGEST_KILL: Final = "longest_kill"


class Kind(NamedTuple):
    """One kind of record: how it is called, and its value as a text for people."""

    title: str
    text: str = "{:.0f}"


KINDS: Final[Mapping[str, Kind]] = MappingProxyType({
    "kills": Kind("Most kills in a match"),
    "streak": Kind("Longest streak"),
    "multi_kill": Kind("Largest multi-kill"),
    "headshots": Kind("Most headshots in a match"),
    "kd": Kind("Best K/D of a match", "{:.2f}"),
    "accuracy": Kind("Best accuracy of a match", "{:.1f}%"),
    LONGEST_KILL: Kind("Longest kill", "{:.1f} m"),
    "damage": Kind("Most damage in a match"),
})  # fmt: skip
"""In the order of the answer."""

Row = Mapping[str, Any]


async def records(
    store: ClickHouse, server_names: Mapping[str, str], asked: Scope = EVERYTHING, *, places: int = PLACES
) -> Records:
    """The `places` (at most 10) best of each kind, earlier ones before equal later ones; matches are those that are settled.

    K/D needs 10 kills in the match and accuracy 50 shots, or `asked.sample_min` of either. Bots only with `with_bots`; weapon
    and part of the day do not matter here.
    """
    sample = asked.sample_min
    parameters = {
        **asked.parameters(),
        "kills_min": KILLS_MIN if sample is None else sample,
        "shots_min": SHOTS_MIN if sample is None else sample,
        "places": places,
    }
    [row] = await store.rows("records_least", parameters)
    best = {kind: row[f"best_of_{kind}"] for kind in KINDS}
    by_kind = await _best(store, parameters, {kind: _least(best[kind], places) for kind in KINDS})
    if any(len(best[kind]) >= places > len(found) for kind, found in by_kind.items()):
        # Among the best values were some of matches that moved away since: without them smaller ones count.
        by_kind = await _best(store, parameters, dict.fromkeys(KINDS, 0.0))
    return Records(
        records=[
            _record(row, rank, server_names)
            for found in by_kind.values()
            for rank, row in enumerate(found, 1)
        ],
        period=asked.period.name,
        since=_bound(asked.period.since, EVER.since),
        until=_bound(asked.period.until, EVER.until),
    )


async def _best(
    store: ClickHouse, parameters: Mapping[str, object], least: Mapping[str, float]
) -> dict[str, list[Row]]:
    """kind -> its best rows, of those that reach the least of any kind."""
    bounds = {f"least_{kind}": value for kind, value in least.items()}
    sorts = {"everything": not any(least.values()), "reached": any(least.values())}
    by_kind: dict[str, list[Row]] = {kind: [] for kind in KINDS}
    for row in await store.rows("records", {**parameters, **bounds, **sorts}):
        by_kind[row["kind"]].append(row)
    return by_kind


def _least(best: Sequence[float], places: int) -> float:
    """What a value must reach to be among the first `places`, given the (negated) best ones."""
    return -best[min(places, len(best)) - 1] - ROUNDED if best else UNREACHED


def _record(row: Row, rank: int, server_names: Mapping[str, str]) -> Record:
    kind = KINDS[row["kind"]]
    value = metres(row["value"]) if row["kind"] == LONGEST_KILL else points(row["value"])
    return Record(
        kind=row["kind"],
        title=kind.title,
        rank=rank,
        value=value,
        display_value=kind.text.format(value),
        player_id=row["guid"],
        player_name=row["name"] or UNKNOWN_PLAYER,
        guid=row["guid"],
        name=row["name"] or UNKNOWN_PLAYER,
        match_id=row["match"],
        server_id=row["server"],
        server_name=server_names.get(row["server"], UNKNOWN_SERVER),
        map_name=row["map"],
        gametype=row["game_type"],
        at=row["at"],
        kills=row["kills"],
        deaths=row["deaths"],
        headshots=row["headshots"],
        weapon=row["weapon"],
        target_id=row["target_guid"],
        target_name=row["target_name"],
    )


def _bound(at: datetime, open_end: datetime) -> datetime | None:
    return None if at == open_end else at
