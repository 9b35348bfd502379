"""From a sealed segment to the rows of its inserts: read, split, decode, drop repetitions, complete.

Split in two because only the second half depends on earlier segments:
`decode_segment` is pure and may run while the previous segment is being inserted; `Assembler.assemble` runs in
the order of the segments.
"""

from __future__ import annotations

import functools
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final, NamedTuple

import msgspec
import numpy as np
import numpy.typing as npt
import structlog
import xxhash

from ingest.backlog import Segment
from ingest.context import Context
from ingest.decode import Decoder
from ingest.duplicates import DuplicateWindow, Generation
from ingest.enrich import Enricher
from ingest.formats import InvalidBody, split_report
from ingest.quarantine import Quarantined
from ingest.segments import Damage, Record, read_records
from schema.columns import INDEX, Row
from schema.refusals import RefusalReason

_EVENT_ID: Final = INDEX["event_id"]
_EVENT_TYPE: Final = INDEX["event_type"]
_RAW: Final = INDEX["raw"]
_BATCH_ID: Final = INDEX["batch_id"]
_BATCH_ROW: Final = INDEX["batch_row"]
_hash: Final = xxhash.xxh3_64_intdigest

# Rows of one insert: the most that `batch_rows_max` can be, since a second insert for a few rows costs as much as a
# whole one. A segment closes at `batch_rows_max` events, but its last report may hold 150,000 short
# lines; they go in pieces, so that the memory of an insert stays bounded.
INSERT_ROWS_MAX: Final = 100_000

REPLAYED: Final = "\x1e"
"""First character of the Idempotency-Key of a report out of the quarantine (`ingest/replay.py`). No sender can set it:
the door takes printable characters only. The first arrival of its events stands in the duplicate window and must not
make repetitions of them, since they were never stored; whether they were since is asked by their ids."""


_log = structlog.get_logger(__name__)


class Report(NamedTuple):
    """One decoded record: its rows, the hash of each as received, in the same order."""

    record: Record
    rows: list[Row]
    hashes: list[int]


class DecodedSegment(NamedTuple):
    """A segment after decoding: what became events and what did not."""

    segment: Segment
    reports: list[Report]
    refused: list[Quarantined]

    def event_ids(self) -> dict[str, list[str]]:
        """Event ids by server, for the check against what is stored."""
        found: dict[str, list[str]] = {}
        for report in self.reports:
            ids = [row[_EVENT_ID] for row in report.rows if row[_EVENT_ID]]
            if ids:
                found.setdefault(report.record.server_id, []).extend(ids)
        return found


class Chunk(NamedTuple):
    """Rows of one insert under one token."""

    token: str
    rows: Sequence[Row]


class Origin(NamedTuple):
    """Where rows of a batch come from: a record, how many of its events are rows, how many were repetitions."""

    offset: int
    server_id: str
    rows: int
    duplicates: int


class Batch(NamedTuple):
    """Everything that follows from one segment. The rows of the chunks stand in the order of `origins`."""

    segment: Segment
    chunks: list[Chunk]
    origins: list[Origin]
    refused: list[Quarantined]
    duplicates: int
    event_types: Mapping[str, int]
    generation: Generation
    context_after: bytes


def decode_segment(segment: Segment, data: bytes, decoder: Decoder) -> DecodedSegment:
    """Decode every record of a segment. What is damaged or no event goes to `refused` with its place."""
    decoded = DecodedSegment(segment, [], [])
    for item in read_records(data):
        if isinstance(item, Damage):
            decoded.refused.append(_damaged(segment, item))
        else:
            decoded.reports.append(_decode_record(segment, item, decoder, decoded.refused))
    _own_up_to_lost_events(decoded)
    return decoded


