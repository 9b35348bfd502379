"""`statline spool`: what waits in the spool, whether it is whole, and saved segments put back."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from ingest import spool_files
from ingest.segments import Damage, Record, read_records
from ingest.spool_files import SegmentFile, Verified
from statline.errors import CommandFailed
from statline.settings import Settings
from statline.stores import clickhouse_url
from statline.terminal import age, safe_line, table

if TYPE_CHECKING:
    from clickhouse.client import ClickHouse

# Records of one look into ClickHouse: the events of a few seconds.
_RECORDS_AT_ONCE: Final = 2000


class Outcome(NamedTuple):
    """What a command prints, and whether all is well."""

    text: str
    is_well: bool = True


def listed(settings: Settings, form: str) -> str:
    """Every segment: folder, name, state, events, bytes, age."""
    found = spool_files.list_segments(settings.statline.data_dir.resolve())
    if form == "json":
        return json.dumps([_as_json(each) for each in found], indent=2)
    if not found:
        return "the spool is empty: everything received is in the tables"
    now_s = time.time()
    rows = [
        (
            each.folder,
            each.path.name,
            each.state,
            str(each.events),
            str(each.size_bytes),
            age(now_s - each.written_s),
        )
        for each in found
    ]
    total = f"{len(found)} segments, {sum(each.events for each in found)} events, {sum(each.size_bytes for each in found)} bytes"
    return f"{table(('FOLDER', 'SEGMENT', 'STATE', 'EVENTS', 'BYTES', 'AGE'), rows)}\n{total}"


def verified(settings: Settings, form: str) -> Outcome:
    """Every record of every segment against its checksum. Not well when one is damaged."""
    spool_dir = settings.statline.data_dir.resolve() / "spool"
    found = [each for path in spool_files.segment_paths(spool_dir) if (each := spool_files.verify(path))]
    is_well = not any(each.damages for each in found)
    if form == "json":
        return Outcome(
            json.dumps({"well": is_well, "segments": [_verdict(each) for each in found]}, indent=2), is_well
        )
    lines = [line for each in found for line in _findings(each)]
    records, events = sum(each.records for each in found), sum(each.events for each in found)
    lines.append(f"{len(found)} segments: {records} reports with {events} events are whole")
    if not is_well:
        lines.append(
            "what is damaged goes to the quarantine with its place when the segment is stored; the rest is stored"
        )
    return Outcome("\n".join(lines), is_well)


def _findings(each: Verified) -> list[str]:
    lines = [f"DAMAGED {each.path} at byte {damage.offset}: {_described(damage)}" for damage in each.damages]
    if each.unfinished is not None:
        place = f"{each.path} at byte {each.unfinished.offset}"
        lines.append(f"unfinished {place}: a report that is being written, or was never acknowledged")
    return lines


def _described(damage: Damage) -> str:
    return f"{damage.reason} ({len(damage.data)} bytes, {damage.events or 'an unknown number of'} events)"


def _as_json(each: SegmentFile) -> dict[str, Any]:
    return {
        "folder": each.folder, "segment": each.path.name, "state": each.state, "events": each.events,
        "bytes": each.size_bytes, "written_at": datetime.fromtimestamp(each.written_s, UTC).isoformat(),
    }  # fmt: skip


def _verdict(each: Verified) -> dict[str, Any]:
    damages = [
        {"offset": damage.offset, "bytes": len(damage.data), "events": damage.events, "reason": damage.reason}
        for damage in each.damages
    ]
    return {"file": str(each.path), "reports": each.records, "events": each.events, "damages": damages,
            "unfinished_at": each.unfinished and each.unfinished.offset}  # fmt: skip


async def replay(settings: Settings, files: Sequence[Path], again: bool) -> Outcome:
    """Put the reports of saved segments back, each with its server and its first receive time.

    Those whose events ClickHouse holds are left out, unless `again`. Not well when a record is damaged.
    """
    from clickhouse.client import ClickHouse
    from ingest.replay import open_replay

    spool_dir = settings.statline.data_dir.resolve() / "spool"
    found = [(path, _records(path, spool_dir)) for path in files]
    lines, is_well = [], True
    store = (
        None
        if again
        else ClickHouse(clickhouse_url(settings), settings.clickhouse.database, settings.clickhouse)
    )
    try:
        with open_replay(settings.ingest, spool_dir) as folder:
            for path, items in found:
                records = [item for item in items if isinstance(item, Record)]
                damages = [item for item in items if isinstance(item, Damage)]
                fresh = records if store is None else await _without_stored(store, records)
                put = folder.put(fresh)
                folder.seal()
                lines.append(
                    f"{safe_line(str(path))}: {put.reports} reports with {put.events} events put back into {folder.folder.name}"
                )
                if len(fresh) < len(records):
                    lines.append(
                        f"  {len(records) - len(fresh)} reports left out: their events are stored already"
                    )
                lines += [
                    f"  DAMAGED at byte {damage.offset}, left out: {_described(damage)}" for damage in damages
                ]
                is_well = is_well and not damages
    finally:
        if store is not None:
            await store.close()
    lines.append(
        "the writer stores them; events with a known event_id, or repeated within the duplicate window (R14), are dropped"
    )
    return Outcome("\n".join(lines), is_well)


def _records(path: Path, spool_dir: Path) -> list[Record | Damage]:
    if path.resolve().is_relative_to(spool_dir):
        raise CommandFailed(f"{path} lies in the spool: the writer stores it anyway")
    try:
        found = list(read_records(path.read_bytes()))
    except OSError as error:
        raise CommandFailed(f"cannot read {path}: {error.strerror or error}") from error
    if not any(isinstance(item, Record) for item in found):
        raise CommandFailed(f"{path} is no spool segment: no whole record in it")
    return found


async def _without_stored(store: ClickHouse, records: Sequence[Record]) -> list[Record]:
    """The records of which ClickHouse holds no event under their server and receive time."""
    from ingest.decode import Decoder
    from ingest.replay import hashes_of

    decoder = Decoder()
    stored: dict[tuple[str, int], set[int]] = {}
    for start in range(0, len(records), _RECORDS_AT_ONCE):
        part = records[start : start + _RECORDS_AT_ONCE]
        for server_id in {record.server_id for record in part}:
            times = [record.received_ms for record in part if record.server_id == server_id]
            for row in await store.rows("reports_stored", _question(server_id, times)):
                stored.setdefault((server_id, row["received_ms"]), set()).add(row["raw_hash"])
    return [
        record
        for record in records
        if not hashes_of(record, decoder) & stored.get((record.server_id, record.received_ms), set())
    ]


def _question(server_id: str, times_ms: Sequence[int]) -> dict[str, object]:
    oldest, newest = (datetime.fromtimestamp(at / 1000, UTC) for at in (min(times_ms), max(times_ms)))
    return {"server_id": server_id, "oldest": _text(oldest), "newest": _text(newest)}


def _text(at: datetime) -> str:
    return at.strftime("%Y-%m-%d %H:%M:%S.%f")[:-3]
