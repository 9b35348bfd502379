from __future__ import annotations

import contextlib
import gzip
import sys
import tracemalloc
import zlib
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from web.encodings import MEMBERS_MAX, BodyTooLarge, CorruptBody, UnknownEncoding, expand

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

LIMIT = 1_048_576
BODY = b"type=player_kill&player_name=Ann\n" * 50


def raw_deflate(data: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(data) + packer.flush()


PACKERS: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.compress,
    "x-gzip": gzip.compress,
    "deflate": zlib.compress,
    "zstd": zstd.compress,
}


@pytest.mark.parametrize("encoding", PACKERS)
def test_each_encoding_gives_back_what_was_packed(encoding: str) -> None:
    assert expand(encoding, PACKERS[encoding](BODY), LIMIT) == BODY
    assert expand(f" {encoding.upper()} ", PACKERS[encoding](b""), LIMIT) == b""


@given(st.binary(max_size=5000), st.sampled_from(sorted(PACKERS)))
def test_packing_and_expanding_is_the_identity(data: bytes, encoding: str) -> None:
    assert expand(encoding, PACKERS[encoding](data), LIMIT) == data


@given(st.binary(max_size=300), st.sampled_from(sorted(PACKERS)))
def test_any_bytes_expand_or_are_refused(data: bytes, encoding: str) -> None:
    with contextlib.suppress(CorruptBody, BodyTooLarge):
        assert len(expand(encoding, data, 1000)) <= 1000


def test_deflate_without_its_header_is_read_too() -> None:
    assert expand("deflate", raw_deflate(BODY), LIMIT) == BODY


@pytest.mark.parametrize("encoding", ["", "identity"])
def test_no_encoding_leaves_the_body_alone(encoding: str) -> None:
    assert expand(encoding, BODY, 10) is BODY


@pytest.mark.parametrize("encoding", ["br", "compress", "gzip, gzip", "gzip;q=1", "\udcff"])
def test_any_other_encoding_is_unknown(encoding: str) -> None:
    with pytest.raises(UnknownEncoding):
        expand(encoding, BODY, LIMIT)


@pytest.mark.parametrize("encoding", PACKERS)
def test_the_bound_itself_is_allowed_and_one_byte_more_is_not(encoding: str) -> None:
    assert len(expand(encoding, PACKERS[encoding](b"x" * LIMIT), LIMIT)) == LIMIT
    with pytest.raises(BodyTooLarge):
        expand(encoding, PACKERS[encoding](b"x" * (LIMIT + 1)), LIMIT)


@pytest.mark.parametrize("encoding", PACKERS)
def test_a_bomb_never_takes_much_more_memory_than_the_bound(encoding: str) -> None:
    bomb = PACKERS[encoding](b"\0" * (256 * LIMIT))
    tracemalloc.start()
    try:
        with pytest.raises(BodyTooLarge):
            expand(encoding, bomb, LIMIT)
        assert tracemalloc.get_traced_memory()[1] < 4 * LIMIT
    finally:
        tracemalloc.stop()


def test_bombs_in_a_row_share_the_bound() -> None:
    with pytest.raises(BodyTooLarge):
        expand("gzip", gzip.compress(b"x" * (LIMIT // 2)) * 3, LIMIT)


def test_a_frame_that_asks_for_a_huge_window_is_refused() -> None:
    options: dict[int, int] = {zstd.CompressionParameter.window_log: 27}
    packer = zstd.ZstdCompressor(options=options)
    frame = packer.compress(BODY) + packer.flush()

    with pytest.raises(CorruptBody):
        expand("zstd", frame, LIMIT)


@pytest.mark.parametrize("encoding", PACKERS)
def test_a_body_cut_anywhere_is_corrupt(encoding: str) -> None:
    packed = PACKERS[encoding](BODY)
    for end in range(len(packed)):
        with pytest.raises(CorruptBody):
            expand(encoding, packed[:end], LIMIT)


@pytest.mark.parametrize("encoding", ["gzip", "zstd"])
def test_streams_one_after_another_are_one_body(encoding: str) -> None:
    assert expand(encoding, PACKERS[encoding](b"a=1\n") * MEMBERS_MAX, LIMIT) == b"a=1\n" * MEMBERS_MAX
    with pytest.raises(CorruptBody):
        expand(encoding, PACKERS[encoding](b"") * (MEMBERS_MAX + 1), LIMIT)
