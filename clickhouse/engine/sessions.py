"""Connections to the chdb engine: a fresh one per request (0.07 ms), so that nothing a request sets outlives it.

A request that names a `session_id` gets the same connection as the last one of that session, as temporary tables and SET
want it; what its URL set is put back afterwards.
"""

from __future__ import annotations

import json
import re
import threading
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, NamedTuple

from clickhouse.ddl import RAW
from clickhouse.engine.binding import chdb
from clickhouse.engine.config import write_config
from clickhouse.engine.faults import EngineFault, StatementFault
from clickhouse.engine.statement import KNOWN_BYTES_MAX, KNOWN_MAX, Request
from clickhouse.engine.tokens import write_tokens_through
from clickhouse.settings import ClickHouseSettings

SESSIONS_MAX: Final = 64
SESSION_TIMEOUT_MAX_S: Final = 3600.0
_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")


def engine_options(settings: ClickHouseSettings) -> dict[str, object]:
    """Server settings and defaults of statements: a small server that shares its machine."""
    return {
        "max_server_memory_usage": settings.engine_memory_max_bytes,
        # Marks and primary keys of a few GB of tables are a few MB; chdb's default is 5 GB for each cache.
        "mark_cache_size": 64 << 20,
        "index_mark_cache_size": 16 << 20,
        "primary_index_cache_size": 64 << 20,
        "max_threads": settings.engine_threads_max,
        "max_memory_usage": settings.engine_query_memory_max_bytes,
        "max_execution_time": settings.engine_query_time_max_s,
        # As a server behaves, not as clickhouse-local: no `1 + 1`, no look inside the process, no joining of inserts.
        "implicit_select": 0,
        "allow_introspection_functions": 0,
        "async_insert": 0,
    }


def quote(text: str) -> str:
    """A ClickHouse string literal."""
    escaped = text.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"


def quote_name(name: str) -> str:
    """A ClickHouse identifier."""
    escaped = name.replace("\\", "\\\\").replace("`", "\\`")
    return f"`{escaped}`"


class Classified(NamedTuple):
    """What chdb's parser says of a text: how many statements, and what sort (chdb.query_class)."""

    statements: int
    kind: Any


@dataclass
class Session:
    """A connection that several requests share, one after the other."""

    connection: Any
    busy: bool
    expires_at_s: float


class Connections:
    """Opens, keeps and closes the connections of one data folder. Safe to use from several threads."""

    def __init__(self, folder: Path, settings: ClickHouseSettings) -> None:
        self._folder, self._database = folder, settings.database
        self._durable = settings.engine_durability == "fsync"
        config = write_config(folder, settings.database, durable=self._durable)
        options = engine_options(settings) | {"config-file": config}
        # Values as they stand: chdb decodes no %2F.
        self._target = f"{folder}?{'&'.join(f'{name}={value}' for name, value in options.items())}"
        self._lock = threading.Lock()
        self._sessions: dict[str, Session] = {}
        self._classified: dict[bytes, Classified] = {}
        # The engine lives as long as one connection is open. This one also runs what the engine itself asks.
        self._own = chdb.connect(self._target)
        self._own_lock = threading.Lock()

    def keep_tokens(self) -> bool:
        """Let the raw table's deduplication tokens outlast a power cut, if inserts shall, once there is one; whether they do."""
        if not self._durable:
            return True
        of_raw = f"database = {quote(self._database)} AND name = {quote(RAW)}"
        found = self.ask(f"SELECT arrayJoin(data_paths) FROM system.tables WHERE {of_raw}")  # noqa: S608 - quoted above
        return all(write_tokens_through(self._folder / path) for path in found.splitlines())

    def ask(self, sql: str) -> str:
        """Run a statement of the engine itself, as text."""
        with self._own_lock:
            return str(self._own.query(sql, "TSV").data())

    def kill(self, mark: str) -> None:
        """Stop the statement whose `log_comment` starts with this mark, if it runs."""
        self.ask(f"KILL QUERY WHERE startsWith(Settings['log_comment'], {quote(mark)}) ASYNC")

    def classified(self, connection: Any, text: bytes) -> Classified:
        """How a text parses, remembered: parsing a wide query again takes 4 ms."""
        known = self._classified.get(text)
        if known is None:
            found = connection.classify_query(text)
            known = Classified(found["statement_count"], found["query_class"])
            with self._lock:
                if len(self._classified) >= KNOWN_MAX:
                    self._classified.clear()
                if len(text) <= KNOWN_BYTES_MAX:
                    self._classified[text] = known
        return known

    def open(self, request: Request, mark: str) -> Lease:
        """A connection on which the request's database, settings and readonly hold. Raises EngineFault."""
        session = self._take_session(request) if request.session_id and request.readonly == 0 else None
        connection = session.connection if session else chdb.connect(self._target)
        lease = Lease(connection, session)
        try:
            lease.prepare(request, mark)
        except RuntimeError as error:
            lease.close()
            raise StatementFault(error) from None
        except EngineFault:
            lease.close()
            raise
        return lease

    def close(self) -> None:
        """Close every connection; the last one closes the engine."""
        with self._lock:
            for session in self._sessions.values():
                session.connection.close()
            self._sessions.clear()
        with self._own_lock:
            self._own.close()

    def _take_session(self, request: Request) -> Session:
        now_s = time.monotonic()
        with self._lock:
            self._forget(now_s)
            session = self._sessions.get(request.session_id)
            if session is None:
                if request.session_must_exist:
                    raise EngineFault(372, "SESSION_NOT_FOUND", "Session not found")
                if len(self._sessions) >= SESSIONS_MAX:
                    raise EngineFault(202, "TOO_MANY_SIMULTANEOUS_QUERIES", "Too many sessions")
                session = Session(chdb.connect(self._target), busy=False, expires_at_s=0.0)
                self._sessions[request.session_id] = session
            if session.busy:
                raise EngineFault(373, "SESSION_IS_LOCKED", "Session is locked by a concurrent client")
            session.busy = True
            session.expires_at_s = now_s + min(request.session_timeout_s, SESSION_TIMEOUT_MAX_S)
            return session

    def _forget(self, now_s: float) -> None:
        for session_id, session in list(self._sessions.items()):
            if not session.busy and session.expires_at_s < now_s:
                session.connection.close()
                del self._sessions[session_id]


