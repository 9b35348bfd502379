"""Native blocks as a client of a newer protocol wants them (`client_protocol_version`, sent by clickhouse-go and so by Grafana).

chdb writes blocks of revision 0. A newer one begins with a few bytes about itself, and each of its columns says whether its
values are packed in a special way. Where a column ends says only its content, so this walks through it.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from clickhouse.engine.faults import EngineFault

CUSTOM_SERIALIZATION: Final = 54454
"""From here on a client takes the server at its word. clickhouse-connect (54405) finds out itself and is spared the walk."""
# Field 1: no overflow row; field 2: bucket -1; end.
_INFO: Final = b"\x01\x00\x02\xff\xff\xff\xff\x00"
_PLAIN: Final = b"\x00"

_WIDTHS: Final = {
    **dict.fromkeys(("UInt8", "Int8", "Bool", "Enum8", "Nothing"), 1),
    **dict.fromkeys(("UInt16", "Int16", "Enum16", "Date", "BFloat16"), 2),
    **dict.fromkeys(("UInt32", "Int32", "Float32", "Date32", "DateTime", "IPv4", "Time", "Decimal32"), 4),
    **dict.fromkeys(("UInt64", "Int64", "Float64", "DateTime64", "Time64", "Decimal64"), 8),
    **dict.fromkeys(("UInt128", "Int128", "UUID", "IPv6", "Decimal128"), 16),
    **dict.fromkeys(("UInt256", "Int256", "Decimal256"), 32),
}
_KIND: Final = re.compile(r"(\w+)(?:\((.*)\))?\Z", re.DOTALL)


def revised(blocks: bytes, revision: int) -> bytes:
    """The blocks of revision 0 as blocks of `revision`. Raises EngineFault for a type whose values cannot be told apart."""
    if revision < CUSTOM_SERIALIZATION:
        return blocks
    reader = _Reader(blocks)
    parts: list[bytes] = []
    while reader.at < len(blocks):
        parts.append(_INFO)
        column_count, row_count = reader.count(), reader.count()
        parts.append(reader.taken())
        for _ in range(column_count):
            reader.text()
            kind = reader.text().decode()
            parts += (reader.taken(), _PLAIN)
            if row_count:
                reader.skip_prefix(kind)
                reader.skip(kind, row_count)
            parts.append(reader.taken())
    return b"".join(parts)


class _Reader:
    """A place in the blocks."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._from = 0
        self.at = 0

    def taken(self) -> bytes:
        """What was passed since the last call."""
        start, self._from = self._from, self.at
        return self._data[start : self.at]

    def count(self) -> int:
        """A number of variable length."""
        value = shift = 0
        while True:
            byte = self._data[self.at]
            self.at += 1
            value |= (byte & 0x7F) << shift
            if byte < 0x80:
                return value
            shift += 7

    def number(self, width: int = 8) -> int:
        """A number of fixed length."""
        self.at += width
        return int.from_bytes(self._data[self.at - width : self.at], "little")

    def text(self) -> bytes:
        """A text with its length before it."""
        size = self.count()
        self.at += size
        return self._data[self.at - size : self.at]

    def skip_prefix(self, kind: str) -> None:
        """Versions that stand before the values of a column, its parts included."""
        name, inner = _parted(kind)
        if name == "LowCardinality":
            self.number()
        elif name in ("Array", "Nullable", "Map", "Tuple", "Nested", "SimpleAggregateFunction"):
            for part in _parts(name, inner):
                self.skip_prefix(part)

    def skip(self, kind: str, rows: int) -> None:
        """The values of a column."""
        name, inner = _parted(kind)
        if name in _WIDTHS:
            self.at += _WIDTHS[name] * rows
        elif name == "Decimal":
            self.at += _decimal_width(int(inner.split(",")[0])) * rows
        elif name == "FixedString":
            self.at += int(inner) * rows
        else:
            self._composite(name)(name, inner, rows)

    def _composite(self, name: str) -> Callable[[str, str, int], None]:
        if name == "String":
            return self._skip_texts
        if name in ("Array", "Map", "Nested"):
            return self._skip_arrays
        if name in ("Tuple", "Nullable", "SimpleAggregateFunction"):
            return self._skip_parts
        if name == "LowCardinality":
            return self._skip_dictionary
        text = f"Columns of type {name} cannot be sent in this protocol version: convert them, as with toString()"
        raise EngineFault(48, "NOT_IMPLEMENTED", text)

    def _skip_texts(self, _name: str, _inner: str, rows: int) -> None:
        for _ in range(rows):
            size = self.count()
            self.at += size

    def _skip_arrays(self, name: str, inner: str, rows: int) -> None:
        self.at += 8 * (rows - 1)
        total = self.number()
        for part in _parts(name, inner):
            self._skip_some(part, total)

    def _skip_parts(self, name: str, inner: str, rows: int) -> None:
        if name == "Nullable":
            self.at += rows
        for part in _parts(name, inner):
            self.skip(part, rows)

    def _skip_dictionary(self, _name: str, inner: str, rows: int) -> None:
        width = 1 << (self.number() & 0xFF)
        self._skip_some(inner.removeprefix("Nullable(").removesuffix(")") if inner.startswith("Nullable(") else inner,
                        self.number())  # fmt: skip
        self.at += 8 + width * rows

    def _skip_some(self, kind: str, rows: int) -> None:
        if rows:
            self.skip(kind, rows)


def _parted(kind: str) -> tuple[str, str]:
    found = _KIND.match(kind)
    return (found[1], found[2] or "") if found else (kind, "")


def _parts(name: str, inner: str) -> list[str]:
    """The types that a type is made of."""
    parts = _split(inner)
    if name == "SimpleAggregateFunction":
        return parts[1:]
    if name in ("Tuple", "Nested"):
        # `name Type` or `Type`: names may be quoted.
        return [re.sub(r"^(?:`(?:[^`\\]|\\.)*`|\w+) +(?=\w)", "", part) for part in parts]
    return parts


def _split(inner: str) -> list[str]:
    """At the commas outside of brackets and quotes."""
    parts, depth, start, quote, at = [], 0, 0, "", 0
    while at < len(inner):
        letter = inner[at]
        if quote:
            at += letter == "\\"
            quote = "" if letter == quote else quote
        elif letter in "'`":
            quote = letter
        elif letter in "()":
            depth += 1 if letter == "(" else -1
        elif letter == "," and depth == 0:
            parts.append(inner[start:at].strip())
            start = at + 1
        at += 1
    return [*parts, inner[start:].strip()]


def _decimal_width(precision: int) -> int:
    return next(width for width, most in ((4, 9), (8, 18), (16, 38), (32, 76)) if precision <= most)
