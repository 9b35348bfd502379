"""Whose address a request comes from, when proxies stand in between."""

from __future__ import annotations

import functools
from collections.abc import Iterable
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Final

from aiohttp import hdrs, web

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

HOPS_MAX: Final = 20
"""Proxies that are believed in a row; a longer header is somebody's joke."""


def networks(texts: Iterable[str]) -> tuple[Network, ...]:
    """The networks of a setting; a bare address is a network of one. Raises ValueError."""
    return tuple(ip_network(text.strip(), strict=False) for text in texts if text.strip())


def client_address(request: web.BaseRequest, proxies: tuple[Network, ...]) -> Address | None:
    """Who asks: the peer, or whom the trusted proxies name, read from the nearest on; None on a unix socket.

    What stands in X-Forwarded-For before the first stranger is his own word and counts for nothing.
    """
    address = _address(request.remote or "")
    if address is None or not is_within(address, proxies):
        return address
    named = ",".join(request.headers.getall(hdrs.X_FORWARDED_FOR, ())).split(",")
    for text in reversed(named[-HOPS_MAX:]):
        found = _address(text.strip())
        if found is None:
            break
        address = found
        if not is_within(address, proxies):
            break
    return address


def is_within(address: Address, networks: tuple[Network, ...]) -> bool:
    """Whether one of the networks holds the address."""
    return any(address in network for network in networks)


def bucket_of(address: Address) -> str:
    """The address, or for IPv6 its /64: that much anybody has to himself."""
    if isinstance(address, IPv4Address):
        return str(address)
    return str(IPv6Address(int(address) >> 64 << 64))


@functools.lru_cache(maxsize=4096)
def _address(text: str) -> Address | None:
    try:
        address = ip_address(text)
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address
