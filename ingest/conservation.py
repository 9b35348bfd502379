"""Whether nothing disappeared: received = inserted + duplicate + quarantined + pending (design promise 3).

The writer's ledger is part of its checkpoint, so it counts each stored segment once whatever was killed when; what
is pending stands in the spool. Both together are exact at every moment, and /metrics shows them
(`statline_ingest_ledger_events`). The counters beside them are for rates: they count since the start and may miss what
happened in the instant of a kill.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import msgspec
from prometheus_client import Metric
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from ingest.checkpoint import Checkpoint, read_checkpoint
from ingest.disk import RealDisk
from ingest.metrics import FATES, LEDGER_EVENTS, LEDGER_HELP
from ingest.node_metrics import NodeMetrics
from ingest.segments import intact_bytes
from ingest.spool import OPEN_SUFFIX, SegmentName, known_node, stream_of

_TRIES: Final = 5
_COUNTED: Final = {
    "received": "statline_ingest_events_received_total",
    "inserted": "statline_ingest_events_inserted_total",
    "duplicate": "statline_ingest_events_duplicate_total",
    "quarantined": "statline_ingest_events_quarantined_total",
}


@dataclass(frozen=True)
class Conservation:
    """Events of this data folder since it was made. `missing` is 0 unless statline is at fault.

    `since_start`: what the metrics of the running or last run counted; events that waited in the spool at its
    start were received before it.
    """

    received: int = 0
    inserted: int = 0
    duplicate: int = 0
    quarantined: int = 0
    pending: int = 0
    missing: int = 0
    holds: bool = True
    since_start: dict[str, int] = field(default_factory=dict)
    problem: str = ""
    is_unreadable: bool = False


def conservation(data_dir: Path, *, with_counters: bool = True) -> Conservation:
    """Add it up, while statline runs or not; `since_start` only `with_counters`."""
    try:
        checkpoint, pending = _at_one_moment(data_dir)
    except (OSError, msgspec.MsgspecError) as error:
        problem = f"the writer's checkpoint cannot be read: {error}"
        return Conservation(holds=False, problem=problem, is_unreadable=True)
    ledger = checkpoint.ledger
    return Conservation(
        received=ledger.received + pending,
        inserted=ledger.inserted,
        duplicate=ledger.duplicate,
        quarantined=ledger.quarantined,
        pending=pending,
        missing=ledger.missing,
        holds=ledger.missing == 0,
        since_start=_since_start(data_dir / "metrics") if with_counters else {},
        problem=f"{ledger.missing} events are unaccounted for" if ledger.missing else "",
    )


class LedgerCollector(Collector):
    """The ledger as metrics, read when somebody asks: what no kill can make wrong."""

    def __init__(self, data_dir: Path) -> None:
        self._data_dir = data_dir

    def collect(self) -> Iterator[Metric]:
        """One family, one sample for each fate; none while the checkpoint cannot be read."""
        counted = conservation(self._data_dir, with_counters=False)
        family = GaugeMetricFamily(LEDGER_EVENTS, LEDGER_HELP, labels=["fate"])
        for fate in FATES if not counted.is_unreadable else ():
            family.add_metric([fate], getattr(counted, fate))
        yield family


def _at_one_moment(data_dir: Path) -> tuple[Checkpoint, int]:
    """The checkpoint and what was pending beside it: looked at again while a segment is stored in between."""
    disk, folder = RealDisk(), data_dir / "writer"
    checkpoint = read_checkpoint(disk, folder)
    pending = 0
    for _ in range(_TRIES):
        pending = _pending(data_dir / "spool", checkpoint)
        again = read_checkpoint(disk, folder)
        if again.ledger == checkpoint.ledger and again.applied == checkpoint.applied:
            break
        checkpoint = again
    return checkpoint, pending


def _pending(spool_dir: Path, checkpoint: Checkpoint) -> int:
    return sum(_pending_in(folder, checkpoint) for folder in spool_dir.glob("*") if folder.is_dir())


def _pending_in(folder: Path, checkpoint: Checkpoint) -> int:
    disk = RealDisk()
    try:
        applied = checkpoint.applied.get(stream_of(known_node(disk, folder), folder), (0, 0))
    except (OSError, msgspec.MsgspecError):
        applied = (0, 0)
    events = 0
    for file in disk.list(folder):
        name = SegmentName.parse(file)
        # A stored segment whose file is about to go is in the ledger already.
        if name is not None and (name.epoch, name.number) > applied:
            events += _events_in(folder / file, name)
    return events


def _events_in(path: Path, name: SegmentName) -> int:
    if path.suffix != OPEN_SUFFIX:
        return name.events
    try:
        return intact_bytes(path.read_bytes())[1]
    except FileNotFoundError:  # sealed meanwhile
        sealed = (SegmentName.parse(other.name) for other in path.parent.glob(f"{name.key}-*"))
        return next((other.events for other in sealed if other is not None), 0)


def _since_start(folder: Path) -> dict[str, int]:
    if not any(folder.glob("counter_*.db")):
        return {}
    sums: dict[str, float] = {}
    for metric in NodeMetrics(folder).collect():
        for sample in metric.samples:
            sums[sample.name] = sums.get(sample.name, 0) + sample.value
    return {name: int(sums.get(metric, 0)) for name, metric in _COUNTED.items()}
