"""Compressed answers: once for each body, bounded."""

from __future__ import annotations

import gzip

import pytest

from web import compressed
from web.compressed import AT_ONCE_BYTES, Compressed


@pytest.mark.parametrize("size", [100, AT_ONCE_BYTES + 1])
async def test_a_body_is_compressed_once(size: int, monkeypatch: pytest.MonkeyPatch) -> None:
    kept, pack = Compressed(), compressed._packed
    made: list[bytes] = []

    def noted(plain: bytes) -> bytes:
        made.append(plain)
        return pack(plain)

    monkeypatch.setattr(compressed, "_packed", noted)
    body = b"a" * size
    first = await kept.of("digest", body)
    assert gzip.decompress(first) == body
    assert await kept.of("digest", body) == first
    assert made == [body]


async def test_the_one_not_asked_for_longest_goes_first() -> None:
    size = len(await Compressed().of("a", b"a"))
    kept = Compressed(bytes_max=2 * size)
    for name in "aba":
        await kept.of(name, name.encode())
    await kept.of("c", b"c")
    assert list(kept._kept) == ["a", "c"]


async def test_one_that_is_too_large_is_not_kept() -> None:
    kept = Compressed(bytes_max=10)
    assert gzip.decompress(await kept.of("a", b"a" * 1000)) == b"a" * 1000
    assert not kept._kept
