"""The metrics of a node are read while its roles come and go."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from prometheus_client import values
from prometheus_client.mmap_dict import MmapedDict

from ingest.node_metrics import NodeMetrics


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """One role's gauge of 3 and another's of 4."""
    monkeypatch.setenv("PROMETHEUS_MULTIPROC_DIR", os.fspath(tmp_path))
    for role, count in (("web", 3), ("worker", 4)):
        gauge = values.MultiProcessValue(lambda role=role: role)(  # type: ignore[no-untyped-call]
            "gauge", "waiting", "waiting", (), (), "How many wait.", "sum"
        )
        gauge.set(count)
        gauge._file.close()
    return tmp_path


def waiting(metrics: NodeMetrics) -> float:
    [metric] = metrics.collect()
    return metric.samples[0].value


def test_they_are_those_of_all_roles(folder: Path) -> None:
    assert waiting(NodeMetrics(folder)) == 7


def test_a_file_may_vanish_while_they_are_read(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read = MmapedDict.read_all_values_from_file
    left = folder / "gauge_sum_worker.db"

    def vanishing(path: str) -> object:
        left.unlink(missing_ok=True)
        return read(path)  # type: ignore[no-untyped-call]

    monkeypatch.setattr(MmapedDict, "read_all_values_from_file", staticmethod(vanishing))
    assert waiting(NodeMetrics(folder)) == 3
    assert not left.exists()
