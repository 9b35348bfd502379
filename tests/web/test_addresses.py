from __future__ import annotations

from ipaddress import ip_address
from unittest.mock import Mock

import pytest
from aiohttp import web
from aiohttp.test_utils import make_mocked_request
from multidict import CIMultiDict

from web.addresses import bucket_of, client_address, networks

PROXIES = networks(["10.0.0.0/8", "192.168.1.1", "fd00::/8"])


def asked(peer: str, *forwarded: str) -> web.Request:
    transport = Mock()
    transport.get_extra_info.side_effect = lambda name, default=None: (
        (peer, 1) if name == "peername" else default
    )
    headers = [("X-Forwarded-For", text) for text in forwarded]
    return make_mocked_request("GET", "/", headers=CIMultiDict(headers), transport=transport)


@pytest.mark.parametrize(
    ("peer", "forwarded", "address"),
    [
        ("8.8.8.8", [], "8.8.8.8"),
        ("8.8.8.8", ["1.2.3.4"], "8.8.8.8"),
        ("10.1.2.3", [], "10.1.2.3"),
        ("10.1.2.3", ["1.2.3.4"], "1.2.3.4"),
        ("10.1.2.3", ["6.6.6.6, 1.2.3.4"], "1.2.3.4"),
        ("10.1.2.3", ["6.6.6.6", "1.2.3.4, 192.168.1.1"], "1.2.3.4"),
        ("10.1.2.3", ["1.2.3.4, nonsense"], "10.1.2.3"),
        ("10.1.2.3", ["10.0.0.1, 10.0.0.2"], "10.0.0.1"),
        ("10.1.2.3", [",".join(["1.2.3.4", *["10.0.0.1"] * 5000])], "10.0.0.1"),
        ("::ffff:10.1.2.3", ["::ffff:1.2.3.4"], "1.2.3.4"),
        ("fd00::1", ["2001:db8::7"], "2001:db8::7"),
    ],
)
def test_who_asks_is_whom_the_nearest_trusted_proxies_name(
    peer: str, forwarded: list[str], address: str
) -> None:
    assert client_address(asked(peer, *forwarded), PROXIES) == ip_address(address)


def test_a_unix_socket_has_no_address() -> None:
    assert client_address(asked(""), PROXIES) is None


def test_ipv6_is_counted_by_the_network_one_has_to_himself() -> None:
    assert bucket_of(ip_address("2001:db8:1:2:3:4:5:6")) == bucket_of(ip_address("2001:db8:1:2::1"))
    assert bucket_of(ip_address("2001:db8:1:2::")) != bucket_of(ip_address("2001:db8:1:3::"))
    assert bucket_of(ip_address("1.2.3.4")) == "1.2.3.4"


def test_a_network_that_is_none_is_an_error_at_start() -> None:
    with pytest.raises(ValueError, match="does not appear to be"):
        networks(["10.0.0.0/8", "everywhere"])
