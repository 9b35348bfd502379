"""Where each wire field of an event type goes: a column or an attribute, and which spelling is preferred.

Everything comes from the vocabulary's data (`schema/events.toml`, `schema/fields.toml`); docs/events.md shows it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Final, NamedTuple

from schema.catalogue import EVENT_TYPES, EventType, event_type
from schema.fields import FIELDS

TIMESTAMP: Final = "timestamp"
_UNPREFIXED_RANK: Final = 100
_TYPE_SYNONYM_RANK: Final = 200
_SYNONYM_RANK: Final = 300


class Route(NamedTuple):
    """Destination of one wire field: a column (`is_column`) or an attribute; a smaller rank is preferred."""

    destination: str
    rank: int
    is_column: bool


@cache
def routes_of(canonical: str) -> Mapping[str, Route]:
    """Wire field -> route for one type of the catalogue, or for all unknown types (canonical = "")."""
    entry = event_type(canonical)
    routes: dict[str, Route] = {}
    for wire, column, rank in _column_fields(entry):
        routes.setdefault(wire, Route(column, rank, is_column=True))
    for wire, canonical_field in entry.synonyms.items():
        routes[wire] = _synonym(routes, canonical_field, _TYPE_SYNONYM_RANK)
    for wire, canonical_field in FIELDS.synonyms.items():
        routes.setdefault(wire, _synonym(routes, canonical_field, _SYNONYM_RANK))
    return routes


def routes_for(canonical: str) -> Mapping[str, Route]:
    """As routes_of, for any type name."""
    return routes_of(canonical if canonical in EVENT_TYPES else "")


def route(routes: Mapping[str, Route], wire: str) -> Route:
    """Route of one wire field; unknown ones are attributes under their own name."""
    return routes.get(wire) or Route(wire, 0, is_column=False)


def _synonym(routes: Mapping[str, Route], canonical_field: str, rank: int) -> Route:
    target = route(routes, canonical_field)
    return Route(target.destination, target.rank + rank, target.is_column)


def _column_fields(entry: EventType) -> Iterator[tuple[str, str, int]]:
    """(wire field, column, rank), the type's own rules first."""
    for column, names in entry.columns.items():
        yield from ((name, column, rank) for rank, name in enumerate(names))
    for column, names in (("subject", entry.subject), ("amount", entry.amount)):
        # Room between the ranks: a synonym of the first field is preferred to the second field.
        yield from ((name, column, 1000 * rank) for rank, name in enumerate(names))
    for role, prefixes in (("player", entry.actor), ("target", entry.target)):
        for suffix in FIELDS.block:
            yield from (
                (f"{prefix}_{suffix}", f"{role}_{suffix}", rank) for rank, prefix in enumerate(prefixes)
            )
    # Unprefixed fields speak of the one that player_* speaks of.
    role = "target" if "player" in entry.target else "player"
    for suffix, (_, *unprefixed) in FIELDS.block.items():
        yield from (
            (name, f"{role}_{suffix}", _UNPREFIXED_RANK + rank) for rank, name in enumerate(unprefixed)
        )
    for column, names in FIELDS.columns.items():
        if column not in entry.columns:
            yield from ((name, column, rank) for rank, name in enumerate(names))
