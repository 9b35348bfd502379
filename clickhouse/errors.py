"""What can go wrong with ClickHouse, sorted by what the caller can do about it.

The codes are ClickHouse's own (`src/Common/ErrorCodes.cpp`). An insert whose code is in `DATA` is bisected until the bad
rows are alone; every other code is tried again under the same token, because losing rows is worse than waiting.
A read whose code is in `WAIT` may be asked again later, too: an upgrade may still be making its tables. Every other code is a
fault of the query.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

DATA: Final[Mapping[int, str]] = MappingProxyType(
    {
        6: "CANNOT_PARSE_TEXT: a value is not of its column's type",
        26: "CANNOT_PARSE_QUOTED_STRING: a text value cannot be read",
        27: "CANNOT_PARSE_INPUT_ASSERTION_FAILED: a value is not written as its type wants",
        33: "CANNOT_READ_ALL_DATA: the block says it holds more than was sent",
        38: "CANNOT_PARSE_DATE: no such date",
        41: "CANNOT_PARSE_DATETIME: no such time",
        53: "TYPE_MISMATCH: the value is of another type",
        69: "ARGUMENT_OUT_OF_BOUND: the value is outside what a view's function takes",
        70: "CANNOT_CONVERT_TYPE: the value cannot become the column's type",
        72: "CANNOT_PARSE_NUMBER: not a number",
        117: "INCORRECT_DATA: the block's bytes contradict each other",
        128: "TOO_LARGE_ARRAY_SIZE: more map entries than ClickHouse takes",
        131: "TOO_LARGE_STRING_SIZE: text longer than ClickHouse takes",
        321: "VALUE_IS_OUT_OF_RANGE_OF_DATA_TYPE: the number does not fit the column",
        349: "CANNOT_INSERT_NULL_IN_ORDINARY_COLUMN: nothing where something is required",
        376: "CANNOT_PARSE_UUID: not a UUID",
        407: "DECIMAL_OVERFLOW: a time or number overflows the column's scale",
        469: "VIOLATED_CONSTRAINT: a CHECK of the table says no",
    }
)

WAIT: Final[Mapping[int, str]] = MappingProxyType(
    {
        159: "TIMEOUT_EXCEEDED: over its time limit, perhaps because the server is busy",
        164: "READONLY: the server or user may not write now",
        202: "TOO_MANY_SIMULTANEOUS_QUERIES: no place free",
        203: "NO_FREE_CONNECTION: overload between servers",
        209: "SOCKET_TIMEOUT: network between servers",
        210: "NETWORK_ERROR: network between servers",
        236: "ABORTED: the server is stopping",
        241: "MEMORY_LIMIT_EXCEEDED: the server is short of memory",
        242: "TABLE_IS_READ_ONLY: a replica without Keeper, or a disk gone read-only",
        243: "NOT_ENOUGH_SPACE: the disk is full",
        252: "TOO_MANY_PARTS: merges are behind",
        279: "ALL_CONNECTION_TRIES_FAILED: shards not reachable",
        285: "TOO_FEW_LIVE_REPLICAS: the quorum is not there",
        286: "UNSATISFIED_QUORUM_FOR_PREVIOUS_WRITE: the quorum is behind",
        319: "UNKNOWN_STATUS_OF_INSERT: may be in; the token decides on the next try",
        364: "RECEIVED_ERROR_TOO_MANY_REQUESTS: overload between servers",
        394: "QUERY_WAS_CANCELLED: stopped by an operator or by a shutdown",
        439: "CANNOT_SCHEDULE_TASK: no thread free",
        516: "AUTHENTICATION_FAILED: the password is being changed, or the setting is wrong",
        733: "TABLE_IS_BEING_RESTARTED: soon back",
        745: "SERVER_OVERLOADED: refused on purpose",
        999: "KEEPER_EXCEPTION: Keeper not reachable",
        16: "NO_SUCH_COLUMN_IN_TABLE: the schema is behind this program",
        20: "NUMBER_OF_COLUMNS_DOESNT_MATCH: the schema is behind this program",
        60: "UNKNOWN_TABLE: the schema is behind this program",
        81: "UNKNOWN_DATABASE: the schema is behind this program",
    }
)

_TOO_MANY_PARTITIONS: Final = "Too many partitions for"


class ClickHouseError(Exception):
    """ClickHouse said no. `code` is its number (None: it never answered), `message` its text without host or password."""

    def __init__(self, code: int | None, message: str) -> None:
        super().__init__(message if code is None else f"ClickHouse code {code}: {message}")
        self.code = code
        self.message = message


class ClickHouseUnavailable(ClickHouseError):
    """Not now: network, time limit, overload, read-only, no space, schema behind. The same call may succeed later."""


class ClickHouseRefused(ClickHouseError):
    """These rows will never fit as they are. Halve the batch; a single row goes to quarantine."""


def insert_error(code: int | None, message: str) -> ClickHouseError:
    """The error of an insert: refused when the data are at fault, else to be retried under the same token.

    A block that touches too many partitions has the code of overload (252) and yet never fits: halving it does.
    """
    if code in DATA or (code == 252 and _TOO_MANY_PARTITIONS in message):
        return ClickHouseRefused(code, message)
    return ClickHouseUnavailable(code, message)


def read_error(code: int | None, message: str) -> ClickHouseError:
    """The error of a query or command: worth another try, or a fault of the statement itself."""
    if code is None or code in WAIT:
        return ClickHouseUnavailable(code, message)
    return ClickHouseError(code, message)
