"""Answers compressed once and sent many times: a remembered answer costs neither encoding nor compression."""

from __future__ import annotations

import asyncio
import gzip
from collections import OrderedDict
from typing import Final

BYTES_MAX: Final = 16 << 20
"""Compressed bytes that one process keeps: some thousand answers. The one that was not asked for longest goes first."""
LEVEL: Final = 6
AT_ONCE_BYTES: Final = 32 << 10
"""What is longer is compressed in a thread: 32 KB of JSON take about a millisecond."""


class Compressed:
    """Compressed bodies by the digest of the plain one, which says all about it: none is ever out of date."""

    def __init__(self, bytes_max: int = BYTES_MAX) -> None:
        self._bytes_max = bytes_max
        self._kept: OrderedDict[str, bytes] = OrderedDict()
        self._bytes = 0

    async def of(self, digest: str, body: bytes) -> bytes:
        """The body, gzipped."""
        known = self._kept.get(digest)
        if known is not None:
            self._kept.move_to_end(digest)
            return known
        if len(body) <= AT_ONCE_BYTES:
            packed = _packed(body)
        else:
            packed = await asyncio.to_thread(_packed, body)
        self._keep(digest, packed)
        return packed

    def _keep(self, digest: str, packed: bytes) -> None:
        if digest in self._kept or len(packed) > self._bytes_max:
            return
        self._kept[digest] = packed
        self._bytes += len(packed)
        while self._bytes > self._bytes_max:
            self._bytes -= len(self._kept.popitem(last=False)[1])


def _packed(body: bytes) -> bytes:
    # Without the time, so that the same answer is the same bytes in every process: its ETag is strong.
    return gzip.compress(body, LEVEL, mtime=0)
