"""The metrics of all roles of a node, from the files in which prometheus-client's multi-process mode keeps them."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Final

from prometheus_client import Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

_TRIES: Final = 5


class NodeMetrics(Collector):
    """Reads the files of `folder`, or of PROMETHEUS_MULTIPROC_DIR, anew for each collection."""

    def __init__(self, folder: Path | None = None) -> None:
        self._collector = MultiProcessCollector(None, folder and str(folder))  # type: ignore[no-untyped-call]

    def collect(self) -> Iterable[Metric]:
        """All metrics. Raises FileNotFoundError when files vanish each time they are read."""
        for _ in range(_TRIES - 1):
            try:
                return self._read()
            except (
                FileNotFoundError
            ):  # a role that starts removes its predecessor's gauges, perhaps between listing and reading
                continue
        return self._read()

    def _read(self) -> list[Metric]:
        return list(self._collector.collect())  # type: ignore[no-untyped-call]
