"""ClickHouse inside a measuring process, on a folder of its own that goes with it."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from chdb.session import Session


class Embedded:
    """An engine that runs one statement after another."""

    def __init__(self, folder: str) -> None:
        session: Any = Session  # chdb has no annotations
        self._session = session(folder)

    def run(self, sql: str) -> str:
        """The text that a statement answers, in the format it names."""
        return bytes(self._session.query(sql).bytes()).decode()

    def close(self) -> None:
        """End the engine."""
        self._session.close()


@contextmanager
def embedded() -> Iterator[Embedded]:
    """An engine in a temporary folder."""
    folder = tempfile.mkdtemp(prefix="statline-bench-")
    engine = Embedded(folder)
    try:
        yield engine
    finally:
        engine.close()
        shutil.rmtree(folder, ignore_errors=True)
