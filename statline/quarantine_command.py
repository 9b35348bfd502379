"""`statline quarantine`: what could not become rows: why, its bytes, another try, or the end of it."""

from __future__ import annotations

import base64
import json
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import msgspec

from ingest.disk import RealDisk
from ingest.quarantine import Entry, Quarantine
from schema.refusals import sentence_of
from statline.errors import CommandFailed
from statline.settings import Settings
from statline.terminal import safe_line, safe_text, table


@dataclass(frozen=True)
class Selection:
    """Which entries: by id, by reason, or all."""

    ids: Sequence[str] = ()
    reason: str = ""
    everything: bool = False

    def check(self) -> None:
        """Exactly one of the three must be given. Raises CommandFailed."""
        if bool(self.ids) + bool(self.reason) + self.everything != 1:
            raise CommandFailed("say which: one or more ids, --reason REASON, or --all")

    def takes(self, entry: Entry) -> bool:
        """Whether an entry is meant."""
        return (
            self.everything
            or entry.id in self.ids
            or (bool(self.reason) and entry.item.reason == self.reason)
        )


def listed(settings: Settings, form: str, limit: int, reason: str) -> str:
    """The entries, oldest file first, and how many there are of each reason."""
    found: list[Entry] = []
    counts, events = Counter[str](), Counter[str]()
    for _, entry in _entries(_quarantine(settings)):
        if reason and entry.item.reason != reason:
            continue
        counts[entry.item.reason] += 1
        events[entry.item.reason] += entry.item.events
        if len(found) < limit:
            found.append(entry)
    if form == "json":
        return json.dumps([_as_json(entry) for entry in found], indent=2)
    if not counts:
        return "the quarantine is empty"
    rows = [
        (entry.id, entry.item.reason, entry.item.server_id or "unknown", _time(entry), str(entry.item.events),
         str(entry.item.lines), safe_line(entry.item.detail, 60))
        for entry in found
    ]  # fmt: skip
    lines = [table(("ID", "REASON", "SERVER", "RECEIVED", "EVENTS", "LINES", "DETAIL"), rows)]
    if len(found) < counts.total():
        lines.append(f"… {counts.total() - len(found)} more: --limit")
    lines += [
        f"{count} x {name}, {events[name]} events: {sentence_of(name)}"
        for name, count in counts.most_common()
    ]
    return "\n".join(lines)


def shown(settings: Settings, wanted: str, form: str) -> str:
    """One entry with its reason and its bytes, harmless to a terminal."""
    for _, entry in _entries(_quarantine(settings)):
        if entry.id == wanted:
            return (
                json.dumps(_as_json(entry, with_raw=True), indent=2) if form == "json" else _described(entry)
            )
    raise CommandFailed(f"no entry {safe_line(wanted, 40)} in the quarantine: statline quarantine ls")


def replayed(settings: Settings, selection: Selection) -> str:
    """Send entries through the ingest again; each leaves the quarantine once it is durable in the spool."""
    from ingest.replay import open_replay, record_of

    selection.check()
    quarantine = _quarantine(settings)
    reports = events = unknown = 0
    with open_replay(settings.ingest, settings.statline.data_dir.resolve() / "spool") as folder:
        for file in quarantine.files():
            taken = [entry for entry in _read(quarantine, file) if selection.takes(entry)]
            records = {entry.id: record for entry in taken if (record := record_of(entry))}
            put = folder.put(list(records.values()))
            quarantine.remove(file, records.keys())
            reports, events = reports + put.reports, events + put.events
            unknown += len(taken) - len(records)
    if not reports + unknown:
        raise CommandFailed("nothing in the quarantine is meant by that")
    text = f"{reports} entries sent again as reports with {events} events; what fails again comes back"
    return text + (f"\n{unknown} entries stay: nobody knows their server" if unknown else "")


def dropped(settings: Settings, selection: Selection, sure: bool) -> str:
    """Delete entries for good."""
    selection.check()
    quarantine = _quarantine(settings)
    taken = {
        file: [entry for entry in _read(quarantine, file) if selection.takes(entry)]
        for file in quarantine.files()
    }
    entries = [entry for those in taken.values() for entry in those]
    if not entries:
        raise CommandFailed("nothing in the quarantine is meant by that")
    what = f"{len(entries)} entries with {sum(entry.item.events for entry in entries)} events"
    if not sure:
        _confirm(what)
    for file, those in taken.items():
        quarantine.remove(file, {entry.id for entry in those})
    return f"{what} dropped"


def _confirm(what: str) -> None:
    if not sys.stdin.isatty():
        raise CommandFailed(f"this drops {what} for good: say --yes")
    sys.stderr.write(f"Drop {what} for good? [y/N] ")
    sys.stderr.flush()
    if sys.stdin.readline().strip().lower() not in ("y", "yes"):
        raise CommandFailed("nothing was dropped")


def _quarantine(settings: Settings) -> Quarantine:
    folder = settings.statline.data_dir.resolve() / "quarantine"
    if not folder.is_dir():
        raise CommandFailed(f"no quarantine in {settings.statline.data_dir}: no writer ran there yet")
    return Quarantine(RealDisk(), folder, settings.ingest.quarantine_bytes_max)


def _entries(quarantine: Quarantine) -> Iterator[tuple[str, Entry]]:
    for file in quarantine.files():
        for entry in _read(quarantine, file):
            yield file, entry


def _read(quarantine: Quarantine, file: str) -> list[Entry]:
    try:
        return list(quarantine.entries(file))
    except msgspec.MsgspecError as error:
        raise CommandFailed(f"quarantine file {file} cannot be read: {error}") from error


def _as_json(entry: Entry, *, with_raw: bool = False) -> dict[str, Any]:
    fields = msgspec.structs.asdict(entry.item)
    raw = fields.pop("raw")
    fields |= {"received_at": _time(entry)} | (
        {"raw_base64": base64.b64encode(raw).decode()} if with_raw else {}
    )
    return {"id": entry.id, **fields}


def _described(entry: Entry) -> str:
    item = entry.item
    facts = {
        "id": entry.id, "reason": f"{item.reason}: {sentence_of(item.reason)}", "detail": safe_line(item.detail),
        "receipt": item.receipt, "server": item.server_id or "unknown", "received": _time(entry),
        "events": str(item.events), "lines": str(item.lines), "bytes": str(len(item.raw)),
    }  # fmt: skip
    return "\n".join(f"{name:<9} {value}" for name, value in facts.items()) + f"\n\n{safe_text(item.raw)}"


def _time(entry: Entry) -> str:
    if not entry.item.received_ms:
        return "unknown"
    return datetime.fromtimestamp(entry.item.received_ms / 1000, UTC).isoformat(timespec="milliseconds")
