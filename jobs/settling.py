"""Settling: what is done once for every match that is over, and again when events of it come later.

A match is due when it said that it ended, when it is quiet, or now and then when it never ends, and when it has more events than
its settlement rests on. `Settling.run` finds due matches and takes each batch through the STEPS in their order; when all
are done, the batch is recorded in `settled_matches`. Whoever dies in between leaves nothing recorded, and the next run does
it all again: **a step must bear being run any number of times for the same match.**

To add a step (a rating, a webhook), write a function

    async def rate(store: ClickHouse, matches: Sequence[OverMatch]) -> None: ...

and append `Step("rating", rate)` to the list in `statline/jobs.py` (bind what else it needs with functools.partial there). It gets
matches of any game and server, the one that ended first first; it looks at `is_over` (an endless match is settled while it runs)
and at `is_again` (late events: a webhook has been sent, a rating must not change silently). What it raises leaves the batch
unsettled: a ClickHouseError that is no ClickHouseUnavailable makes the batch be tried match by match, and a match that fails alone
waits FAILED_AGAIN_S, so that one bad match holds nobody up.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final, NamedTuple
from uuid import UUID

import structlog

from clickhouse.client import ClickHouse
from clickhouse.errors import ClickHouseError, ClickHouseUnavailable
from jobs import metrics
from jobs.settings import JobsSettings

ENDLESS_S: Final = 6 * 3600
"""Nobody plays one match for so long: its server does not say where one ends. It is settled while it runs."""
ENDLESS_AGAIN_S: Final = 3600.0
FAILED_AGAIN_S: Final = 600.0
EVERYTHING_MAX: Final = 1_000_000
"""Matches of one run over everything: the longest list that a query answers."""
BATCH_MATCHES: Final = 200
BATCH_EVENTS: Final = 300_000
"""What one statement works on: some hundred MB at most."""
SPAN_MAX: Final = timedelta(days=1)
"""From the first to the last event of what one statement works on, unless one match alone is longer."""

_log = structlog.get_logger("jobs")


@dataclass(frozen=True, slots=True)
class OverMatch:
    """A match to settle. `events`: match_summaries.events; `raw_events`: how many are still there, 0 while unknown."""

    game: str
    match_id: str
    server_id: str
    gametype: str
    winner: str
    first_at: datetime
    last_at: datetime
    events: int
    raw_events: int
    raw_events_settled: int
    has_ended: bool
    is_over: bool
    is_again: bool


class Step(NamedTuple):
    """One thing done with matches that are over."""

    name: str
    run: Callable[[ClickHouse, Sequence[OverMatch]], Awaitable[None]]


class Settling:
    """The job: one instance per worker. `now` is the clock (aware)."""

    def __init__(
        self,
        store: ClickHouse,
        settings: JobsSettings,
        steps: Sequence[Step],
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._store, self._settings, self._steps, self._now = store, settings, steps, now
        self._failed: dict[str, float] = {}

    async def run(self) -> int:
        """Settle what is due, up to `settle_matches_max`; returns how many. Raises ClickHouseUnavailable."""
        due = [match for match in await self._due() if not self._waits(match)]
        metrics.DUE.set(len(due))
        done = 0
        for batch in batches(due[: self._settings.settle_matches_max]):
            done += await self._settle(batch)
        return done

    async def _due(self) -> list[OverMatch]:
        now, settings = self._now(), self._settings
        self._failed = {key: until for key, until in self._failed.items() if until > time.monotonic()}
        rows = await self._store.rows(
            "settle_due",
            {
                "ended_before": now - timedelta(seconds=settings.settle_after_end_s),
                "quiet_since": now - timedelta(seconds=settings.settle_quiet_s),
                "again_before": now - timedelta(seconds=settings.settle_again_s),
                "endless_again_before": now
                - timedelta(seconds=max(ENDLESS_AGAIN_S, settings.settle_again_s)),
                "long_s": ENDLESS_S,
                "every": 0,
                "rows_max": settings.settle_matches_max + len(self._failed),
            },
        )
        return [_match(row) for row in rows]

    def _waits(self, match: OverMatch) -> bool:
        if match.events > self._settings.settle_events_max:
            self._failed[match.match_id] = time.monotonic() + FAILED_AGAIN_S
            _log.warning("a match is too large to settle", match=match.match_id, events=match.events)
        return match.match_id in self._failed

    async def _settle(self, batch: Sequence[OverMatch]) -> int:
        try:
            return await settle(self._store, self._steps, batch, self._now())
        except ClickHouseUnavailable:
            raise
        except ClickHouseError as error:
            if len(batch) > 1:
                return sum([await self._settle([match]) for match in batch])
            self._failed[batch[0].match_id] = time.monotonic() + FAILED_AGAIN_S
            _log.warning("a match cannot be settled", match=batch[0].match_id, reason=str(error))
            return 0


async def settle(store: ClickHouse, steps: Sequence[Step], batch: Sequence[OverMatch], now: datetime) -> int:
    """Take matches through every step and record them; returns how many were computed.

    A match whose raw events are fewer than those its settlement rests on (retention took some) keeps what is stored: it is
    recorded as settled and nothing is computed.
    """
    counted = await with_raw_events(store, batch)
    whole = _whole(counted)
    for step in steps:
        try:
            if whole:
                await step.run(store, whole)
        except Exception:
            metrics.STEP_FAILURES.labels(step.name).inc(len(whole))
            raise
    await _record(store, counted, now)
    metrics.SETTLED.inc(len(whole))
    return len(whole)


async def settle_everything(store: ClickHouse, steps: Sequence[Step]) -> tuple[int, int]:
    """Take every match that is over, settled or not, through `steps`; how many were computed, and how many kept what they have.

    Nothing is recorded, so what is due stays due for the other steps.
    """
    now = datetime.now(UTC)
    later = now + timedelta(days=1)
    limits = {
        "ended_before": now,
        "quiet_since": now - timedelta(minutes=10),
        "again_before": later,
        "endless_again_before": later,
    }
    rows = await store.rows(
        "settle_due", {**limits, "every": 1, "long_s": ENDLESS_S, "rows_max": EVERYTHING_MAX}
    )
    computed = kept = 0
    for batch in batches([_match(row) for row in rows]):
        whole = _whole(await with_raw_events(store, batch))
        for step in steps:
            if whole:
                await step.run(store, whole)
        computed += len(whole)
        kept += len(batch) - len(whole)
    return computed, kept


def _whole(matches: Sequence[OverMatch]) -> list[OverMatch]:
    """Those of whose raw events none has gone since they were settled."""
    return [match for match in matches if match.raw_events and match.raw_events >= match.raw_events_settled]


def batches(matches: Sequence[OverMatch]) -> Iterator[list[OverMatch]]:
    """In their order, at most BATCH_MATCHES and about BATCH_EVENTS at a time."""
    batch: list[OverMatch] = []
    events = 0
    for match in matches:
        if batch and (len(batch) >= BATCH_MATCHES or events + match.events > BATCH_EVENTS):
            yield batch
            batch, events = [], 0
        batch.append(match)
        events += match.events
    if batch:
        yield batch


def by_day(matches: Sequence[OverMatch]) -> Iterator[Mapping[str, object]]:
    """The parameters under which the raw events of these matches are found: of one game and a day at most at a time.

    Of several servers at once, because planning a statement costs more than reading a match. Raw events are sorted by server and
    time, so a match that is much older, or endless, would make it read all that lies between.
    """
    group: list[OverMatch] = []
    for match in sorted(matches, key=lambda match: (match.game, match.first_at)):
        if group and (match.game != group[0].game or match.last_at - group[0].first_at > SPAN_MAX):
            yield _found_under(group)
            group = []
        group.append(match)
    if group:
        yield _found_under(group)


def _found_under(group: Sequence[OverMatch]) -> Mapping[str, object]:
    return {
        "game": group[0].game,
        "server_ids": sorted({match.server_id for match in group}),
        "match_ids": [match.match_id for match in group],
        "from_time": min(match.first_at for match in group),
        "to_time": max(match.last_at for match in group),
    }


async def with_raw_events(store: ClickHouse, batch: Sequence[OverMatch]) -> list[OverMatch]:
    """The same matches with their number of raw events."""
    found: dict[str, int] = {}
    for parameters in by_day(batch):
        rows = await store.rows("settle_raw_events", parameters)
        found.update((row["match"], row["raw_count"]) for row in rows)
    return [replace(match, raw_events=found.get(match.match_id, 0)) for match in batch]


async def _record(store: ClickHouse, batch: Sequence[OverMatch], now: datetime) -> None:
    now_ms = round(now.timestamp() * 1000)
    columns: list[list[Any]] = [
        [match.game for match in batch],
        [UUID(match.match_id) for match in batch],
        [match.events for match in batch],
        [max(match.raw_events, match.raw_events_settled) for match in batch],
        [now_ms] * len(batch),
    ]
    token = f"settled/{now_ms}/{batch[0].match_id}/{len(batch)}"
    names = ("game", "match_id", "events", "raw_events", "settled_at")
    await store.insert("settled_matches", names, columns, token=token)


def _match(row: Mapping[str, Any]) -> OverMatch:
    return OverMatch(
        game=row["game"],
        match_id=row["match_id"],
        server_id=row["server_id"],
        gametype=row["gametype"],
        winner=row["winner"],
        first_at=row["first_at"],
        last_at=row["last_at"],
        events=row["events"],
        raw_events=0,
        raw_events_settled=row["raw_events_settled"],
        has_ended=bool(row["has_ended"]),
        is_over=bool(row["is_over"]),
        is_again=bool(row["is_again"]),
    )
