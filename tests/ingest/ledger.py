"""What the senders of a simulation know: what they sent, when, and what was acknowledged; and whether it came true."""

from __future__ import annotations

import base64
import json
import random
import re
from collections import Counter
from collections.abc import Sequence
from typing import Final, NamedTuple

from schema.columns import INDEX, Row

GAME_TIME: Final = INDEX["game_time"]
BATCH_ID: Final = INDEX["batch_id"]
_NUMBER: Final = re.compile(rb"timestamp=(\d+)")


class Event(NamedTuple):
    """One event: a line with a number of its own, sent `copies` times in its report."""

    number: int
    line: bytes
    has_id: bool
    copies: int


class Report:
    """One request body and its history."""

    def __init__(self, server: str, events: list[Event], idempotency_key: str, garbage: bytes) -> None:
        self.server, self.idempotency_key = server, idempotency_key
        self._events, self._garbage = events, garbage
        self.attempted_ms: list[int] = []
        self.receipts: list[str] = []

    @property
    def events(self) -> int:
        return sum(event.copies for event in self._events)

    @property
    def numbers(self) -> list[int]:
        return [event.number for event in self._events]

    @property
    def has_ids(self) -> bool:
        return bool(self.idempotency_key) or all(event.has_id for event in self._events)

    def expected(self) -> dict[int, int]:
        """How often each event counts: identical lines of one request all count, an event id once."""
        one = not self.idempotency_key
        return {e.number: 1 if e.has_id and one else e.copies for e in self._events}

    def body(self) -> bytes:
        """The bytes of the next attempt: always the same, except that ids allow another field."""
        extra = b"&attempt=%d" % len(self.attempted_ms) if self.has_ids else b""
        lines = [event.line + extra for event in self._events for _ in range(event.copies)]
        return b"\n".join([self._garbage, *lines] if self._garbage else lines)


class Ledger:
    """All reports of all senders."""

    def __init__(self, rng: random.Random) -> None:
        self._rng = rng
        self.reports: list[Report] = []
        self.sent = 0
        self._walls: list[int] = []

    def compose(self, server: str, events: int) -> Report:
        """A new report."""
        rng = self._rng
        # An event id that comes with an idempotency key keeps its own meaning; here a report has one or the other.
        kind = rng.choice(("plain", "plain", "ids", "key"))
        made = [self._event(kind == "ids") for _ in range(events)]
        key = f"key-{made[0].number}" if kind == "key" else ""
        garbage = b"no event at all" if rng.random() < 0.1 else b""
        report = Report(server, made, key, garbage)
        self.reports.append(report)
        return report

    def _event(self, has_id: bool) -> Event:
        self.sent += 1
        number, rng = self.sent, self._rng
        weapon = b"bomb" if rng.random() < 0.03 else b"BAR"
        line = b"type=weapon_fire&match_id=m&session_id=s&timestamp=%d.000&player_guid=1&weapon=%b" % (
            number,
            weapon,
        )
        if has_id:
            line += b"&event_id=e%d" % number
        if rng.random() < 0.1:
            line += b"&map_name=dm/map%d" % rng.randrange(3)
        return Event(number, line, has_id, rng.choice((1, 1, 1, 2)))

    def note(self, wall_ms: int) -> None:
        """The wall clock showed this."""
        self._walls.append(wall_ms)

    def may_repeat(self, report: Report, window_ms: int, now_ms: int) -> bool:
        """Whether a repetition now is one by R14: with ids always, else while no clock is past the window."""
        if report.has_ids or not report.attempted_ms:
            return True
        if not window_ms or report.attempted_ms[0] not in self._walls:
            return False
        since = self._walls[self._walls.index(report.attempted_ms[0]) :]
        return max(since) < min(report.attempted_ms) + window_ms / 2

    def with_ids(self, server: str) -> list[Report]:
        """Reports of a server that may be repeated for ever."""
        return [report for report in self.reports if report.server == server and report.has_ids]

    def check(self, stored: Sequence[Row], quarantine: Sequence[bytes]) -> list[str]:
        """What of the promise did not come true."""
        rows = Counter(int(row[GAME_TIME]) for row in stored)
        aside, damaged = _set_aside(quarantine)
        wrong = []
        for report in self.reports:
            is_damaged = any(receipt in damaged for receipt in report.receipts)
            for number, count in report.expected().items():
                found = rows[number]
                if found > count:
                    wrong.append(
                        f"event {number} stored {found} times instead of {count}: {report.attempted_ms}"
                    )
                if report.receipts and not is_damaged and found + aside[number] < count:
                    wrong.append(f"event {number} lost: {found} of {count}, receipts {report.receipts}")
        known = {number for report in self.reports for number in report.numbers}
        wrong += [f"event {number} was never sent" for number in rows if number not in known]
        return wrong + self._disorder(stored)

    def _disorder(self, stored: Sequence[Row]) -> list[str]:
        """Within a batch, and from batch to batch of a spool folder, the events stand as they were accepted."""
        place = {
            (receipt.rpartition("-")[0], number): int(receipt.rpartition("-")[2])
            for report in self.reports
            if len(report.attempted_ms) == 1  # of a repeated one nobody knows which attempt was stored
            for receipt in report.receipts
            for number in report.numbers
        }
        wrong = []
        last: dict[str, tuple[str, int, int]] = {}
        for row in stored:
            segment, number = row[BATCH_ID].partition("/")[0], int(row[GAME_TIME])
            offset = place.get((segment, number))
            if offset is None:
                continue
            folder = segment.rsplit("-", 2)[0]
            here = (segment, offset, number)
            if here < last.get(folder, here):
                wrong.append(f"event {number} stored before an earlier one: {last[folder]}")
            last[folder] = here
        return wrong


def _set_aside(quarantine: Sequence[bytes]) -> tuple[Counter[int], set[str]]:
    """Events in quarantine by number, and the receipts of damaged reports."""
    aside: Counter[int] = Counter()
    damaged = set()
    for line in quarantine:
        item = json.loads(line)
        if item["reason"] == "damaged_record":
            damaged.add(item["receipt"])
        elif item["events"]:
            aside.update(int(found) for found in _NUMBER.findall(base64.b64decode(item["raw"])))
    return aside, damaged
