"""The one way to ask ClickHouse: clickhouse-connect's async HTTP client with time limits, named queries and exactly-once inserts.

One `ClickHouse` per process. It connects on the first call and again after every failure to connect, so a process may start
while the store is away. All calls may run at the same time; each has a time limit and raises only `clickhouse.errors`.
"""

from __future__ import annotations

import asyncio
import io
import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final
from urllib.parse import unquote, urlsplit

from clickhouse_connect import get_async_client
from clickhouse_connect.driver.asyncclient import AsyncClient
from clickhouse_connect.driver.exceptions import Error as DriverError
from clickhouse_connect.driver.exceptions import OperationalError

from clickhouse.ddl import variants
from clickhouse.errors import ClickHouseError, ClickHouseUnavailable, insert_error, read_error
from clickhouse.metrics import timed
from clickhouse.native import EncodedColumns, column_types, encode_block
from clickhouse.settings import ClickHouseSettings

QUERIES: Final = Path(__file__).parent / "queries"
NOTHING: Final[Mapping[str, object]] = MappingProxyType({})

EXACTLY_ONCE: Final[Mapping[str, object]] = MappingProxyType(
    {
        # 26.x asks deduplicate_insert first, older servers only insert_deduplicate.
        "deduplicate_insert": "enable",
        "insert_deduplicate": 1,
        "deduplicate_blocks_in_dependent_materialized_views": 1,
        # 26.3 made inserts asynchronous by default: their token would be joined with other clients' blocks.
        "async_insert": 0,
        "wait_for_async_insert": 1,
        # One block in, one block out, in order: a token is numbered per block, so the split must be the same on a retry.
        "max_insert_threads": 1,
        "parallel_view_processing": 0,
        "use_strict_insert_block_limits": 0,
        "min_insert_block_size_rows": 1_048_449,
        "min_insert_block_size_bytes": 268_402_944,
        "min_insert_block_size_rows_for_materialized_views": 0,
        "min_insert_block_size_bytes_for_materialized_views": 0,
        # A view that fails must fail the insert; the retry then fills the view and not the raw table again.
        "materialized_views_ignore_errors": 0,
    }
)
"""Every setting that exactly-once rests on: servers changed their defaults in 24.7, 26.1, 26.2, 26.3 and 26.8."""
COMPILED_LATE: Final[Mapping[str, object]] = MappingProxyType(
    {
        "min_count_to_compile_aggregate_expression": 1000,
        "min_count_to_compile_expression": 1000,
        "min_count_to_compile_sort_description": 1000,
    }
)
"""To compile what a statement adds up takes 0.1 s of whoever asks it the fourth time (the server's default), and makes one that reads
some thousand rows no faster: it pays only for what is asked again and again (docs/decisions/0011)."""

_INCLUDE = re.compile(r"/\* include (shared/\w+?)(\{source\})?\.sql \*/")
_COMMENT_OR_INDENT = re.compile(r"^ *--.*\n|^ +", re.MULTILINE)
_WHEN_ASKED = re.compile(r"^/\* if (\w+)(?:: ([\w ]+))? \*/ +(.*\n)", re.MULTILINE)
_LEADING_COMMENTS = re.compile(r"^(\s*(--[^\n]*\n|/\*.*?\*/))*\s*", re.DOTALL)


@cache
def query_text(query: str, source: str = "days") -> str:
    """The SQL of `clickhouse/queries/<query>.sql`, which starts with its `-- ` header.

    `/* include shared/<part>.sql */` stands for a part that several queries have in common, which has a header of its own.
    `{source}` in the name of a part is what the parameter `source` says: a part that reads one table is planned in half the time of
    one that has all of them.
    """
    text = (QUERIES / f"{query}.sql").read_text(encoding="utf-8")
    if not text.startswith("-- "):
        raise ValueError(f"clickhouse/queries/{query}.sql: the header comment is missing")
    return _INCLUDE.sub(lambda found: query_text(found[1] + (source if found[2] else ""), source), text)


