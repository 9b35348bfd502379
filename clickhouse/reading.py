"""SQL of people, run with their own login: ClickHouse decides what they may do, statline only carries the bytes.

The same protocol for a server and for the embedded engine (docs/analysts.md). Nothing is kept in memory but the piece
under way: an answer of any length streams through.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final, Self
from urllib.parse import unquote, urlsplit

import aiohttp

from clickhouse.errors import ClickHouseUnavailable

PIECE_BYTES: Final = 1 << 18
ERROR_BYTES_MAX: Final = 8192
NOTHING: Final[Mapping[str, str]] = MappingProxyType({})
WAIT_MAX_S: Final = 65.0
"""Longest silence between two pieces of an answer: the statement's own limit ends it before that."""

_MESSAGE: Final = re.compile(r"^Code: \d+\. DB::Exception: ", re.MULTILINE)


@dataclass(frozen=True)
class Login:
    """An analyst's name and password, and the address he asks from."""

    name: str
    password: str = field(repr=False)
    address: str = ""


def own_login(url: str) -> Login:
    """statline's own login, as it stands in the address of its ClickHouse."""
    parts = urlsplit(url)
    return Login(unquote(parts.username or "default"), unquote(parts.password or ""))


class StatementRefused(Exception):
    """ClickHouse does not answer this statement: `code` is its number (0: unknown), the text says why, for its author."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True)
class Answer:
    """The format ClickHouse answers in (the statement may name its own) and the bytes, piece by piece."""

    form: str
    pieces: AsyncIterator[bytes]


class Reader:
    """Runs statements of analysts. One per process; close it with `async with`."""

    def __init__(self, url: str, database: str, connections_max: int) -> None:
        parts = urlsplit(url)
        self._url = f"{parts.scheme}://{parts.hostname}:{parts.port or 8123}/"
        self._database = database
        self._connections_max = connections_max
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        timeout = aiohttp.ClientTimeout(total=None, sock_connect=5.0, sock_read=WAIT_MAX_S)
        connector = aiohttp.TCPConnector(limit=self._connections_max)
        # Compressed answers are passed on as they are asked for, never expanded here.
        self._session = aiohttp.ClientSession(timeout=timeout, connector=connector, auto_decompress=False)
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._session is not None:
            await self._session.close()

    @asynccontextmanager
    async def read(
        self,
        login: Login,
        sql: str,
        form: str,
        parameters: Mapping[str, str] = NOTHING,
        settings: Mapping[str, str] = NOTHING,
    ) -> AsyncIterator[Answer]:
        """The answer, in ClickHouse's format `form`; `parameters` fill `{name:Type}` in the statement.
        An analyst's `settings` are as docs/analysts.md says.

        Raises StatementRefused (his statement, his login, his limits) before the first piece, ClickHouseUnavailable
        (ask later), also between pieces: what came until then is not the whole answer.
        """
        assert self._session is not None
        bound = {f"param_{name}": value for name, value in parameters.items()}
        query = {
            "database": self._database,
            "default_format": form,
            "wait_end_of_query": "1",
            **settings,
            **bound,
        }
        headers = {
            "X-ClickHouse-User": login.name,
            "X-ClickHouse-Key": login.password,
            "X-Forwarded-For": login.address,
        }
        try:
            async with self._session.post(
                self._url, params=query, data=sql.encode(), headers=headers
            ) as answer:
                if answer.status != 200:
                    raise await _refused(answer)
                given = answer.headers.get("X-ClickHouse-Format", form)
                yield Answer(given, answer.content.iter_chunked(PIECE_BYTES))
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise ClickHouseUnavailable(None, f"ClickHouse does not answer: {type(error).__name__}") from None


async def _refused(answer: aiohttp.ClientResponse) -> StatementRefused:
    text = (await answer.content.read(ERROR_BYTES_MAX)).decode(errors="replace").strip()
    code = answer.headers.get("X-ClickHouse-Exception-Code", "")
    return StatementRefused(int(code) if code.isdigit() else 0, _MESSAGE.sub("", text))
