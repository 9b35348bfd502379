"""Content-Encoding of requests and answers, and ClickHouse's own block framing of requests (`decompress=1`).

Nothing is unpacked beyond the limit of a body, whatever its packed size promises.
"""

from __future__ import annotations

import sys
import zlib
from collections.abc import Callable
from typing import Any, Final, Protocol

import lz4.block  # type: ignore[import-untyped]
import lz4.frame  # type: ignore[import-untyped]

from clickhouse.engine.cityhash import cityhash128
from clickhouse.engine.faults import EngineFault

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

ENCODINGS: Final = ("lz4", "zstd", "gzip", "deflate")
"""Of answers, cheapest first."""
FRAME_BYTES: Final = 1 << 20
"""Of an answer in one compressed block, unpacked: max_compress_block_size of ClickHouse."""
_BLOCK_HEADER_BYTES: Final = (
    25  # 16 checksum, 1 method, 4 packed size (of method, sizes and data), 4 unpacked size
)


class Packer(Protocol):
    """Packs an answer piece by piece; `finish` ends it."""

    def pack(self, data: bytes) -> bytes: ...

    def finish(self) -> bytes: ...


class PlainPacker:
    """No encoding."""

    def pack(self, data: bytes) -> bytes:
        return data

    def finish(self) -> bytes:
        return b""


class ZlibPacker:
    """gzip and deflate."""

    def __init__(self, window_bits: int) -> None:
        self._stream = zlib.compressobj(level=1, wbits=window_bits)

    def pack(self, data: bytes) -> bytes:
        return self._stream.compress(data) + self._stream.flush(zlib.Z_SYNC_FLUSH)

    def finish(self) -> bytes:
        return self._stream.flush()


class ZstdPacker:
    """zstd, level 1."""

    def __init__(self) -> None:
        self._stream = zstd.ZstdCompressor(level=1)

    def pack(self, data: bytes) -> bytes:
        return bytes(self._stream.compress(data, zstd.ZstdCompressor.FLUSH_BLOCK))

    def finish(self) -> bytes:
        return bytes(self._stream.flush())


class Lz4Packer:
    """One LZ4 frame."""

    def __init__(self) -> None:
        self._stream = lz4.frame.LZ4FrameCompressor(auto_flush=True)
        self._begun = False

    def pack(self, data: bytes) -> bytes:
        begin = b"" if self._begun else self._stream.begin()
        self._begun = True
        return bytes(begin + self._stream.compress(data))

    def finish(self) -> bytes:
        begin = b"" if self._begun else self._stream.begin()
        return bytes(begin + self._stream.flush())


class FramePacker:
    """ClickHouse's own compressed blocks (`compress=1`), LZ4."""

    def pack(self, data: bytes) -> bytes:
        return b"".join(_frame(data[at : at + FRAME_BYTES]) for at in range(0, len(data), FRAME_BYTES))

    def finish(self) -> bytes:
        return b""


def _frame(data: bytes) -> bytes:
    packed = lz4.block.compress(data, store_size=False)
    sizes = (len(packed) + 9).to_bytes(4, "little") + len(data).to_bytes(4, "little")
    block = b"\x82" + sizes + packed
    return bytes(cityhash128(block) + block)


FRAMED: Final = "clickhouse"
"""Name of the framing among the encodings; never sent as a Content-Encoding."""

_PACKERS: Final[dict[str, Callable[[], Packer]]] = {
    "": PlainPacker,
    FRAMED: FramePacker,
    "lz4": Lz4Packer,
    "zstd": ZstdPacker,
    "gzip": lambda: ZlibPacker(31),
    "deflate": lambda: ZlibPacker(15),
}


def chosen_encoding(accept: str) -> str:
    """The encoding of an answer: the cheapest of those the client takes, or none."""
    offered = {part.split(";")[0].strip().lower() for part in accept.split(",")}
    return next((name for name in ENCODINGS if name in offered), "")


def packer(encoding: str) -> Packer:
    """A packer for one answer."""
    return _PACKERS[encoding]()


