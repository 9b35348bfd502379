"""CityHash128 of version 1.0.2: the checksum of ClickHouse's compressed blocks, which the drivers for Java and Go verify.

Pure Python, 10 MB/s: only answers with `compress=1` need it. Names follow the published algorithm, so that it can be compared.
"""

from __future__ import annotations

from struct import Struct
from typing import Final

_MASK: Final = (1 << 64) - 1
_K0: Final = 0xC3A5C85C97CB3127
_K1: Final = 0xB492B66FBE98F273
_K2: Final = 0x9AE16A3B2F90404F
_K3: Final = 0xC949D7C7509E6557
_MURMUR: Final = 0x9DDFEA08EB382D69
_U64: Final = Struct("<Q").unpack_from
_U32: Final = Struct("<I").unpack_from
_FOUR: Final = Struct("<4Q").unpack_from
_PAIR: Final = Struct("<2Q")


def cityhash128(data: bytes) -> bytes:
    """The hash as the 16 bytes that stand before a compressed block."""
    size = len(data)
    if size >= 16:
        low, high = _seeded(data[16:], _u64(data, 0) ^ _K3, _u64(data, 8))
    elif size >= 8:
        low, high = _seeded(b"", _u64(data, 0) ^ (size * _K0 & _MASK), _u64(data, size - 8) ^ _K1)
    else:
        low, high = _seeded(data, _K0, _K1)
    return _PAIR.pack(low, high)


def _seeded(data: bytes, seed_low: int, seed_high: int) -> tuple[int, int]:
    if len(data) < 128:
        return _murmur(data, seed_low, seed_high)
    x, y, z = seed_low, seed_high, len(data) * _K1 & _MASK
    v0 = _rotated(y ^ _K1, 49) * _K1 + _u64(data, 0) & _MASK
    v1 = _rotated(v0, 42) * _K1 + _u64(data, 8) & _MASK
    w0 = _rotated(y + z, 35) * _K1 + x & _MASK
    w1 = _rotated(x + _u64(data, 88), 53) * _K1 & _MASK
    whole = len(data) // 128 * 128
    for at in range(0, whole, 64):
        x = _rotated(x + y + v0 + _u64(data, at + 16), 37) * _K1 & _MASK
        y = _rotated(y + v1 + _u64(data, at + 48), 42) * _K1 & _MASK
        x, y, z = x ^ w1, y ^ v0, _rotated(z ^ w0, 33)
        v0, v1 = _weak(data, at, v1 * _K1, x + w0)
        w0, w1 = _weak(data, at + 32, z + w1, y)
        z, x = x, z
    y = y + _rotated(w0, 37) * _K0 + z & _MASK
    x = x + _rotated(v0 + z, 49) * _K0 & _MASK
    rest = len(data) - whole
    for done in range(32, rest + 32, 32):
        at = len(data) - done
        y = _rotated(y - x, 42) * _K0 + v1 & _MASK
        w0 = w0 + _u64(data, at + 16) & _MASK
        x = _rotated(x, 49) * _K0 + w0 & _MASK
        w0 = w0 + v0 & _MASK
        v0, v1 = _weak(data, at, v0, v1)
    x, y = _hash16(x, v0), _hash16(y, w0)
    return _hash16(x + v1 & _MASK, w1) + y & _MASK, _hash16(x + w1 & _MASK, y + v1 & _MASK)


def _murmur(data: bytes, a: int, b: int) -> tuple[int, int]:
    size = len(data)
    if size <= 16:
        a = _mixed(a * _K1 & _MASK) * _K1 & _MASK
        c = b * _K1 + _short(data) & _MASK
        d = _mixed(a + (_u64(data, 0) if size >= 8 else c) & _MASK)
    else:
        c = _hash16(_u64(data, size - 8) + _K1 & _MASK, a)
        d = _hash16(b + size & _MASK, c + _u64(data, size - 16) & _MASK)
        a = a + d & _MASK
        for at in range(0, size - 16, 16):
            a = (a ^ (_mixed(_u64(data, at) * _K1 & _MASK) * _K1 & _MASK)) * _K1 & _MASK
            b ^= a
            c = (c ^ (_mixed(_u64(data, at + 8) * _K1 & _MASK) * _K1 & _MASK)) * _K1 & _MASK
            d ^= c
    a, b = _hash16(a, c), _hash16(d, b)
    return a ^ b, _hash16(b, a)


def _short(data: bytes) -> int:
    """Of at most 16 bytes."""
    size = len(data)
    if size > 8:
        a, b = _u64(data, 0), _u64(data, size - 8)
        return _hash16(a, _rotated(b + size, size)) ^ b
    if size >= 4:
        return _hash16(size + (_u32(data, 0) << 3) & _MASK, _u32(data, size - 4))
    if size:
        y = data[0] + (data[size >> 1] << 8)
        z = size + (data[-1] << 2)
        return _mixed((y * _K2 ^ z * _K3) & _MASK) * _K2 & _MASK
    return _K2


def _weak(data: bytes, at: int, a: int, b: int) -> tuple[int, int]:
    w, x, y, z = _FOUR(data, at)
    a = a + w & _MASK
    b = _rotated(b + a + z, 21)
    c = a
    a = a + x + y & _MASK
    b = b + _rotated(a, 44)
    return a + z & _MASK, b + c & _MASK


def _hash16(low: int, high: int) -> int:
    a = _mixed((low ^ high) * _MURMUR & _MASK)
    b = _mixed((high ^ a) * _MURMUR & _MASK)
    return b * _MURMUR & _MASK


def _mixed(value: int) -> int:
    return value ^ value >> 47


def _rotated(value: int, bits: int) -> int:
    value &= _MASK
    return (value >> bits | value << 64 - bits) & _MASK


def _u64(data: bytes, at: int) -> int:
    found: int = _U64(data, at)[0]
    return found


def _u32(data: bytes, at: int) -> int:
    found: int = _U32(data, at)[0]
    return found
