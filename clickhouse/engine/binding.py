"""chdb's native module. Its wheel ships no types for connections, so this is the one place that says so."""

from __future__ import annotations

from importlib import import_module
from typing import Any, Final

chdb: Final[Any] = import_module("chdb._chdb")
"""`connect(path)` opens a connection; the first one loads the engine, all share it."""
