"""Requests to addresses that people entered: to the outside only.

Every address that a name stands for is checked, and the connection goes to the checked addresses, so that a name which
means something else a moment later leads nowhere else. No redirects, no proxies, bounded time and bytes.
"""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from collections.abc import Mapping, Sequence
from typing import Final
from urllib.parse import urlsplit

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult

TIME_MAX_S: Final = 10.0
RESOLVE_MAX_S: Final = 5.0
ANSWER_BYTES_MAX: Final = 4096

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
_NAT64: Final = ipaddress.ip_network("64:ff9b::/96")


class AddressRefused(Exception):
    """An address that no request goes to: not http(s), or not of the outside."""


async def post(url: str, body: bytes, headers: Mapping[str, str], *, allow_private: bool = False) -> int:
    """POST and return the status. Raises AddressRefused, OSError, TimeoutError or aiohttp.ClientError."""
    host, port = checked_url(url)
    async with asyncio.timeout(TIME_MAX_S):
        addresses = await resolved(host, port, allow_private=allow_private)
        connector = aiohttp.TCPConnector(resolver=Pinned(addresses), use_dns_cache=False, limit=1)
        async with (
            aiohttp.ClientSession(connector=connector, trust_env=False, auto_decompress=False) as session,
            session.post(url, data=body, headers=headers, allow_redirects=False) as answer,
        ):
            await answer.content.read(ANSWER_BYTES_MAX)
            return answer.status


def checked_url(url: str) -> tuple[str, int]:
    """Host and port of an address. Raises AddressRefused."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise AddressRefused(f"that is no address: {error}") from None
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise AddressRefused("an address begins with https:// or http:// and names a host")
    if parts.username is not None or parts.password is not None:
        raise AddressRefused("an address holds no user or password")
    return parts.hostname, port or (443 if parts.scheme == "https" else 80)


async def resolved(host: str, port: int, *, allow_private: bool) -> list[ResolveResult]:
    """Every address of a host. Raises AddressRefused if any of them is not of the outside."""
    loop = asyncio.get_running_loop()
    try:
        async with asyncio.timeout(RESOLVE_MAX_S):
            found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except UnicodeError:
        raise AddressRefused("that is no name of a host") from None
    for _, _, _, _, address in found:
        if not allow_private and not is_outside(str(address[0])):
            # One is enough: who answers with an outside and an inside address wants us to try both.
            raise AddressRefused(f"{host} leads to {address[0]}, which is not on the internet")
    return [_result(host, port, family, str(address[0])) for family, _, _, _, address in found]


def is_outside(text: str) -> bool:
    """Whether an address is on the internet; one that wraps another is what it wraps."""
    try:
        address: Address = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return False
    if isinstance(address, ipaddress.IPv6Address):
        wrapped = _wrapped(address)
        if wrapped is not None:
            return is_outside(str(wrapped))
        if address.teredo is not None or address.is_site_local:
            return False
    return address.is_global and not address.is_multicast and not address.is_reserved


def _wrapped(address: ipaddress.IPv6Address) -> Address | None:
    if address in _NAT64 or (int(address) >> 32 == 0 and int(address) > 1):  # NAT64; the old ::a.b.c.d
        return ipaddress.IPv4Address(int(address) & 0xFFFF_FFFF)
    return address.ipv4_mapped or address.sixtofour


def _result(host: str, port: int, family: int, address: str) -> ResolveResult:
    return ResolveResult(hostname=host, host=address, port=port, family=family, proto=0, flags=0)


class Pinned(AbstractResolver):
    """Answers with the addresses that were checked, whatever the name means by now."""

    def __init__(self, addresses: Sequence[ResolveResult]) -> None:
        self._addresses = addresses

    async def resolve(
        self,
        host: str,  # noqa: ARG002 - there is one answer
        port: int = 0,  # noqa: ARG002
        family: socket.AddressFamily = socket.AF_INET,  # noqa: ARG002
    ) -> list[ResolveResult]:
        return list(self._addresses)

    async def close(self) -> None:
        """Nothing is open."""