class Lease:
    """A connection in the hands of one request."""

    def __init__(self, connection: Any, session: Session | None) -> None:
        self.connection = connection
        self._session = session
        self._undo: list[str] = []

    def prepare(self, request: Request, mark: str) -> None:
        """Set what the request says, readonly last, because nothing can be set after it."""
        comment = " ".join(filter(None, (mark, request.query_id, request.settings.get("log_comment"))))
        wanted = {**request.settings, "log_comment": comment}
        if self._session is not None:
            self._undo = self._how_to_undo(wanted)
        if request.database:
            self._run(f"USE {quote_name(request.database)}")
        self._run(f"SET {_assignments(wanted)}")
        if request.statement.input_format is not None and request.parameters:
            named = {f"param_{name}": value for name, value in request.parameters.items()}
            self._run(f"SET {_assignments(named)}")
        if request.role:
            self._run(f"SET ROLE {quote_name(request.role)}")
        if request.readonly:
            self._run(f"SET readonly = {request.readonly}")

    def close(self) -> None:
        """Give the connection back to its session, or close it."""
        if self._session is None:
            self.connection.close()
            return
        try:
            for statement in self._undo:
                self._run(statement)
        finally:
            self._session.busy = False

    def _how_to_undo(self, wanted: Mapping[str, str]) -> list[str]:
        names = ", ".join(quote(name) for name in wanted)
        asked = self.connection.query(
            f"SELECT name, value, changed FROM system.settings WHERE name IN ({names})",  # noqa: S608 - quoted above
            "JSONEachRow",
        )
        undo = [f"SET {row['name']} = {_before(row)}" for row in _json_rows(asked.bytes())]
        database = self.connection.query("SELECT currentDatabase() AS name", "JSONEachRow")
        return [*undo, *(f"USE {quote_name(row['name'])}" for row in _json_rows(database.bytes()))]

    def _run(self, sql: str) -> None:
        self.connection.query(sql, "TSV")


def _before(row: Mapping[str, Any]) -> str:
    return quote(row["value"]) if row["changed"] else "DEFAULT"


def _json_rows(text: bytes) -> Iterable[dict[str, Any]]:
    return (json.loads(line) for line in text.splitlines())


def _assignments(values: Mapping[str, str]) -> str:
    for name in values:
        if not _NAME.match(name):
            raise EngineFault(115, "UNKNOWN_SETTING", f"Unknown setting '{name}'")
    return ", ".join(f"{name} = {quote(value)}" for name, value in values.items())
