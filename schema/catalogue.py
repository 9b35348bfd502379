"""The 108 event types of spec/openmohaa.md 1.2, read once from `schema/events.toml`, and their other spellings."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Final

import msgspec

from schema.fields import FIELDS

SOURCES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "L": "sent by the scripts as shipped",
        "M": "subscribed, but its module is commented out in the scripts",
        "S": "handler written, subscription missing or commented out",
        "A": "API enum and sample collection only, no producer",
        "C": "sample collection only",
        "X": "named by the seed document only",
        "I": "made inside the original API server",
    }
)
"""Source letter -> who sends events of such a type."""


class EventType(msgspec.Struct, frozen=True):
    """One canonical type. The comments at the top of events.toml explain each field."""

    category: str
    source: str
    name: str = ""
    listed: bool = False
    seed_name: str = ""
    aliases: tuple[str, ...] = ()
    blocks: tuple[str, ...] = ()
    sent: dict[str, str] = {}
    accepted: dict[str, str] = {}
    actor: tuple[str, ...] = FIELDS.roles.actor
    target: tuple[str, ...] = FIELDS.roles.target
    subject: tuple[str, ...] = ()
    amount: tuple[str, ...] = ()
    columns: dict[str, tuple[str, ...]] = {}
    synonyms: dict[str, str] = {}
    note: str = ""


def _read_types() -> dict[str, EventType]:
    text = Path(__file__).with_name("events.toml").read_text("utf-8")
    types = msgspec.convert(tomllib.loads(text), dict[str, EventType])
    return {name: msgspec.structs.replace(entry, name=name) for name, entry in types.items()}


EVENT_TYPES: Final[Mapping[str, EventType]] = MappingProxyType(_read_types())

DOOR_STATE_CHANGE: Final = "door_state_change"
"""The one spelling that means two types: its `state` decides between door_open and door_close."""

_CANONICAL: Final[Mapping[str, str]] = {
    **{
        spelling: entry.name
        for entry in EVENT_TYPES.values()
        for spelling in (entry.seed_name, *entry.aliases)
        if spelling
    },
    **{name: name for name in EVENT_TYPES},
    DOOR_STATE_CHANGE: "door_open",
}
# player_textMessage is spelt with a capital letter: the fold needs every spelling in lower case too.
_CANONICAL_LOWER: Final[Mapping[str, str]] = {spelling.lower(): name for spelling, name in _CANONICAL.items()}

_UNKNOWN: Final = EventType(
    category="unknown", source="", subject=FIELDS.unknown.subject, amount=FIELDS.unknown.amount
)


def canonical_type(received: str) -> str:
    """Canonical name of a received type: exact spelling first, then without regard to case, else as received."""
    return _CANONICAL.get(received) or _CANONICAL_LOWER.get(received.lower()) or received


def event_type(name: str) -> EventType:
    """Catalogue entry of a canonical name; types outside the catalogue share one neutral entry."""
    return EVENT_TYPES.get(name, _UNKNOWN)
