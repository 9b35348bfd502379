"""Who may read the engine from outside: `<data>/clickhouse/analysts.json`, readable by its owner only.

The registry is a table of Postgres, which this layer does not know: the supervisor and `statline analysts` write the file,
the engine reads it again whenever it changes. Without the file nobody is known.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Final

from clickhouse.engine.credentials import engine_folder, write_private

FILE: Final = "analysts.json"

log = logging.getLogger("clickhouse.engine")


@dataclass(frozen=True)
class Analyst:
    """A named reader and his limits: seconds and bytes of one statement, rows of one answer, statements at once."""

    name: str
    password_hash: str
    query_time_max_s: float
    query_memory_max_bytes: int
    result_rows_max: int
    queries_max: int

    def __repr__(self) -> str:
        return f"Analyst({self.name!r})"


def publish_analysts(data_dir: Path, analysts: Iterable[Analyst]) -> bool:
    """Tell the engine of this data folder who may read; True if that is news."""
    path = engine_folder(data_dir) / FILE
    text = json.dumps([asdict(analyst) for analyst in analysts])
    if path.exists() and path.read_text(encoding="utf-8") == text:
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    write_private(path, text)
    return True


class Analysts:
    """The file as last read. One `stat` per question."""

    def __init__(self, data_dir: Path) -> None:
        self._path = engine_folder(data_dir) / FILE
        self._seen: tuple[int, int, int] | None = None
        self._by_name: dict[str, Analyst] = {}

    def find(self, name: str) -> Analyst | None:
        """The analyst of this name, None if there is none (any more)."""
        self._refresh()
        return self._by_name.get(name)

    def _refresh(self) -> None:
        try:
            found = self._path.stat()
        except FileNotFoundError:
            self._seen, self._by_name = None, {}
            return
        state = (found.st_mtime_ns, found.st_ino, found.st_size)
        if state == self._seen:
            return
        self._seen = state
        try:
            self._by_name = {analyst.name: analyst for analyst in _read(self._path)}
        except (OSError, ValueError, TypeError, KeyError):
            # Closed rather than half known: a revoked analyst must not live on because the file is broken.
            log.exception("%s cannot be read: no analyst is let in", self._path)
            self._by_name = {}


def _read(path: Path) -> list[Analyst]:
    names = [field.name for field in fields(Analyst)]
    return [
        Analyst(**{name: entry[name] for name in names})
        for entry in json.loads(path.read_text(encoding="utf-8"))
    ]
