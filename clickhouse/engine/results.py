"""Running one statement and handing out its answer piece by piece, in a worker thread.

chdb streams an answer block by block, each in the wanted format on its own: for formats without a frame around the rows the
pieces put together are the answer. Formats with a header line lose it from the second piece on; all others (JSON, Parquet,
Arrow, …) are made whole in memory, within `max_memory_usage`.
"""

from __future__ import annotations

import contextlib
import os
import threading
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from clickhouse.engine.binding import chdb
from clickhouse.engine.faults import EngineFault, StatementFault
from clickhouse.engine.guard import Guard
from clickhouse.engine.revised import revised
from clickhouse.engine.sessions import Connections, Lease, quote
from clickhouse.engine.statement import Request, Statement

_STREAMED: Final = frozenset({"native", "tabseparated", "tsv", "tabseparatedraw", "tsvraw", "csv", "rowbinary", "null",
                              "jsoneachrow", "jsonlines", "ndjson", "jsoncompacteachrow", "tskv", "lineasstring"})  # fmt: skip
_HEADER_LINES: Final = {"withnamesandtypes": 2, "withnames": 1}
_HEADED: Final = ("tabseparated", "tsv", "csv", "jsoncompacteachrow")
_POWERFUL: Final = (b"SYSTEM", b"KILL", b"BACKUP", b"RESTORE")
_READING: Final = (b"SELECT", b"WITH", b"FROM")
_MAKING: Final = (b"CREATE", b"ALTER", b"ATTACH")
"""What may leave a raw table whose deduplication tokens are new."""


@dataclass
class Counts:
    """What `X-ClickHouse-Summary` tells."""

    read_rows: int = 0
    read_bytes: int = 0
    written_rows: int = 0
    written_bytes: int = 0
    result_rows: int = 0
    result_bytes: int = 0
    elapsed_s: float = 0.0

    def add(self, result: Any) -> None:
        """Add what one result of chdb says."""
        self.read_rows = max(self.read_rows, int(result.storage_rows_read()))
        self.read_bytes = max(self.read_bytes, int(result.storage_bytes_read()))
        self.written_rows += int(result.rows_written())
        self.written_bytes += int(result.bytes_written())
        self.result_rows += int(result.rows_read())
        self.result_bytes += int(result.size())
        self.elapsed_s += float(result.elapsed())


