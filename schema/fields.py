"""How wire fields find their column or attribute: `schema/fields.toml` as typed data."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path

import msgspec

FIELD_TYPES = {"s": "text", "i": "integer", "f": "number", "b": "true/false", "e": "word"}
"""Letter in the data files -> what the docs call it."""


class Roles(msgspec.Struct, frozen=True):
    """Block prefixes that fill player_* (actor) and target_*, in order of preference."""

    actor: tuple[str, ...]
    target: tuple[str, ...]


class Unknown(msgspec.Struct, frozen=True):
    """Fields that fill subject and amount of a type outside the catalogue."""

    subject: tuple[str, ...]
    amount: tuple[str, ...]


class Folded(msgspec.Struct, frozen=True):
    """Attributes whose value is folded to a team name, or to true and false."""

    team: frozenset[str]
    boolean: frozenset[str]


class Secrets(msgspec.Struct, frozen=True):
    """Fields whose value is never kept."""

    fields: frozenset[str]


class Fields(msgspec.Struct, frozen=True):
    """The whole file; see its comments."""

    base: dict[str, tuple[str, str]]
    columns: dict[str, tuple[str, ...]]
    block: dict[str, tuple[str, ...]]
    roles: Roles
    unknown: Unknown
    synonyms: Mapping[str, str]
    folded: Folded
    secrets: Secrets


FIELDS = msgspec.convert(tomllib.loads(Path(__file__).with_name("fields.toml").read_text("utf-8")), Fields)