def asked_text(query: str, parameters: Mapping[str, object] = NOTHING) -> str:
    """The SQL of a query without the lines nobody asks for: a condition that lets everything through is planned all the same.

    A line that begins with `/* if server_id */` stays when the parameter `server_id` says anything (not 0, nothing or empty texts),
    one with `/* if dimensions: hour day */` when it says one of these words. Raises KeyError for a parameter that is missing: a filter
    that was forgotten must not let everything through. Comments are left out, too: the driver reads a text sign by sign, and
    twice if it finds a `;`, which took more of a web process than everything else about a statement.
    """

    def kept(line: re.Match[str]) -> str:
        given = parameters[line[1]]
        if isinstance(given, Sequence):
            said = {given} if isinstance(given, str) else set(given)
            given = said & set(line[2].split()) if line[2] else said - {""}
        return line[3] if given else ""

    return _WHEN_ASKED.sub(kept, _without_comments(query, str(parameters.get("source", "days"))))


@cache
def _without_comments(query: str, source: str) -> str:
    return _COMMENT_OR_INDENT.sub("", query_text(query, source))


class ClickHouse:
    """A ClickHouse server, or the embedded engine: the same protocol, the same code."""

    def __init__(self, url: str, database: str, settings: ClickHouseSettings) -> None:
        self._address = _address(url)
        self._database = database
        self._settings = settings
        self._connecting = asyncio.Lock()
        self._driver: AsyncClient | None = None
        self._column_types: dict[str, dict[str, Any]] = {}
        self._query_columns: dict[str, str] = {}

    @classmethod
    async def connect(cls, url: str, database: str, settings: ClickHouseSettings) -> ClickHouse:
        """A client of `http(s)://user:password@host:port`. A server that is away is no error yet: calls say so.

        Raises ValueError for an address that is none.
        """
        store = cls(url, database, settings)
        with suppress(ClickHouseUnavailable):
            await store._connected()
        return store

    async def rows(self, query: str, parameters: Mapping[str, object] = NOTHING) -> list[dict[str, Any]]:
        """The rows of `clickhouse/queries/<query>.sql`; values are bound by the server (`{guid:String}`)."""
        with timed(query):
            return await self._ask(asked_text(query, parameters), parameters)

    async def rows_of(self, sql: str, parameters: Mapping[str, object] = NOTHING) -> list[dict[str, Any]]:
        """The rows of an SQL text, as dicts. Times come as aware UTC datetimes.

        Raises ClickHouseUnavailable (ask later) or ClickHouseError (the statement is wrong).
        """
        with timed("text"):
            return await self._ask(sql, parameters)

    async def _ask(self, sql: str, parameters: Mapping[str, object]) -> list[dict[str, Any]]:
        try:
            async with asyncio.timeout(self._settings.query_time_max_s + 1.0):
                driver = await self._connected()
                wanted = {**self._query_limits(), **self._known(driver, COMPILED_LATE)}
                result = await driver.query(
                    sql, parameters=dict(parameters), settings=wanted, tz_mode="aware"
                )
                return list(result.named_results())
        except (DriverError, TimeoutError) as error:
            raise _read_error(error) from None

    async def command(self, sql: str, settings: Mapping[str, object] = NOTHING) -> None:
        """Run one statement that answers nothing (DDL). `CREATE DATABASE` runs outside the database it makes."""
        with timed("command"):
            await self._command(sql, settings)

    async def change(self, statement: str) -> None:
        """Run an ALTER TABLE, on a cluster on every node of it."""
        for variant in variants(statement, self._settings):
            await self.command(variant)

    async def _command(self, sql: str, settings: Mapping[str, object]) -> None:
        limit_s = self._settings.command_time_max_s
        try:
            async with asyncio.timeout(limit_s + 1.0):
                driver = await self._connected()
                inside = (
                    not _LEADING_COMMENTS.sub("", sql)
                    .upper()
                    .startswith(("CREATE DATABASE", "DROP DATABASE"))
                )
                wanted = {"max_execution_time": limit_s, "wait_end_of_query": 1, **settings}
                await driver.command(sql, settings=wanted, use_database=inside)
        except (DriverError, TimeoutError) as error:
            raise _read_error(error) from None
        self._column_types.clear()

    async def insert(
        self, table: str, column_names: Sequence[str], columns: Sequence[Sequence[Any]], *, token: str
    ) -> None:
        """Insert columns as one Native block under a deduplication token: any number of times, in the table once.

        Values: DateTime64(3) as int milliseconds, UUID as uuid.UUID or int, Map as dict, Bool as bool. The same token must
        always come with the same rows. Raises ClickHouseRefused (bisect) or ClickHouseUnavailable (again, same token).
        Nothing is retried here: the caller counts its tries.
        """
        with timed("insert"):
            await self._insert(table, column_names, columns, token)

    async def _insert(
        self, table: str, column_names: Sequence[str], columns: Sequence[Sequence[Any]], token: str
    ) -> None:
        limit_s = self._settings.insert_time_max_s
        try:
            async with asyncio.timeout(limit_s + 1.0):
                driver = await self._connected()
                types = await self._types_of(driver, table)
                if isinstance(columns, EncodedColumns) and columns.types is types:
                    body = columns.block
                else:
                    body = await asyncio.to_thread(
                        encode_block, table, column_names, types, columns, self._settings.compression
                    )
                wanted = {
                    "insert_deduplication_token": token,
                    "max_execution_time": limit_s,
                    "wait_end_of_query": 1,
                    **self._cluster_insert(),
                }
                # A BytesIO has a length and yet is never sent twice by the driver, whose own retry we do not want. It is closed,
                # since a refused connection leaves a reference cycle around it.
                with io.BytesIO(body) as block:
                    del body
                    await driver.raw_insert(
                        insert_block=block,
                        settings={**self._known(driver, EXACTLY_ONCE), **wanted},
                        compression=self._settings.compression or None,
                    )
        except (DriverError, TimeoutError) as error:
            self._column_types.pop(table, None)
            raise _insert_error(error) from None

    def encoded(
        self, table: str, column_names: Sequence[str], columns: Sequence[Sequence[Any]]
    ) -> Sequence[Sequence[Any]]:
        """The same columns with their Native block encoded ahead, so that `insert` only has to send it. For a thread.

        Without a block where the table's types are not known yet or a value does not fit: the insert itself tells of that.
        """
        types = self._column_types.get(table)
        if types is None:
            return columns
        try:
            block = encode_block(table, column_names, types, columns, self._settings.compression)
        except ClickHouseError:
            return columns
        return EncodedColumns(columns, types, block)

    async def fill(self, table: str, query: str, parameters: Mapping[str, object] = NOTHING) -> None:
        """Insert what `clickhouse/queries/<query>.sql` answers; its columns are found by their names.

        Not deduplicated: the tables filled so keep one row per key themselves.
        """
        with timed(query):
            await self._fill(table, asked_text(query, parameters), parameters)

    async def _fill(self, table: str, sql: str, parameters: Mapping[str, object]) -> None:
        limit_s = self._settings.insert_time_max_s
        try:
            async with asyncio.timeout(limit_s + 1.0):
                driver = await self._connected()
                columns = await self._columns_of(driver, sql, parameters)
                wanted = {
                    **self._query_limits(),
                    "max_execution_time": limit_s,
                    "insert_deduplicate": 0,
                    "wait_end_of_query": 1,
                    **self._cluster_insert(),
                }
                await driver.command(
                    f"INSERT INTO {table} ({columns}) {sql}", parameters=dict(parameters), settings=wanted
                )
        except (DriverError, TimeoutError) as error:
            raise _read_error(error) from None

    async def ping(self) -> bool:
        """Whether the server answers, within the time limit of connecting."""
        try:
            driver = await self._connected()
        except ClickHouseError:
            return False
        return await driver.ping(self._settings.connect_time_max_s)

    async def close(self) -> None:
        """Close the connections; running calls end first."""
        driver, self._driver = self._driver, None
        if driver is not None:
            await driver.close()

    async def _connected(self) -> AsyncClient:
        async with self._connecting:
            if self._driver is None:
                self._driver = await self._new_driver()
            return self._driver

    async def _new_driver(self) -> AsyncClient:
        settings = self._settings
        try:
            async with asyncio.timeout(settings.connect_time_max_s + settings.query_time_max_s):
                driver = await get_async_client(
                    **self._address,
                    compress=settings.compression or False,
                    connect_timeout=settings.connect_time_max_s,
                    # The socket's limit is the longest call's; each call has its own, shorter one around it.
                    send_receive_timeout=settings.command_time_max_s + 1.0,
                    connector_limit=settings.connections_max,
                    connector_limit_per_host=settings.connections_max,
                    autogenerate_session_id=False,
                    query_retries=1,
                    show_clickhouse_errors="scrub",
                    tz_mode="aware",
                )
        except (DriverError, TimeoutError) as error:
            raise _read_error(error) from None
        # Set after the handshake: the database may not exist before the first migration.
        driver.database = self._database
        return driver

    async def _types_of(self, driver: AsyncClient, table: str) -> dict[str, Any]:
        known = self._column_types.get(table)
        if known is None:
            described = await driver.query(f"DESCRIBE TABLE {table}", settings=self._query_limits())
            known = self._column_types[table] = column_types(described.named_results())
        return known

    async def _columns_of(self, driver: AsyncClient, sql: str, parameters: Mapping[str, object]) -> str:
        """The names of a query's columns; remembered, since planning a large query costs as much as running it."""
        known = self._query_columns.get(sql)
        if known is None:
            described = await driver.query(
                f"DESCRIBE ({sql})", parameters=dict(parameters), settings=self._query_limits()
            )
            known = ", ".join(f"`{row['name']}`" for row in described.named_results())
            self._query_columns[sql] = known
        return known

    def _query_limits(self) -> dict[str, Any]:
        settings = self._settings
        return {
            "max_execution_time": settings.query_time_max_s,
            "max_memory_usage": settings.query_memory_max_bytes,
            "max_threads": settings.query_threads_max,
            "max_result_rows": settings.query_rows_max,
            "result_overflow_mode": "throw",
            # Rows of one match or player may lie on another shard than the one that asks for them.
            **({"distributed_product_mode": "global"} if settings.cluster else {}),
        }

    def _cluster_insert(self) -> dict[str, object]:
        """An insert ends when every shard has its rows: the same token then repeats it on those that had them not."""
        settings = self._settings
        if not settings.cluster:
            return {}
        quorum = {"insert_quorum": settings.insert_quorum} if settings.insert_quorum else {}
        return {"distributed_foreground_insert": 1, **quorum}

    @staticmethod
    def _known(driver: AsyncClient, wanted: Mapping[str, object]) -> dict[str, object]:
        """Those of the settings that this server's version has; an unknown one would fail the insert."""
        return {name: value for name, value in wanted.items() if name in driver.server_settings}


def _address(url: str) -> dict[str, Any]:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("clickhouse.url must be http(s)://user:password@host:port")
    return {
        "interface": parts.scheme,
        "host": parts.hostname,
        "port": parts.port or (8443 if parts.scheme == "https" else 8123),
        "username": unquote(parts.username or "default"),
        "password": unquote(parts.password or ""),
    }


def _message(error: BaseException) -> str:
    return " ".join(str(error).split()) or type(error).__name__


def _never_answered(error: BaseException) -> bool:
    return isinstance(error, TimeoutError | OperationalError) and getattr(error, "code", None) is None


def _read_error(error: DriverError | TimeoutError) -> ClickHouseError:
    if isinstance(error, TimeoutError):
        return ClickHouseUnavailable(None, "no answer within the time limit")
    code = error.code
    if code is None and not _never_answered(error):
        return ClickHouseError(None, _message(error))
    return read_error(code, _message(error))


def _insert_error(error: DriverError | TimeoutError) -> ClickHouseError:
    if isinstance(error, TimeoutError):
        return ClickHouseUnavailable(None, "no answer within the time limit")
    return insert_error(error.code, _message(error))