class Running:
    """One statement under way. Its methods may be called from any thread, one at a time: the others wait."""

    def __init__(self, connections: Connections, request: Request, guard: Guard | None = None) -> None:
        self.mark = uuid.uuid4().hex
        self.counts = Counts()
        self.format = request.statement.format or request.default_format
        self.ended = False
        self.has_result = request.statement.input_format is None
        self._connections = connections
        self._request = request
        self._guard = guard
        self._lock = threading.RLock()
        self._lease: Lease | None = None
        self._stream: Any = None
        self._header_lines = _header_lines(self.format)
        self._header: bytes | None = None

    @property
    def is_read(self) -> bool:
        """Whether it may be stopped when nobody waits for the answer any more."""
        return self._request.readonly > 0 or self._request.statement.first_word in (*_READING, b"")

    def begin(self) -> bytes:
        """Start, and return the first piece; `ended` says whether it was the last. Raises EngineFault."""
        with self._lock:
            if self.ended:
                raise EngineFault(394, "QUERY_WAS_CANCELLED", "Query was cancelled")
            return self._as_asked(self._begin())

    def more(self) -> bytes:
        """The next piece, empty when it has ended. Raises EngineFault when the statement fails on the way."""
        with self._lock:
            return self._as_asked(self._more())

    def _as_asked(self, piece: bytes) -> bytes:
        if self._request.protocol_version and self.format.lower() == "native" and piece:
            return revised(piece, self._request.protocol_version)
        return piece

    def kill(self) -> None:
        """Make the call under way end soon. Waits for nothing."""
        self._connections.kill(self.mark)

    def try_close(self) -> bool:
        """Stop what still runs and give the connection back; False when a call is under way."""
        if not self._lock.acquire(blocking=False):
            return False
        try:
            self._close()
        finally:
            self._lock.release()
        return True

    def _begin(self) -> bytes:
        try:
            self._lease = self._connections.open(self._request, self.mark)
            statement = self._request.statement
            self._check(statement)
            if statement.input_format is not None:
                self._insert(statement)
                return b""
            if not self._can_stream(statement):
                return self._whole(statement)
            self._open_stream(statement)
            # One more piece tells most answers to be whole, so that they have a length and their errors a status.
            return self._more() + self._more()
        except RuntimeError as error:
            self._close()
            raise StatementFault(error) from None
        except EngineFault:
            self._close()
            raise

    def _more(self) -> bytes:
        if self._lease is None:
            return b""
        try:
            while self._stream is not None:
                piece = self._lease.connection.streaming_fetch_result(self._stream)
                self.counts.add(piece)
                if piece.rows_read() == 0 and piece.size() == 0:
                    self._stream = None
                    self._close()
                elif data := self._without_header(piece.bytes()):
                    return data
        except RuntimeError as error:
            self._stream = None
            self._close()
            raise StatementFault(error) from None
        return b""

    def _close(self) -> None:
        self.ended = True
        lease, self._lease = self._lease, None
        if lease is None:
            return
        stream, self._stream = self._stream, None
        if stream is not None:
            # Safe only after a first fetch, which `begin` always does: chdb waits for ever on a stream never read.
            lease.connection.streaming_cancel_query(stream)
        lease.close()

    def _check(self, statement: Statement) -> None:
        """Refuse what the HTTP interface of a server refuses: several statements, files of the server."""
        assert self._lease is not None
        whole = statement.text + (b" FORMAT Null" if statement.input_format else b"")
        found = self._connections.classified(self._lease.connection, whole)
        if found.statements > 1:
            raise EngineFault(62, "SYNTAX_ERROR", "Multi-statements are not allowed")
        if self._guard is not None:
            self._judge(self._guard, statement, found.kind)
        if found.kind in (chdb.query_class.READ_ONLY, chdb.query_class.UNKNOWN):
            return  # what does not parse is told by the engine itself
        lowered = statement.text.lower()
        if b"outfile" in lowered or b"infile" in lowered:
            raise EngineFault(358, "INTO_OUTFILE_NOT_ALLOWED", "INTO OUTFILE and FROM INFILE are not allowed")
        # ClickHouse leaves these to privileges, which an embedded engine does not have.
        if self._request.readonly == 1 or (self._request.readonly and statement.first_word in _POWERFUL):
            raise EngineFault(164, "READONLY", "Cannot execute query in readonly mode")

    def _judge(self, guard: Guard, statement: Statement, kind: object) -> None:
        assert self._lease is not None
        if kind not in (chdb.query_class.READ_ONLY, chdb.query_class.UNKNOWN):
            raise EngineFault(164, "READONLY", "Cannot execute query in readonly mode")
        text = quote(statement.text.decode("utf-8", "surrogateescape"))
        asked = self._lease.connection.query(
            f"SELECT formatQuery({text})".encode("utf-8", "surrogateescape"), "RawBLOB"
        )
        guard.check(bytes(asked.bytes()).decode("utf-8", "surrogateescape"))

    def _can_stream(self, statement: Statement) -> bool:
        name = self.format.lower()
        return statement.first_word in _READING and (name in _STREAMED or self._header_lines > 0)

    def _open_stream(self, statement: Statement) -> None:
        assert self._lease is not None
        self._stream = self._lease.connection.send_query(
            statement.text, self.format, params=dict(self._request.parameters)
        )

    def _whole(self, statement: Statement) -> bytes:
        assert self._lease is not None
        result = self._lease.connection.query(
            statement.text, self.format, params=dict(self._request.parameters)
        )
        self.counts.add(result)
        answer = bytes(result.bytes())
        self._close()
        if statement.first_word in _MAKING:
            self._connections.keep_tokens()
        return answer

    def _insert(self, statement: Statement) -> None:
        """Insert the data from a file in memory.

        The two shorter ways are wrong on 26.9 (tried): chdb's streaming insert reports success also when the
        table or a view refused the rows, and data behind the statement are read as text, so that a block
        with two line feeds in a row is cut there.
        """
        assert self._lease is not None
        with _in_memory(statement.data) as path:
            form = str(statement.input_format).encode()
            source = b" FROM INFILE '%s' COMPRESSION 'none' " % path.encode()
            whole = b"".join((statement.text, source, statement.insert_settings, b" FORMAT ", form))
            self.counts.add(self._lease.connection.query(whole, "Null"))
        self._close()

    def _without_header(self, piece: bytes) -> bytes:
        if not self._header_lines:
            return piece
        if self._header is None:
            self._header = _first_lines(
                piece, self._header_lines, quoted=self.format.lower().startswith("csv")
            )
            return piece
        return piece.removeprefix(self._header)


@contextlib.contextmanager
def _in_memory(data: memoryview) -> Iterator[str]:
    """Path of an anonymous file that holds `data`; it never touches a disk."""
    fd = os.memfd_create("insert")
    try:
        while data:
            data = data[os.write(fd, data) :]
        yield f"/proc/self/fd/{fd}"
    finally:
        os.close(fd)


def _header_lines(name: str) -> int:
    lowered = name.lower()
    if not lowered.startswith(_HEADED):
        return 0
    return next((count for ending, count in _HEADER_LINES.items() if lowered.endswith(ending)), 0)


def _first_lines(text: bytes, count: int, *, quoted: bool) -> bytes:
    """The first lines; a line break inside a quoted CSV name does not end a line."""
    end = 0
    for _ in range(count):
        end = text.find(b"\n", end) + 1
        while quoted and text.count(b'"', 0, end) % 2 and end:
            end = text.find(b"\n", end) + 1
    return text[:end]