def _own_up_to_lost_events(decoded: DecodedSegment) -> None:
    """Where a record's header is gone, nobody knows its events but the segment's name, which counts them all."""
    known = sum(report.record.events for report in decoded.reports)
    damaged = [n for n, item in enumerate(decoded.refused) if item.reason == RefusalReason.DAMAGED_RECORD]
    lost = decoded.segment.name.events - known - sum(decoded.refused[n].events for n in damaged)
    unknown = [n for n in damaged if not decoded.refused[n].events]
    if lost > 0 and unknown:
        # The longest stretch: a damaged beginning of the file holds none.
        number = max(unknown, key=lambda n: len(decoded.refused[n].raw))
        decoded.refused[number] = msgspec.structs.replace(decoded.refused[number], events=lost)


def _decode_record(segment: Segment, record: Record, decoder: Decoder, refused: list[Quarantined]) -> Report:
    try:
        split = split_report(record.body)
    except InvalidBody as error:  # the door refuses such bodies: only another version's spool can hold one
        receipt = _receipt(segment, record)
        refused.append(
            _refusal(receipt, record, RefusalReason.INVALID_BODY, str(error), record.events, record.body)
        )
        return Report(record, [], [])
    for lines in split.refused:
        detail = f"{lines.lines} lines of a report that are no events"
        receipt = _receipt(segment, record)
        refused.append(_refusal(receipt, record, lines.reason, detail, 0, lines.raw, lines.lines))
    seed = _hash_seed(record.server_id)
    rows: list[Row] = []
    hashes: list[int] = []
    for position, event in enumerate(split.events):
        try:
            row = decoder.decode(event)
        except Exception as error:  # noqa: BLE001 - worker loop
            # Never seen, and tested for on any bytes: but one event must not stop all that come behind it.
            receipt = _receipt(segment, record)
            _log.exception("event_not_decoded", receipt=receipt)
            refused.append(_refusal(receipt, record, RefusalReason.DECODE_FAILED, repr(error), 1, event.raw))
            continue
        rows.append(row)
        if record.idempotency_key or row[_EVENT_ID]:
            hashes.append(_hash_with_id(row, record.idempotency_key, position, event.raw, seed))
        else:
            hashes.append(_hash(event.raw, seed))
    return Report(record, rows, hashes)


def _hash_with_id(row: Row, idempotency_key: str, position: int, raw: bytes, seed: int) -> int:
    """The hash by which a repetition of an event with an id is known; the id is put into the row."""
    key = idempotency_key.removeprefix(REPLAYED)
    if key and not row[_EVENT_ID]:
        # The whole request under one key: each of its events gets the id that a repetition will get too.
        row[_EVENT_ID] = f"{key}#{position}"
    identity = b"id:" + row[_EVENT_ID].encode() if row[_EVENT_ID] else raw
    if idempotency_key.startswith(REPLAYED):
        identity = key.encode() + identity
    return _hash(identity, seed)


@functools.lru_cache(maxsize=1024)
def _hash_seed(server_id: str) -> int:
    return xxhash.xxh3_64_intdigest(server_id.encode())


def _receipt(segment: Segment, record: Record) -> str:
    return f"{segment.token}-{record.offset}"


def _damaged(segment: Segment, damage: Damage) -> Quarantined:
    return Quarantined(
        receipt=f"{segment.token}-{damage.offset}",
        server_id="",
        received_ms=0,
        reason=RefusalReason.DAMAGED_RECORD,
        detail=f"{damage.reason} at byte {damage.offset} of {segment.name.sealed_name}",
        events=damage.events,
        raw=damage.data,
    )


def _refusal(
    receipt: str, record: Record, reason: str, detail: str, events: int, raw: bytes, lines: int = 0
) -> Quarantined:
    return Quarantined(
        receipt=receipt,
        server_id=record.server_id,
        received_ms=record.received_ms,
        reason=reason,
        detail=detail,
        events=events,
        lines=lines or events,
        raw=raw,
    )


