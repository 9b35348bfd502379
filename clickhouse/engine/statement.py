"""What a request asks: its SQL split into statement and data, its settings, its parameters, its format.

Only as much SQL is read as the HTTP interface must know: where inline data of an INSERT begin, and which format an answer has.
Everything else, readonly included, is left to ClickHouse's own parser.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

from clickhouse.engine.faults import EngineFault

# Parameters of the HTTP interface itself; every other name is a setting (ClickHouse, src/Server/HTTPHandler.cpp).
RESERVED: Final = frozenset(
    {
        *(
            "query",
            "database",
            "default_format",
            "query_id",
            "user",
            "password",
            "quota_key",
            "stacktrace",
            "role",
        ),
        *("session_id", "session_timeout", "session_check", "close_session"),
        *("compress", "decompress", "buffer_size", "wait_end_of_query", "client_protocol_version"),
    }
)
QUERY_BYTES_MAX: Final = 262_144
"""max_query_size of ClickHouse: how far a statement is searched for the start of its data."""

KNOWN_MAX: Final = 256
KNOWN_BYTES_MAX: Final = 32 << 10
"""How many statements are remembered, and the longest of them: statline's own, whose values are bound, are always the same text."""

_TOKEN: Final = re.compile(
    rb"""
    (?P<blank>\s+|--[^\n]*|\#[\ !][^\n]*|/\*.*?\*/)
    |(?P<quoted>'(?:[^'\\]|\\.|'')*'|"(?:[^"\\]|\\.|"")*"|`(?:[^`\\]|\\.|``)*`|\$(?P<tag>\w*)\$.*?\$(?P=tag)\$)
    |(?P<word>[A-Za-z_][A-Za-z0-9_]*)
    |(?P<open>[(\[{])
    |(?P<close>[)\]}])
    |(?P<other>.)
    """,
    re.VERBOSE | re.DOTALL,
)
_FORMAT_AT_END: Final = re.compile(rb"\s*(?:;\s*)*(?:$|SETTINGS\b)", re.IGNORECASE)
_DATA_START: Final = re.compile(rb"[ \t\f]*;?\r?\n?")


@dataclass(frozen=True)
class Statement:
    """One statement: its text, the format of its answer if it names one, and inline data if it is an INSERT with them
    (its SETTINGS clause is then apart from its text).
    """

    text: bytes
    first_word: bytes
    format: str | None = None
    input_format: str | None = None
    insert_settings: bytes = b""
    data: memoryview = field(default=memoryview(b""))


@dataclass(frozen=True)
class Request:
    """Everything that one HTTP request says about one statement."""

    statement: Statement
    settings: Mapping[str, str]
    parameters: Mapping[str, str]
    database: str
    query_id: str
    default_format: str
    readonly: int
    role: str = ""
    session_id: str = ""
    session_timeout_s: float = 60.0
    session_must_exist: bool = False
    wait_for_end: bool = False
    compress_answer: bool = False
    frame_answer: bool = False
    """`compress=1`: in ClickHouse's own compressed blocks, not by a Content-Encoding."""
    protocol_version: int = 0


def read_statement(sql: bytes) -> Statement:
    """Split the SQL of a request. `INSERT … FORMAT x` and `INSERT … VALUES` end there, what follows is data."""
    return _known_statement(sql) if len(sql) <= KNOWN_BYTES_MAX else _read_statement(sql)


@lru_cache(KNOWN_MAX)
def _known_statement(sql: bytes) -> Statement:
    return _read_statement(sql)


def _read_statement(sql: bytes) -> Statement:
    words = _top_level_words(sql)
    first = next(words, None)
    if first is None:
        return Statement(text=sql, first_word=b"")
    first_word = first[0]
    if first_word == b"INSERT":
        return _read_insert(sql, words)
    answer_format = None
    previous = first_word
    for word, start, end in words:
        if previous == b"FORMAT" and _FORMAT_AT_END.match(sql, end):
            answer_format = sql[start:end].decode("ascii")
        previous = word
    return Statement(text=sql, first_word=first_word, format=answer_format)


def _read_insert(sql: bytes, words: Iterator[tuple[bytes, int, int]]) -> Statement:
    settings_at = None
    for word, start, end in words:
        if word == b"SETTINGS" and settings_at is None:
            settings_at = start
        if word in (b"SELECT", b"WITH", b"WATCH"):
            break
        if word == b"VALUES":
            return _with_data(sql, settings_at, start, "Values", end)
        if word == b"FORMAT":
            name = next(words, None)
            if name is not None:
                match = _DATA_START.match(sql, name[2])
                data_at = match.end() if match else name[2]
                return _with_data(sql, settings_at, start, sql[name[1] : name[2]].decode("ascii"), data_at)
    return Statement(text=sql, first_word=b"INSERT")


def _with_data(sql: bytes, settings_at: int | None, end: int, input_format: str, data_at: int) -> Statement:
    head_end = end if settings_at is None else settings_at
    return Statement(
        text=sql[:head_end].rstrip(),
        first_word=b"INSERT",
        input_format=input_format,
        insert_settings=sql[head_end:end].strip(),
        data=memoryview(sql)[data_at:],
    )


def _top_level_words(sql: bytes) -> Iterator[tuple[bytes, int, int]]:
    """Unquoted words outside brackets and comments, in upper case, with their place."""
    depth = 0
    for token in _TOKEN.finditer(sql, 0, QUERY_BYTES_MAX):
        kind = token.lastgroup
        if kind == "open":
            depth += 1
        elif kind == "close":
            depth -= 1
        elif kind == "word" and depth <= 0:
            yield token.group().upper(), token.start(), token.end()


def read_request(
    method: str, parameters: Mapping[str, str], headers: Mapping[str, str], body: bytes
) -> Request:
    """The request as ClickHouse reads it: the query of the URL, a newline and the body are one text.

    Raises EngineFault for a request that cannot be meant.
    """
    query = parameters.get("query", "")
    sql = query.encode() + b"\n" + body if query else body
    if not sql or sql.isspace():
        raise EngineFault(62, "SYNTAX_ERROR", "Empty query")
    settings = {name: value for name, value in parameters.items() if _is_setting(name)}
    readonly = _number(settings.pop("readonly", "0"), "readonly")
    if method == "GET" and readonly == 0:
        readonly = 2  # GET must change nothing, and yet may set limits
    return Request(
        statement=read_statement(sql),
        settings=settings,
        parameters={name[6:]: value for name, value in parameters.items() if name.startswith("param_")},
        database=headers.get("X-ClickHouse-Database") or parameters.get("database", ""),
        query_id=headers.get("X-ClickHouse-Query-Id") or parameters.get("query_id", ""),
        default_format=headers.get("X-ClickHouse-Format")
        or parameters.get("default_format")
        or "TabSeparated",
        readonly=int(readonly),
        session_id=parameters.get("session_id", ""),
        session_timeout_s=_number(parameters.get("session_timeout", "60"), "session_timeout"),
        session_must_exist=parameters.get("session_check", "0") == "1",
        wait_for_end=parameters.get("wait_end_of_query", "0") in ("1", "true"),
        compress_answer=parameters.get("enable_http_compression", "0") in ("1", "true"),
        frame_answer=parameters.get("compress", "0") in ("1", "true"),
        protocol_version=int(
            _number(parameters.get("client_protocol_version", "0"), "client_protocol_version")
        ),
    )


def _is_setting(name: str) -> bool:
    return name not in RESERVED and not name.startswith("param_")


def _number(text: str, name: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise EngineFault(72, "CANNOT_PARSE_NUMBER", f"{name} must be a number, not {text!r}") from None
