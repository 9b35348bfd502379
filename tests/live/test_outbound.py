"""Requests to addresses of strangers: to the internet only, whatever a name or an address pretends."""

from __future__ import annotations

import pytest

from live.outbound import AddressRefused, checked_url, is_outside, post, resolved

INSIDE = (
    "127.0.0.1", "127.8.9.1", "0.0.0.0", "10.0.0.1", "172.16.5.5", "192.168.1.1", "169.254.169.254", "100.64.0.1",
    "224.0.0.1", "255.255.255.255", "240.0.0.1", "192.0.2.1", "198.18.0.1",
    "::", "::1", "fe80::1", "fe80::1%eth0", "fc00::1", "fd00:ec2::254", "ff02::1", "fec0::1", "2001:db8::1",
    "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::127.0.0.1", "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe",
    "2002:7f00:1::", "2002:c0a8:101::1", "2001:0:4136:e378:8000:63bf:3fff:fdd2", "not an address", "",
)  # fmt: skip
OUTSIDE = ("8.8.8.8", "1.1.1.1", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808", "2002:808:808::1")


@pytest.mark.parametrize("address", INSIDE)
def test_an_address_inside_is_inside_however_it_is_written(address: str) -> None:
    assert not is_outside(address)


@pytest.mark.parametrize("address", OUTSIDE)
def test_an_address_on_the_internet_is_outside(address: str) -> None:
    assert is_outside(address)


@pytest.mark.parametrize(
    "url",
    [
        "ftp://example.org/", "file:///etc/passwd", "//example.org", "https://", "http://user:word@example.org/",
        "http://example.org:99999/", "http://[::1", "javascript:alert(1)", "",
    ],
)  # fmt: skip
def test_what_is_no_web_address_is_refused(url: str) -> None:
    with pytest.raises(AddressRefused):
        checked_url(url)


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:1/", "http://localhost:1/", "http://2130706433/", "http://0x7f.1/", "http://127.1/", "http://[::1]/",
        "http://[::ffff:127.0.0.1]/", "http://0/",
    ],
)  # fmt: skip
async def test_this_machine_is_refused_before_anything_is_sent(url: str) -> None:
    with pytest.raises((AddressRefused, OSError)) as refused:
        await post(url, b"", {})
    assert isinstance(refused.value, AddressRefused) or "Name" in str(refused.value)


async def test_a_setting_allows_this_machine() -> None:
    found = await resolved("127.0.0.1", 80, allow_private=True)
    assert [one["host"] for one in found] == ["127.0.0.1"]
