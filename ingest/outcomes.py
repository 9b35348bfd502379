"""What became of the events of a stored batch: record by record for receipts, in sum for the ledger."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Mapping
from itertools import accumulate
from typing import Final, NamedTuple

import msgspec

from ingest.batches import INSERT_ROWS_MAX, Batch
from ingest.checkpoint import Ledger
from ingest.quarantine import Quarantined
from ingest.receipts import Fate, RefusedPart
from schema.columns import INDEX

_EVENT_TYPE: Final = INDEX["event_type"]


class Outcome(NamedTuple):
    """Of one batch: the fate of each record, why lines were refused by offset, what goes to the quarantine
    (with the receipt of its report), the sums, and the inserted events by type.
    """

    fates: list[Fate]
    reasons: Mapping[int, list[RefusedPart]]
    refused: list[Quarantined]
    counted: Ledger
    event_types: Mapping[str, int]


def outcome_of(batch: Batch) -> Outcome:
    """Settle a batch whose chunks are stored as far as ClickHouse takes them."""
    event_types = Counter(batch.event_types)
    fates = [Fate(*origin, 0) for origin in batch.origins]
    refused = _by_record(batch, event_types)
    if refused:
        fates = _with_refusals(fates, refused)
    counted = Ledger(
        received=batch.segment.name.events,
        inserted=event_types.total(),
        duplicate=batch.duplicates,
        quarantined=sum(item.events for item in batch.refused),
    )
    return Outcome(fates, _reasons(refused), [item for _, item, _ in refused], counted, +event_types)


class _Refused(NamedTuple):
    offset: int
    item: Quarantined
    was_row: bool


def _by_record(batch: Batch, event_types: Counter[str]) -> list[_Refused]:
    """Each refusal with its record; a row that ClickHouse refused is taken out of `event_types`."""
    if not batch.refused:
        return []
    ends = list(accumulate(origin.rows for origin in batch.origins))
    chunks = {chunk.token: number for number, chunk in enumerate(batch.chunks)}
    found = []
    for item in batch.refused:
        token, is_row, place = item.receipt.partition("#")
        if is_row:
            chunk, row = chunks[token], int(place)
            origin = batch.origins[bisect_right(ends, chunk * INSERT_ROWS_MAX + row)]
            event_types[batch.chunks[chunk].rows[row][_EVENT_TYPE]] -= 1
            receipt = f"{batch.segment.token}-{origin.offset}"
            found.append(_Refused(origin.offset, msgspec.structs.replace(item, receipt=receipt), True))
        else:
            found.append(_Refused(int(item.receipt.rpartition("-")[2]), item, False))
    return found


def _with_refusals(fates: list[Fate], refused: list[_Refused]) -> list[Fate]:
    by_offset = {fate.offset: fate for fate in fates}
    for offset, item, was_row in refused:
        # A damaged record is no report any more: it has no fate yet, and its server is unknown.
        fate = by_offset.get(offset) or Fate(offset, item.server_id, 0, 0, 0)
        by_offset[offset] = fate._replace(
            inserted=fate.inserted - was_row, quarantined=fate.quarantined + item.events
        )
    return [by_offset[offset] for offset in sorted(by_offset)]


def _reasons(refused: list[_Refused]) -> Mapping[int, list[RefusedPart]]:
    lines: dict[int, Counter[str]] = {}
    for offset, item, _ in refused:
        lines.setdefault(offset, Counter())[str(item.reason)] += item.lines
    return {
        offset: [RefusedPart(reason, count) for reason, count in counts.items()]
        for offset, counts in lines.items()
    }
