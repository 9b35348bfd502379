"""`statline rebuild`: aggregates made again from raw events and swapped in, while events are accepted and stored.

The raw events are taken in rounds, each up to the segment that the writer stored last, so every row is taken exactly
once. The last round and the swap happen while the writer rests between two segments: a second or two, in which
reports wait in the spool. Nothing is half stored then, so no segment can be inserted again later under a token that
only the replaced tables remember.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from contextlib import aclosing
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Final

import msgspec

from clickhouse import rebuild
from clickhouse.client import ClickHouse
from clickhouse.rebuild import Aggregate
from ingest.checkpoint import Checkpoint, read_checkpoint
from ingest.disk import RealDisk
from ingest.pause import PauseRefused, paused
from ingest.spool import known_node
from ingest.spool_files import spool_folders
from statline import locks
from statline.errors import CommandFailed
from statline.settings import Settings
from statline.stores import clickhouse_url
from statline.terminal import Progress

LOCK: Final = "rebuild"
# Before the pause: the second round takes what came during the first, which leaves little for the pause.
_ROUNDS: Final = 2
_TRIES: Final = 3

Applied = Mapping[str, tuple[int, int]]


class _NewFolder(Exception):
    """A spool folder appeared during the run: which of its rows were taken is unknown."""


async def rebuilt(
    settings: Settings,
    names: Sequence[str],
    *,
    everything: bool,
    force: bool,
    drop_uncovered: bool,
    pause_s: float,
) -> str:
    """Make the named aggregates (or all) again; the lines to print. Raises CommandFailed; the tables are as before then."""
    data_dir = settings.statline.data_dir.resolve()
    if not (data_dir / "writer").is_dir():
        raise CommandFailed(f"no writer ran on {settings.statline.data_dir}: run this where the writer runs")
    if settings.clickhouse.cluster:
        raise CommandFailed("rebuild does not know clusters yet: clickhouse.cluster is set")
    store = ClickHouse(clickhouse_url(settings), settings.clickhouse.database, settings.clickhouse)
    try:
        with locks.held(data_dir, LOCK):
            run = Rebuild(store, data_dir, await rebuild.aggregates(store), pause_s)
            tables = run.chosen(names, everything=everything)
            if not force:
                await run.refuse_other_nodes()
            retention_days = settings.clickhouse.raw_retention_days
            since = (
                None
                if drop_uncovered
                else await rebuild.complete_since(store, retention_days, datetime.now(UTC))
            )
            _refuse_uncovered(tables, since)
            return await run.run(tables, since)
    finally:
        await store.close()


def _refuse_uncovered(tables: Sequence[Aggregate], since: date | None) -> None:
    lost = [table.name for table in tables if not table.time_column]
    if since is not None and lost:
        raise CommandFailed(
            f"the raw events before {since} are gone, and {', '.join(lost)} cannot be split by time: rebuilt, "
            "they would lose what happened before. Name other tables, or accept that with --drop-uncovered"
        )


class Rebuild:
    """One run over some tables."""

    def __init__(
        self, store: ClickHouse, data_dir: Path, known: Mapping[str, Aggregate], pause_s: float
    ) -> None:
        self._store, self._data_dir, self._known, self._pause_s = store, data_dir, known, pause_s

    def chosen(self, names: Sequence[str], *, everything: bool) -> list[Aggregate]:
        """The tables meant. Raises CommandFailed for names that are none, and for none at all."""
        unknown = [name for name in names if name not in self._known]
        if unknown or not (names or everything) or (names and everything):
            said = f"{', '.join(unknown)}: no such aggregate" if unknown else "say which aggregates, or --all"
            raise CommandFailed(f"{said}. There are: {', '.join(sorted(self._known))}")
        return [self._known[name] for name in (sorted(self._known) if everything else dict.fromkeys(names))]

    async def refuse_other_nodes(self) -> None:
        """Another node's writer does not rest with ours."""
        ours = {stream.partition("-")[0] for stream in self._checkpoint().applied}
        for folder in spool_folders(self._data_dir / "spool"):
            try:
                ours.add(known_node(RealDisk(), folder))
            except (OSError, msgspec.MsgspecError):
                continue
        if others := await rebuild.recent_nodes(self._store) - ours:
            raise CommandFailed(
                f"other nodes stored events within the last hour ({', '.join(sorted(others))}): stop their writers "
                "first (their events wait in their spools), then say --force"
            )

    async def run(self, tables: Sequence[Aggregate], since: date | None) -> str:
        """Build, swap, clean up."""
        for name in await rebuild.left_over(self._store, self._known):
            await rebuild.drop_shadow(self._store, name)
        for _ in range(_TRIES):
            try:
                rows, rested_s = await self._build_and_swap(tables, since)
                break
            except _NewFolder:
                continue
            finally:
                for table in tables:
                    await rebuild.drop_shadow(self._store, table.name)
        else:
            raise CommandFailed(
                "new spool folders keep appearing: try again when no replay or start is going on"
            )
        period = f" since {since}; what is older was kept" if since else ""
        return (
            f"rebuilt from {rows:,} raw events{period}: {', '.join(table.name for table in tables)}\n"
            f"the writer rested for {rested_s:.1f} s; events were accepted all the time"
        )

    async def _build_and_swap(self, tables: Sequence[Aggregate], since: date | None) -> tuple[int, float]:
        for table in tables:
            await rebuild.create_shadow(self._store, table)
        progress = Progress("rebuild", 0, "rows")
        before: Applied | None = None
        rows = 0
        for _ in range(_ROUNDS):
            applied = dict(self._checkpoint().applied)
            rows += await self._round(tables, since, before, applied, progress)
            before = applied
        try:
            with paused(self._data_dir / "writer", self._pause_s) as checkpoint:
                started_s = time.monotonic()
                rows += await self._round(tables, since, before, dict(checkpoint.applied), progress)
                for table in tables:
                    if since is not None and table.time_column and not table.has_retention:
                        await rebuild.copy_before(self._store, table, since)
                for table in tables:
                    await rebuild.swap(self._store, table)
                rested_s = time.monotonic() - started_s
        except PauseRefused as refused:
            raise CommandFailed(str(refused)) from refused
        progress.finish()
        return rows, rested_s

    async def _round(
        self,
        tables: Sequence[Aggregate],
        since: date | None,
        before: Applied | None,
        applied: Applied,
        progress: Progress,
    ) -> int:
        """Take the rows of the segments behind `before` (None: all earlier ones) up to `applied`; their number."""
        condition = f"NOT {rebuild.after_segments(applied)}"
        if before is not None:
            if applied.keys() - before.keys():
                raise _NewFolder
            condition += f" AND {rebuild.after_segments(before)}"
        covered = condition if since is None else f"{condition} AND event_time >= toDate('{since:%Y-%m-%d}')"
        found = {text: await rebuild.chunks(self._store, text) for text in {condition, covered}}
        # What is kept no longer than the raw events is whole in them at any time.
        wanted = {table.name: condition if table.has_retention else covered for table in tables}
        progress.total += sum(chunk.rows for table in tables for chunk in found[wanted[table.name]])
        for table in tables:
            text = wanted[table.name]
            async with aclosing(rebuild.fill(self._store, table, self._known, text, found[text])) as filled:
                async for rows in filled:
                    progress.advance(rows)
        return max(sum(chunk.rows for chunk in found[text]) for text in wanted.values())

    def _checkpoint(self) -> Checkpoint:
        return read_checkpoint(RealDisk(), self._data_dir / "writer")