class Unpacker:
    """Unpacks a request body as it arrives, within `bytes_max`. Raises EngineFault for broken or oversized data."""

    def __init__(self, encoding: str, bytes_max: int) -> None:
        self._new = _decoder(encoding)
        self._stream: Any = None
        self._bytes_max = bytes_max
        self._parts: list[bytes] = []
        self._size = 0

    def feed(self, data: bytes) -> None:
        """Take the next piece of the body."""
        if self._new is None:
            self._keep(data)
            return
        try:
            self._unpack(data)
        except (zlib.error, zstd.ZstdError, RuntimeError, EOFError) as error:
            raise EngineFault(271, "CANNOT_DECOMPRESS", f"The request body is broken: {error}") from None

    def result(self) -> bytes:
        """The whole body."""
        if self._stream is not None and not self._stream.eof:
            raise EngineFault(271, "CANNOT_DECOMPRESS", "The request body is cut short")
        return b"".join(self._parts)

    def _unpack(self, data: bytes) -> None:
        # Several frames may follow each other: clickhouse-connect sends one per block.
        while data:
            if self._stream is None or self._stream.eof:
                assert self._new is not None
                self._stream = self._new()
            room = self._bytes_max + 1 - self._size
            self._keep(self._stream.decompress(data, max_length=room))
            data = self._rest()

    def _rest(self) -> bytes:
        """What is left to feed. A decoder that holds back output because of `max_length` has passed the limit."""
        if self._stream.eof:
            return self._stream.unused_data or b""
        if tail := getattr(self._stream, "unconsumed_tail", b""):
            return bytes(tail)
        return b""

    def _keep(self, data: bytes) -> None:
        self._size += len(data)
        if self._size > self._bytes_max:
            raise EngineFault(307, "TOO_MANY_BYTES", f"The request body is over {self._bytes_max} bytes")
        self._parts.append(data)


class _Zlib:
    """zlib's decompressor with the words of the others."""

    def __init__(self, window_bits: int) -> None:
        self._stream = zlib.decompressobj(window_bits)

    @property
    def eof(self) -> bool:
        return self._stream.eof

    @property
    def unused_data(self) -> bytes:
        return self._stream.unused_data

    @property
    def unconsumed_tail(self) -> bytes:
        return self._stream.unconsumed_tail

    def decompress(self, data: bytes, max_length: int) -> bytes:
        return self._stream.decompress(data, max_length)


def _decoder(encoding: str) -> Callable[[], Any] | None:
    decoders: dict[str, Callable[[], Any] | None] = {
        "": None,
        "identity": None,
        "gzip": lambda: _Zlib(31),
        "deflate": lambda: _Zlib(47),
        "zstd": zstd.ZstdDecompressor,
        "lz4": lz4.frame.LZ4FrameDecompressor,
    }
    try:
        return decoders[encoding.strip().lower()]
    except KeyError:
        raise EngineFault(89, "UNKNOWN_COMPRESSION_METHOD", f"Unknown encoding {encoding!r}") from None


def unframed(body: bytes, bytes_max: int) -> bytes:
    """A body in ClickHouse's own compressed blocks (`decompress=1`): LZ4, ZSTD or none.

    The blocks' CityHash128 checksums are not verified: this is loopback, and TCP has its own.
    """
    parts: list[bytes] = []
    size = at = 0
    while at < len(body):
        header = body[at : at + _BLOCK_HEADER_BYTES]
        packed_bytes = int.from_bytes(header[17:21], "little") - 9
        unpacked_bytes = int.from_bytes(header[21:25], "little")
        at += _BLOCK_HEADER_BYTES
        size += unpacked_bytes
        if len(header) < _BLOCK_HEADER_BYTES or packed_bytes < 0 or at + packed_bytes > len(body):
            raise EngineFault(271, "CANNOT_DECOMPRESS", "The request body is cut short")
        if size > bytes_max:
            raise EngineFault(307, "TOO_MANY_BYTES", f"The request body is over {bytes_max} bytes")
        parts.append(_unpacked_block(header[16], body[at : at + packed_bytes], unpacked_bytes))
        at += packed_bytes
    return b"".join(parts)


def _unpacked_block(method: int, packed: bytes, unpacked_bytes: int) -> bytes:
    try:
        if method == 0x82:
            return bytes(lz4.block.decompress(packed, uncompressed_size=unpacked_bytes))
        if method == 0x90:
            return bytes(zstd.ZstdDecompressor().decompress(packed, unpacked_bytes))
        if method == 0x02:
            return packed
    except (lz4.block.LZ4BlockError, zstd.ZstdError) as error:
        raise EngineFault(271, "CANNOT_DECOMPRESS", f"The request body is broken: {error}") from None
    raise EngineFault(89, "UNKNOWN_COMPRESSION_METHOD", f"Unknown compression method {method:#x}")
