"""`statline export`: matches, scoreboards, players, weapons, kills or events of a time as one CSV or Parquet file."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Protocol

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet

from clickhouse.exporting import export, export_rows, subjects, time_range
from clickhouse.reading import Reader, StatementRefused, own_login
from query.games import MOHAA
from schema.spreadsheets import FORMULA
from statline.errors import CommandFailed
from statline.settings import Settings
from statline.stores import clickhouse_url
from statline.terminal import Progress


class _Sink(Protocol):
    """What both writers of pyarrow have."""

    def write_batch(self, batch: pa.RecordBatch) -> None: ...
    def close(self) -> None: ...


async def run(
    settings: Settings,
    subject: str,
    *,
    since: str,
    until: str,
    form: str,
    out: Path | None,
    force: bool,
    game: str = MOHAA,
) -> str:
    """Write the file; the line to print. Raises CommandFailed; then there is no file, or the one that was there."""
    if subject not in subjects():
        raise CommandFailed(f"{subject}: nothing to export. There are: {', '.join(subjects())}")
    begin, end = _time_range(since, until)
    last = end - timedelta(microseconds=1)
    path = out or Path(f"{subject}_{begin:%Y-%m-%d}_{last:%Y-%m-%d}.{form}")
    if path.exists() and not force:
        raise CommandFailed(f"{path} exists: name another file, or say --force")
    url = clickhouse_url(settings)
    parameters, login = time_range(game, begin, end), own_login(url)
    async with Reader(url, settings.clickhouse.database, 1) as reader:
        try:
            progress = Progress(
                f"export {subject}", await export_rows(reader, login, subject, parameters), "rows"
            )
            with _file(path, form) as writer:

                def take(batch: pa.RecordBatch) -> None:
                    writer.write(batch)
                    progress.advance(batch.num_rows)

                rows = await export(reader, login, subject, parameters, take)
                writer.complete = True
        except StatementRefused as error:
            raise CommandFailed(f"ClickHouse refuses the export: {error}") from error
    progress.finish()
    return f"{rows} rows in {path} ({path.stat().st_size:,} bytes)"


class _Writer:
    """One file in one form; its columns are those of the first batch."""

    def __init__(self, path: Path, form: str) -> None:
        self._path, self._form = path, form
        self._sink: _Sink | None = None
        self.complete = False

    def write(self, batch: pa.RecordBatch) -> None:
        """Append rows."""
        if self._form == "csv":
            batch = _without_formulas(batch)
        if self._sink is None:
            self._sink = self._open(batch.schema)
        self._sink.write_batch(batch)

    def close(self) -> None:
        """End the file. Without any row it is empty."""
        if self._sink is not None:
            self._sink.close()
        else:
            self._path.touch()

    def _open(self, schema: pa.Schema) -> Any:
        if self._form == "csv":
            return pyarrow.csv.CSVWriter(str(self._path), schema)
        return pyarrow.parquet.ParquetWriter(str(self._path), schema, compression="zstd")


@contextlib.contextmanager
def _file(path: Path, form: str) -> Iterator[_Writer]:
    """A file beside the wanted one, which takes its place when it is complete."""
    part = path.with_name(f"{path.name}.part")
    try:
        part.parent.mkdir(parents=True, exist_ok=True)
        writer = _Writer(part, form)
        yield writer
        writer.close()
        if writer.complete:
            part.replace(path)
    except OSError as error:
        raise CommandFailed(f"{path} cannot be written: {error}") from error
    finally:
        part.unlink(missing_ok=True)


def _without_formulas(batch: pa.RecordBatch) -> pa.RecordBatch:
    columns = [
        pc.if_else(
            pc.match_substring_regex(column, FORMULA), pc.binary_join_element_wise("'", column, ""), column
        )
        if pa.types.is_string(column.type) or pa.types.is_large_string(column.type)
        else column
        for column in batch.columns
    ]
    return pa.RecordBatch.from_arrays(columns, names=batch.schema.names)


def _time_range(since: str, until: str) -> tuple[datetime, datetime]:
    """Both as aware times: a day means its beginning for `since`, its end for `until`. Raises CommandFailed."""
    begin = _time("from", since) if since else datetime(1970, 1, 1, tzinfo=UTC)
    end = _time("to", until) if until else datetime.now(UTC)
    if until and len(until) == len("2026-11-25"):
        end += timedelta(days=1)
    if begin >= end:
        raise CommandFailed("--from must come before --to")
    return begin, end


def _time(name: str, text: str) -> datetime:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise CommandFailed(
            f"--{name} wants a day or time such as 2026-11-25 or 2026-11-25T18:00:00Z, not {text!r}"
        ) from None
    return at if at.tzinfo else at.replace(tzinfo=UTC)
