"""What to do with a key shape (the type and the keys of an event, in order), decided once for all its events.

A `Plan` says which value fills which column. `fill_row` follows it step by step, for any values;
`ingest/compiled.py` turns it into one Python function for the common case, with the same result.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum
from typing import Any, Final, NamedTuple

from ingest import values as read
from ingest.redaction import is_secret
from ingest.routes import TIMESTAMP, Route, route, routes_for
from ingest.text import BLANK
from schema.catalogue import DOOR_STATE_CHANGE, EVENT_TYPES, canonical_type
from schema.columns import INDEX, Row, neutral_row
from schema.fields import FIELDS
from schema.gametypes import fold_gametype
from schema.hit_locations import fold_hit_location
from schema.means_of_death import fold_means_of_death
from schema.stances import fold_stance
from schema.teams import CONTROLLERS, fold_team

Keys = tuple[str, ...]

ATTRIBUTES_MAX: Final = 256
"""Attributes kept of one event; how many more there were stands in the attribute `_truncated`."""
TRUNCATED: Final = "_truncated"
FIELDS_MAX: Final = 1024
"""Fields looked at besides those of the catalogue: an event of 100,000 keys must not cost a second."""

_TYPE: Final = INDEX["event_type"]
_NAME: Final = INDEX["event_name"]
_TIME: Final = INDEX["event_time"]
_GAME_TIME: Final = INDEX["game_time"]
_ATTRIBUTES: Final = INDEX["attributes"]
_RAW: Final = INDEX["raw"]
_DOOR_CLOSED: Final = frozenset(("close", "closed", "closing"))


class Kind(StrEnum):
    """How a text becomes the value of a column or attribute."""

    TEXT = "text"
    NAME = "name"
    TEAM = "team"
    CONTROLLER = "controller"
    STANCE = "stance"
    HIT_LOCATION = "hit_location"
    MEANS_OF_DEATH = "means_of_death"
    GAMETYPE = "gametype"
    FLOAT32 = "float32"
    FLOAT64 = "float64"
    DAMAGE = "damage"
    UINT16 = "uint16"
    UINT64 = "uint64"
    ATTRIBUTE = "attribute"
    NUMBER_TEXT = "number_text"
    BOOLEAN = "boolean"


_CONVERT: Final[Mapping[Kind, Callable[[str], Any]]] = {
    Kind.TEXT: read.text,
    Kind.NAME: read.plain_name,
    Kind.TEAM: fold_team,
    Kind.CONTROLLER: CONTROLLERS.__getitem__,
    Kind.STANCE: fold_stance,
    Kind.HIT_LOCATION: fold_hit_location,
    Kind.MEANS_OF_DEATH: fold_means_of_death,
    Kind.GAMETYPE: fold_gametype,
    Kind.FLOAT32: read.float32,
    Kind.FLOAT64: read.number,
    Kind.DAMAGE: read.damage,
    Kind.UINT16: read.uint16,
    Kind.UINT64: read.uint64,
    Kind.ATTRIBUTE: read.attribute,
    Kind.NUMBER_TEXT: lambda text: read.number_text(read.attribute(text)),
    Kind.BOOLEAN: read.BOOLEANS.__getitem__,
}


def _column_kinds() -> dict[str, Kind]:
    block = {
        "guid": Kind.TEXT,
        "name": Kind.NAME,
        "team": Kind.TEAM,
        "smf_id": Kind.UINT64,
        "stance": Kind.STANCE,
    }
    position = dict.fromkeys(("x", "y", "z", "pitch", "yaw"), Kind.FLOAT32)
    kinds = {
        f"{role}_{suffix}": kind
        for role in ("player", "target")
        for suffix, kind in (block | position).items()
    }
    texts = ("match_wire_id", "session_id", "event_id", "map_name", "weapon", "subject")
    numbers = ("walked", "sprinted", "swam", "driven", "amount")
    return {
        **kinds,
        **dict.fromkeys(texts, Kind.TEXT),
        **dict.fromkeys(numbers, Kind.FLOAT64),
        "gametype": Kind.GAMETYPE,
        "round_number": Kind.UINT16,
        "hitloc": Kind.HIT_LOCATION,
        "mod": Kind.MEANS_OF_DEATH,
        "damage": Kind.DAMAGE,
    }


COLUMN_KINDS: Final[Mapping[str, Kind]] = _column_kinds()

_NUMBERS: Final = frozenset(
    FIELDS.synonyms.get(name, name)
    for entry in EVENT_TYPES.values()
    for name, letter in (*entry.sent.items(), *entry.accepted.items())
    if letter in "if"
)


class Source(NamedTuple):
    """One wire field that may fill a slot: its position, and the attribute it becomes when another one won."""

    position: int
    spare: str


class Slot(NamedTuple):
    """One column or attribute (`name`) and the wire fields that may fill it, preferred ones first."""

    name: str
    kind: Kind
    sources: tuple[Source, ...]


class Plan(NamedTuple):
    """What becomes of the values of one key shape."""

    event_type: str
    event_name: str
    time: int
    """Position of the timestamp, -1 without one."""
    columns: tuple[Slot, ...]
    attributes: tuple[Slot, ...]
    unread: int
    """Fields left out because there are too many."""
    secret: bool
    """Whether a field holds a secret, so that the raw bytes must be redacted."""
    door_state: int
    """Position of the `state` that tells door_open from door_close, -1 for every other type."""


def plan_shape(received_type: str, keys: Sequence[str]) -> Plan:
    """The plan for events of a type as received with these keys; of repeated keys the first one counts (2.1)."""
    name = received_type.strip(BLANK)[: read.KEY_CHARS_MAX]
    canonical = canonical_type(name)
    routes = routes_for(canonical)
    positions: dict[str, int] = {}
    for position, key in enumerate(keys):
        positions.setdefault(key, position)
    secret = any(map(is_secret, positions))
    wanted = [
        (key, position)
        for key, position in positions.items()
        if key and key not in {"type", TIMESTAMP} and not is_secret(key)
    ]
    kept = wanted[:FIELDS_MAX] + [pair for pair in wanted[FIELDS_MAX:] if pair[0] in routes]
    placed = [(route(routes, key), position, key[: read.KEY_CHARS_MAX]) for key, position in kept]
    columns = _slots([p for p in placed if p[0].is_column])
    attributes = _slots([p for p in placed if not p[0].is_column])
    taken = set(attributes)
    return Plan(
        event_type=canonical,
        event_name=name,
        time=positions.get(TIMESTAMP, -1),
        columns=tuple(Slot(n, COLUMN_KINDS[n], _spare(s, taken)) for n, s in columns.items()),
        attributes=tuple(
            Slot(n, _attribute_kind(canonical, n), _spare(s, taken)) for n, s in attributes.items()
        ),
        unread=len(wanted) - len(kept),
        secret=secret,
        door_state=positions.get("state", -1) if name.lower() == DOOR_STATE_CHANGE else -1,
    )


def _slots(placed: list[tuple[Route, int, str]]) -> dict[str, list[Source]]:
    """Destination -> sources in order of preference, destinations in order of arrival."""
    slots: dict[str, list[tuple[int, Source]]] = {}
    for (destination, rank, _), position, key in placed:
        slots.setdefault(destination[: read.KEY_CHARS_MAX], []).append((rank, Source(position, key)))
    return {name: [source for _, source in sorted(found)] for name, found in slots.items()}


def _spare(sources: list[Source], taken: set[str]) -> tuple[Source, ...]:
    """Sources whose own name is already an attribute of another field have no place to go when they lose."""
    return tuple(s._replace(spare="") if s.spare in taken else s for s in sources)


def _attribute_kind(canonical: str, name: str) -> Kind:
    if name in FIELDS.folded.team:
        return Kind.CONTROLLER if canonical == "objective_capture" else Kind.TEAM
    if name in FIELDS.folded.boolean:
        return Kind.BOOLEAN
    return Kind.NUMBER_TEXT if name in _NUMBERS else Kind.ATTRIBUTE


def fill_row(plan: Plan, values: Sequence[str], raw: bytes) -> Row:
    """The row of one event whose keys have this plan; `raw` already without secrets. Takes any values."""
    row = neutral_row()
    attributes: dict[str, str] = {}
    row[_TYPE], row[_NAME], row[_RAW] = plan.event_type, plan.event_name, raw
    if plan.time >= 0:
        row[_TIME], row[_GAME_TIME], unread = read.moment(values[plan.time])
        if unread:
            attributes[TIMESTAMP] = read.attribute(unread)
    for slot in plan.columns:
        chosen = _choose(slot, values, attributes)
        if chosen:
            row[INDEX[slot.name]] = value = _CONVERT[slot.kind](chosen)
            if slot.kind is Kind.GAMETYPE and not value:
                attributes[slot.name] = read.attribute(chosen)
    for slot in plan.attributes:
        chosen = _choose(slot, values, attributes)
        if chosen:
            attributes[slot.name] = _CONVERT[slot.kind](chosen)
    if plan.door_state >= 0 and values[plan.door_state].strip().lower() in _DOOR_CLOSED:
        row[_TYPE] = "door_close"
    row[_ATTRIBUTES] = _bounded(attributes, plan.unread)
    return row


def _choose(slot: Slot, values: Sequence[str], attributes: dict[str, str]) -> str:
    """The first non-empty value; other ones that differ from it become attributes under their wire names."""
    chosen = ""
    for position, spare in slot.sources:
        value = values[position]
        if not chosen:
            chosen = value
        elif value and value != chosen and spare:
            attributes[spare] = read.attribute(value)
    return chosen


def _bounded(attributes: dict[str, str], unread: int) -> dict[str, str]:
    left_out = unread + max(0, len(attributes) - ATTRIBUTES_MAX)
    if not left_out:
        return attributes
    kept = dict(list(attributes.items())[:ATTRIBUTES_MAX])
    kept[TRUNCATED] = str(left_out)
    return kept
