"""Numbered migration files and what a store recorded of them: pure rules, shared by the stores.

A file is `NNNN_what_it_does.sql`; numbers start at 1, are used once and leave no gap. What was applied is
recorded with its checksum and never changes again: a correction is a new file.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final, NamedTuple

_FILE_NAME: Final = re.compile(r"(\d{4})_([a-z0-9_]+)\.sql")


class MigrationsDisagree(Exception):
    """Files and records do not fit together; the message names the file and says what to do."""


class Migration(NamedTuple):
    """One file: its number, name (without number and suffix), text and checksum (SHA-256, hex)."""

    number: int
    name: str
    sql: str
    checksum: str

    @property
    def file(self) -> str:
        """Its file name."""
        return f"{self.number:04d}_{self.name}.sql"


class Applied(NamedTuple):
    """One record in a store's `schema_migrations`."""

    number: int
    name: str
    checksum: str


def read_migrations(folder: Path) -> list[Migration]:
    """The migrations of `folder` by number. Raises MigrationsDisagree on a bad name, gap or repetition."""
    migrations = [_read(path) for path in sorted(folder.glob("*.sql"))]
    for expected, migration in enumerate(migrations, start=1):
        if migration.number < expected:
            raise MigrationsDisagree(f"migration number {migration.number:04d} is used twice in {folder}")
        if migration.number > expected:
            raise MigrationsDisagree(f"migration number {expected:04d} is missing in {folder}")
    return migrations


def pending(files: Sequence[Migration], applied: Mapping[int, Applied], store: str) -> list[Migration]:
    """What is still to run, in order. Raises MigrationsDisagree when a recorded one was edited, renamed,
    is unknown to this version, or when the records have a gap (`store` names the store in the message).
    """
    by_number = {migration.number: migration for migration in files}
    for number, record in sorted(applied.items()):
        known = by_number.get(number)
        named = f"{store} migration {record.number:04d}_{record.name}.sql"
        if known is None:
            raise MigrationsDisagree(
                f"{named} was applied but is unknown to this version of statline: update it"
            )
        if known.name != record.name:
            raise MigrationsDisagree(f"{named} was applied, but number {number:04d} is now {known.file}")
        if known.checksum != record.checksum:
            raise MigrationsDisagree(f"{named} was edited after it was applied: restore it and add a new one")
    waiting = [migration for migration in files if migration.number not in applied]
    if waiting and applied and waiting[0].number < max(applied):
        raise MigrationsDisagree(f"{store} migration {waiting[0].file} was left out: later ones are applied")
    return waiting


def _read(path: Path) -> Migration:
    matched = _FILE_NAME.fullmatch(path.name)
    if matched is None:
        raise MigrationsDisagree(f"{path} is no migration: the name must be NNNN_what_it_does.sql")
    content = path.read_bytes()
    return Migration(
        int(matched[1]), matched[2], content.decode("utf-8"), hashlib.sha256(content).hexdigest()
    )
