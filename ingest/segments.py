r"""The format of a spool segment: a header and checksummed records, one record a report.

    segment = b"statline spool 1\n", then records
    record  = magic "SLR1" | payload bytes u32 | events u32 | received at, Unix ms u64
              | crc32 of the payload u32 | crc32 of the header so far u32 | payload
    payload = server id (u8 length) | idempotency key (u16 length) | body as received

All integers are little-endian. The header has a checksum of its own, so that a flipped bit in a body costs
that report and not the ones behind it.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from typing import Final, NamedTuple

PREAMBLE: Final = b"statline spool 1\n"
MAGIC: Final = b"SLR1"
_HEADER: Final = struct.Struct("<4sIIQI")
_CHECK: Final = struct.Struct("<I")
_WHOLE_HEADER: Final = struct.Struct("<4sIIQII")
HEADER_BYTES: Final = _HEADER.size + _CHECK.size
CHECKSUM_DIFFERS: Final = "checksum of the report differs"


class Record(NamedTuple):
    """One accepted report as it lies in the spool. `offset` is its place in the segment, bytes."""

    server_id: str
    received_ms: int
    events: int
    idempotency_key: str
    body: bytes
    offset: int


class Damage(NamedTuple):
    """A stretch of a segment that fails its checksum. `events` is 0 when the header is gone too."""

    offset: int
    events: int
    data: bytes
    reason: str


def encode_record(server_id: str, received_ms: int, events: int, idempotency_key: str, body: bytes) -> bytes:
    """The bytes of one record. `server_id` and `idempotency_key` are at most 255 bytes of UTF-8."""
    server = server_id.encode()
    key = idempotency_key.encode()
    payload = b"".join((bytes((len(server),)), server, len(key).to_bytes(2, "little"), key, body))
    head = _HEADER.pack(MAGIC, len(payload), events, received_ms, zlib.crc32(payload))
    return b"".join((head, _CHECK.pack(zlib.crc32(head)), payload))


def read_records(data: bytes) -> Iterator[Record | Damage]:
    """Every record of a segment in order; what fails its checksum comes as Damage, the rest is still found."""
    offset = len(PREAMBLE) if data.startswith(PREAMBLE) else 0
    while offset < len(data):
        if record := _read_intact(data, offset):
            yield record
            offset += HEADER_BYTES + int.from_bytes(data[offset + 4 : offset + 8], "little")
            continue
        header = _read_header(data, offset)
        if header is None:
            # The first record begins behind the preamble, whatever became of that.
            end = len(PREAMBLE) if offset < len(PREAMBLE) else _next_header(data, offset + 1)
            yield Damage(offset, 0, data[offset:end], "no valid record header")
            offset = end
            continue
        payload_bytes, events, received_ms, crc = header
        start = offset + HEADER_BYTES
        payload = data[start : start + payload_bytes]
        if len(payload) < payload_bytes:
            yield Damage(offset, events, data[offset:], "record cut short")
            return
        if zlib.crc32(payload) != crc:
            yield Damage(offset, events, data[offset : start + payload_bytes], CHECKSUM_DIFFERS)
        else:
            yield _decode_payload(payload, received_ms, events, offset)
        offset = start + payload_bytes


def _read_intact(data: bytes, offset: int) -> Record | None:
    """The record at `offset` in one go, as nearly all are; None where a closer look is needed."""
    start = offset + HEADER_BYTES
    if start > len(data):
        return None
    magic, payload_bytes, events, received_ms, crc, check = _WHOLE_HEADER.unpack_from(data, offset)
    if magic != MAGIC or zlib.crc32(data[offset : start - _CHECK.size]) != check:
        return None
    payload = data[start : start + payload_bytes]
    if len(payload) != payload_bytes or zlib.crc32(payload) != crc:
        return None
    return _decode_payload(payload, received_ms, events, offset)


class RecordHead(NamedTuple):
    """Whose record it is and how many events it holds, read without its body."""

    server_id: str
    events: int


def read_record_head(data: bytes) -> RecordHead | None:
    """From the first bytes of a record (header and 256 more are enough); None if no record begins there."""
    header = _read_header(data, 0)
    server = data[HEADER_BYTES:]
    if header is None or not server or len(server) < 1 + server[0]:
        return None
    return RecordHead(server[1 : 1 + server[0]].decode("utf-8", "replace"), header[1])


START_BYTES: Final = len(PREAMBLE) + HEADER_BYTES
"""Of a segment: as much as `began_ms` needs."""


def began_ms(start: bytes) -> int:
    """When the first report of a segment arrived, Unix ms, from its START_BYTES; 0 if they are damaged."""
    header = _read_header(start, len(PREAMBLE))
    return header[2] if header else 0


def intact_bytes(data: bytes) -> tuple[int, int]:
    """Length to keep of an open segment after a crash, and the events in it.

    A torn end is the trace of a report that was never acknowledged: it is cut off. A whole record whose
    checksum differs may have been acknowledged: it stays, for the writer to quarantine with its place.
    """
    end, events = min(len(PREAMBLE), len(data)), 0
    for item in read_records(data):
        if isinstance(item, Record):
            events += item.events
            end = item.offset + _record_bytes(data, item.offset)
        elif item.reason == CHECKSUM_DIFFERS:
            events += item.events
            end = item.offset + len(item.data)
    return end, events


def _record_bytes(data: bytes, offset: int) -> int:
    return HEADER_BYTES + int.from_bytes(data[offset + 4 : offset + 8], "little")


def _read_header(data: bytes, offset: int) -> tuple[int, int, int, int] | None:
    head = data[offset : offset + _HEADER.size]
    check = data[offset + _HEADER.size : offset + HEADER_BYTES]
    if len(check) < _CHECK.size or not head.startswith(MAGIC):
        return None
    if zlib.crc32(head) != int.from_bytes(check, "little"):
        return None
    _, payload_bytes, events, received_ms, crc = _HEADER.unpack(head)
    return payload_bytes, events, received_ms, crc


def _next_header(data: bytes, offset: int) -> int:
    """Where the next valid header begins, or the end: a body that merely contains the magic does not count."""
    while (found := data.find(MAGIC, offset)) >= 0:
        if _read_header(data, found) is not None:
            return found
        offset = found + 1
    return len(data)


def _decode_payload(payload: bytes, received_ms: int, events: int, offset: int) -> Record:
    server_end = 1 + payload[0]
    key_start = server_end + 2
    key_end = key_start + int.from_bytes(payload[server_end:key_start], "little")
    server_id = payload[1:server_end].decode()
    key = payload[key_start:key_end].decode() if key_end > key_start else ""
    return Record(server_id, received_ms, events, key, payload[key_end:], offset)
