"""Listening for the web role, and asking a role over HTTP whether it is there."""

from __future__ import annotations

import asyncio
import socket
from urllib.parse import urlsplit

import web.listening
from statline.errors import CommandFailed


def listening(host: str, port: int) -> socket.socket:
    """A socket that listens on host and port. Raises CommandFailed when that cannot be had."""
    try:
        return web.listening.listening(host, port)
    except OSError as error:
        raise CommandFailed(
            f"cannot listen on {host}:{port}: {error.strerror or error}; choose another --port or --host"
        ) from error


async def http_ok(url: str, path: str) -> bool:
    """Whether a GET of `path` at the host of `url` answers 200 within a second."""
    parts = urlsplit(url)
    try:
        async with asyncio.timeout(1.0):
            reader, sender = await asyncio.open_connection(parts.hostname, parts.port)
            try:
                sender.write(f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode())
                return b" 200 " in await reader.readline()
            finally:
                sender.close()
    except (OSError, TimeoutError):
        return False