def quarantined_row(row: Row, token: str, detail: str) -> Quarantined:
    """A row that ClickHouse refused."""
    return Quarantined(
        receipt=f"{token}#{row[_BATCH_ROW]}",
        server_id=row[INDEX["server_id"]],
        received_ms=row[INDEX["received_at"]],
        reason=RefusalReason.REFUSED_BY_CLICKHOUSE,
        detail=detail,
        events=1,
        raw=row[_RAW],
    )


class Assembler:
    """Turns decoded segments into batches, in order, with the state that earlier segments left."""

    def __init__(self, window: DuplicateWindow, context: Context) -> None:
        self._window = window
        self._enricher = Enricher(context)

    def assemble(self, decoded: DecodedSegment, known_ids: Mapping[str, set[str]]) -> Batch:
        """Drop repetitions, complete what remains, cut into chunks.

        `known_ids`: by server, the event ids that are stored from earlier segments, however long ago.
        """
        hashes = [h for report in decoded.reports for h in report.hashes]
        times = [report.record.received_ms for report in decoded.reports for _ in report.hashes]
        seen = self._window.seen(hashes, times)
        rows, origins = self._fresh_rows(decoded, hashes, seen, known_ids)
        generation = Generation.of(hashes, times)
        self._window.add(generation)
        context = self._enricher.context
        context.forget_idle(generation.newest_ms)
        return Batch(
            segment=decoded.segment,
            chunks=_chunks(decoded.segment.token, rows),
            origins=origins,
            refused=decoded.refused,
            duplicates=len(hashes) - len(rows),
            event_types=Counter(row[_EVENT_TYPE] for row in rows),
            generation=generation,
            context_after=context.encode(),
        )

    def _fresh_rows(
        self,
        decoded: DecodedSegment,
        hashes: Sequence[int],
        seen: npt.NDArray[np.bool_],
        known_ids: Mapping[str, set[str]],
    ) -> tuple[list[Row], list[Origin]]:
        all_fresh = not seen.any() and not any(known_ids.values()) and len(set(hashes)) == len(hashes)
        if all_fresh:  # the usual segment: no row has to be looked at
            kept: Iterable[list[Row]] = (report.rows for report in decoded.reports)
        else:
            kept = _without_repetitions(decoded.reports, seen.tolist(), known_ids)
        fresh: list[Row] = []
        origins: list[Origin] = []
        for report, keep in zip(decoded.reports, kept, strict=True):
            record = report.record
            self._enricher.fill(keep, record.server_id, record.received_ms)
            fresh.extend(keep)
            origins.append(Origin(record.offset, record.server_id, len(keep), len(report.rows) - len(keep)))
        return fresh, origins


def _without_repetitions(
    reports: Sequence[Report], seen: Sequence[bool], known_ids: Mapping[str, set[str]]
) -> Iterator[list[Row]]:
    """The rows of each report that are no repetitions; `seen` says of each event whether an earlier segment had it."""
    in_report: dict[int, int] = {}
    position = 0
    for number, report in enumerate(reports):
        known = known_ids.get(report.record.server_id, set())
        keep = []
        for row, key in zip(report.rows, report.hashes, strict=True):
            # Identical lines inside one request are all kept (pellets share a millisecond); an event id
            # is counted once whatever else differs, inside one request too.
            first = in_report.setdefault(key, number)
            repeated = seen[position] or first != number
            position += 1
            if (event_id := row[_EVENT_ID]) and not repeated:
                repeated = event_id in known or in_report.setdefault(~key, position) != position
            if not repeated:
                keep.append(row)
        yield keep


def _chunks(token: str, rows: Sequence[Row]) -> list[Chunk]:
    chunks = []
    for number, start in enumerate(range(0, len(rows), INSERT_ROWS_MAX)):
        chunk = Chunk(f"{token}/{number}", rows[start : start + INSERT_ROWS_MAX])
        for position, row in enumerate(chunk.rows):
            row[_BATCH_ID], row[_BATCH_ROW] = chunk.token, position
        chunks.append(chunk)
    return chunks
