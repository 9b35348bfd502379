"""Native blocks as a client of a newer protocol wants them (`client_protocol_version`, sent by clickhouse-go and so by Grafana).

chdb writes blocks of revision 0. From 51903 on a block begins with a few bytes about itself, from 54454 on each column says
whether its values are packed in a special way. Where a column ends says only its content, so clickhouse-connect's readers walk
through it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from clickhouse_connect.datatypes.registry import get_from_name
from clickhouse_connect.driver.buffer import ResponseBuffer
from clickhouse_connect.driver.query import QueryContext

CUSTOM_SERIALIZATION: Final = 54454
"""From here on a client takes the server at its word. clickhouse-connect (54405) finds out itself and is spared the walk."""
# Field 1: no overflow row; field 2: bucket -1; end.
_INFO: Final = b"\x01\x00\x02\xff\xff\xff\xff\x00"
_PLAIN: Final = b"\x00"


class _Piece:
    """What ResponseBuffer reads from: one chunk that is there already."""

    def __init__(self, data: bytes) -> None:
        self.gen: Iterator[bytes] = iter((data,))

    def close(self) -> None:
        """Nothing is open."""


def revised(blocks: bytes, revision: int) -> bytes:
    """The blocks of revision 0 as blocks of `revision`."""
    if revision < CUSTOM_SERIALIZATION:
        return blocks
    context = QueryContext()
    source: Any = ResponseBuffer(_Piece(blocks))  # type: ignore[no-untyped-call]
    parts: list[bytes] = []
    at = 0
    while at < len(blocks):
        column_count = source.read_leb128()
        row_count = source.read_leb128()
        parts += (_INFO, blocks[at : source.buf_loc])
        at = source.buf_loc
        for _ in range(column_count):
            source.read_leb128_str()
            kind = get_from_name(source.read_leb128_str())
            parts += (blocks[at : source.buf_loc], _PLAIN)
            at = source.buf_loc
            if row_count:
                kind.read_column(source, row_count, context)
            parts.append(blocks[at : source.buf_loc])
            at = source.buf_loc
    return b"".join(parts)
