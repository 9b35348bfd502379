"""The line between a reader and the site, which can be cut and mended, and remembers what was asked over it."""

from __future__ import annotations

import asyncio
import contextlib
from typing import Final, Self
from urllib.parse import urlsplit

CHUNK: Final = 65_536


class Network:
    """`async with Network(site.url) as network:` the site again, at `network.url`."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        assert parts.hostname
        assert parts.port
        self._host, self._port = parts.hostname, parts.port
        self._open: set[asyncio.StreamWriter] = set()
        self._is_cut = False
        self.requests: list[str] = []
        """The head of each request, as it came, of one connection at a time."""

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._carry, "127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"
        return self

    async def __aexit__(self, *_: object) -> None:
        self.cut()
        self._server.close()

    def cut(self) -> None:
        """End every connection and let none through."""
        self._is_cut = True
        for writer in list(self._open):
            writer.transport.abort()

    def mend(self) -> None:
        """Let connections through again."""
        self._is_cut = False

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._is_cut:
            writer.transport.abort()
            return
        far_reader, far_writer = await asyncio.open_connection(self._host, self._port)
        both = {writer, far_writer}
        self._open |= both
        try:
            await asyncio.gather(self._copy(reader, far_writer, heads=True), self._copy(far_reader, writer))
        finally:
            self._open -= both
            for one in both:
                one.transport.abort()

    async def _copy(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, heads: bool = False
    ) -> None:
        with contextlib.suppress(ConnectionError):
            while data := await reader.read(CHUNK):
                if heads:
                    self.requests.append(data.decode("latin-1"))
                writer.write(data)
                await writer.drain()
        with contextlib.suppress(OSError):
            writer.write_eof()
