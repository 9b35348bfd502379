"""From Python columns to one Native block, with clickhouse-connect's encoder."""

from __future__ import annotations

import logging
import struct
import uuid
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from clickhouse_connect.datatypes.base import ClickHouseType
from clickhouse_connect.datatypes.registry import get_from_name
from clickhouse_connect.driver import options
from clickhouse_connect.driver.exceptions import Error as DriverError
from clickhouse_connect.driver.insert import InsertContext
from clickhouse_connect.driver.transform import NativeTransform

from clickhouse.errors import ClickHouseRefused, ClickHouseUnavailable

# What the column encoders raise for a value that is not of the column's type. They are plain Python errors because the
# encoders are plain Python: struct and array for numbers, attribute access for maps, str.encode for text.
_ENCODER_ERRORS = (
    DriverError,
    struct.error,
    OverflowError,
    TypeError,
    ValueError,
    AttributeError,
    LookupError,
)

# The driver asks of every batch whether it is a DataFrame, and imports pandas (chdb brings it) to ask: CPU time at the
# first insert and memory for good. This is what it finds where pandas is not installed.
options.pd = options.pd_time_test = None

# The encoder logs a traceback for every value that does not fit; we tell of it once, as a refusal with its reason.
logging.getLogger("clickhouse_connect.driver.transform").setLevel(logging.CRITICAL)


def column_types(described: Iterable[Mapping[str, Any]]) -> dict[str, ClickHouseType]:
    """The insertable columns of a `DESCRIBE TABLE`, by name."""
    return {
        row["name"]: get_from_name(row["type"])
        for row in described
        if row["default_type"] not in ("ALIAS", "MATERIALIZED")
    }


class EncodedColumns(list[Sequence[Any]]):
    """Columns and the block that they were encoded to, good as long as `types` are still those of the table."""

    __slots__ = ("block", "types")

    def __init__(
        self, columns: Iterable[Sequence[Any]], types: Mapping[str, ClickHouseType], block: bytes
    ) -> None:
        super().__init__(columns)
        self.types, self.block = types, block


def encode_block(
    table: str,
    names: Sequence[str],
    types: Mapping[str, ClickHouseType],
    columns: Sequence[Sequence[Any]],
    compression: str = "",
) -> bytes:
    """The whole request body: INSERT statement and one Native block, however many rows.

    One block, because a deduplication token is numbered per block. Raises ClickHouseRefused for values that do not fit and
    ClickHouseUnavailable for a column that the table does not have (yet).
    """
    missing = [name for name in names if name not in types]
    if missing:
        raise ClickHouseUnavailable(16, f"{table} has no column {', '.join(missing)}")
    if len({len(column) for column in columns}) != 1 or len(columns) != len(names):
        raise ClickHouseRefused(None, f"{table}: the columns are not of one length")
    for name, column in zip(names, columns, strict=True):
        if types[name].base_type == "UUID":
            _check_uuids(name, column)
    failures: list[Exception] = []
    try:
        context = InsertContext(
            table,
            names,
            [types[name] for name in names],
            data=columns,
            column_oriented=True,
            compression=compression or None,
            block_size=len(columns[0]),
        )
        body = b"".join(NativeTransform.build_insert(context, failures.append))
        # The context refers to itself, and would keep every value of the block until the next full collection.
        vars(context).clear()
    except _ENCODER_ERRORS as error:
        raise _refused(error) from error
    if failures:
        raise _refused(failures[0]) from failures[0]
    return body


def _check_uuids(name: str, column: Sequence[Any]) -> None:
    """clickhouse-connect 1.12 writes zeros for the whole column when its first value is no UUID, and for every None."""
    if not all(type(value) in (uuid.UUID, int) for value in column):
        raise ClickHouseRefused(None, f"{name}: not a UUID")


def _refused(error: Exception) -> ClickHouseRefused:
    return ClickHouseRefused(None, f"cannot be encoded: {type(error).__name__}: {error}")
