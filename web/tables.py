"""An answer's list as a table: rows and columns of CSV and Parquet, made from the types that the endpoint declares.

A field that is a struct becomes columns (`stats.kills` -> `stats_kills`), one that is a list or a mapping the text of its
JSON. Lists are bounded by their endpoints (`limit`), so a table is made at once and not streamed.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any, Final

import msgspec
from msgspec import inspect

from schema.spreadsheets import without_formula
from web.errors import HttpError
from web.forms import CSV, PARQUET

KEY: Final = "key"
"""Column of what a list's entries are filed under, where the answer is a mapping."""

_KINDS: Final[Mapping[type[inspect.Type], str]] = MappingProxyType({
    inspect.IntType: "int64", inspect.FloatType: "float64", inspect.BoolType: "bool", inspect.DateTimeType: "time",
    inspect.StrType: "text",
})  # fmt: skip


@dataclass(frozen=True)
class Column:
    """One column: `path` leads from a row to its value; `kind` is int64, float64, bool, time, text or json."""

    name: str
    path: tuple[str, ...]
    kind: str

    def of(self, row: Any) -> Any:
        """The value in this row, None where there is none."""
        for name in self.path:
            if row is None:
                return None
            row = getattr(row, name)
        if row is None:
            return None
        if self.kind == "json":
            return msgspec.json.encode(row).decode()
        return str(row) if self.kind == "text" else row


@dataclass(frozen=True)
class Table:
    """How the answers of one endpoint are read as rows; see `table_of`."""

    answers: tuple[Any, ...]
    field: str
    keyed: bool
    columns: tuple[Column, ...]

    def read(self, body: bytes) -> tuple[list[list[Any]], str]:
        """The rows of an answer's JSON, and the cursor of the page behind it. Raises HttpError 400 for an answer without a list."""
        answer = self._decoded(body)
        found = getattr(answer, self.field, None) if self.field else answer
        if not isinstance(found, list | dict):
            raise HttpError(400, "This answer is no list: there is JSON of it only", reason="no_list")
        rows = [
            [*([key] if self.keyed else []), *(column.of(row) for column in self.columns)]
            for key, row in _entries(found)
        ]
        return rows, getattr(answer, "next_cursor", None) or ""

    @property
    def header(self) -> list[str]:
        """The names of the columns."""
        return [*([KEY] if self.keyed else []), *(column.name for column in self.columns)]

    @property
    def kinds(self) -> list[str]:
        """The kinds of the columns."""
        return [*(["text"] if self.keyed else []), *(column.kind for column in self.columns)]

    def _decoded(self, body: bytes) -> Any:
        for kind in self.answers[:-1]:
            try:
                return msgspec.json.decode(body, type=kind)
            except msgspec.ValidationError:
                continue
        return msgspec.json.decode(body, type=self.answers[-1])


def table_of(answers: tuple[Any, ...], field: str) -> Table | None:
    """The table of answers of these types: of the list in `field`, or, if that is empty, of the answer itself if it is a list.

    A list is one of structs, or a mapping of text to such lists, structs or numbers. Raises ValueError when `field` names none.
    """
    for answer in answers:
        kind = _field_type(answer, field) if field else inspect.type_info(answer)
        row, keyed = _row_type(kind)
        if row is not None:
            return Table(answers, field, keyed, tuple(_columns(row)))
    if field:
        raise ValueError(f"no list in {field!r}")
    return None


def as_csv(table: Table, rows: list[list[Any]]) -> bytes:
    """CSV (RFC 4180) with a header; no text that a spreadsheet would take for a formula."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(table.header)
    writer.writerows([_csv_value(value) for value in row] for row in rows)
    return text.getvalue().encode("utf-8", "replace")


def as_parquet(table: Table, rows: list[list[Any]]) -> bytes:
    """A Parquet file; times are milliseconds in UTC."""
    # 50 MB that a process which nobody asks for Parquet does without.
    import pyarrow as pa
    import pyarrow.parquet

    types = {
        "int64": pa.int64(),
        "float64": pa.float64(),
        "bool": pa.bool_(),
        "time": pa.timestamp("ms", "UTC"),
    }
    columns = zip(*rows, strict=True) if rows else [()] * len(table.header)
    arrays = [
        pa.array(column, types.get(kind, pa.string()))
        for column, kind in zip(columns, table.kinds, strict=True)
    ]
    out = io.BytesIO()
    pyarrow.parquet.write_table(pa.table(arrays, names=table.header), out, compression="zstd")
    return out.getvalue()


WRITERS: Final[Mapping[str, Callable[[Table, list[list[Any]]], bytes]]] = MappingProxyType(
    {CSV: as_csv, PARQUET: as_parquet}
)
"""Media type -> what makes it."""


def _entries(found: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(found, list):
        yield from (("", row) for row in found)
        return
    for key, value in found.items():
        yield from ((key, row) for row in (value if isinstance(value, list) else [value]))


def _csv_value(value: Any) -> Any:
    if isinstance(value, str):
        return without_formula(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    return value


def _field_type(answer: Any, field: str) -> inspect.Type | None:
    kind = inspect.type_info(answer)
    fields = kind.fields if isinstance(kind, inspect.StructType) else ()
    return next((one.type for one in fields if one.name == field), None)


def _row_type(kind: inspect.Type | None) -> tuple[inspect.Type | None, bool]:
    """What one row is, and whether it is filed under a key."""
    if isinstance(kind, inspect.ListType):
        return (kind.item_type, False) if isinstance(kind.item_type, inspect.StructType) else (None, False)
    if not isinstance(kind, inspect.DictType):
        return None, False
    value = kind.value_type
    if isinstance(value, inspect.ListType):
        value = value.item_type
    return (value if isinstance(value, inspect.StructType | inspect.IntType) else None), True


def _columns(kind: inspect.Type, path: tuple[str, ...] = ()) -> Iterator[Column]:
    kind = _without_none(kind)
    if not isinstance(kind, inspect.StructType):
        yield Column("_".join(path) or "value", path, _kind(kind))
        return
    for field in kind.fields:
        yield from _columns(field.type, (*path, field.name))


def _without_none(kind: inspect.Type) -> inspect.Type:
    if isinstance(kind, inspect.UnionType):
        others = [one for one in kind.types if not isinstance(one, inspect.NoneType)]
        return others[0] if len(others) == 1 else inspect.StrType()
    return kind


def _kind(kind: inspect.Type) -> str:
    return _KINDS.get(type(kind), "json")
