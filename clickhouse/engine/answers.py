"""The words of an answer: headers, content types, errors with a status and errors after it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Final

from aiohttp import web

from clickhouse.engine.codecs import FRAMED, packer
from clickhouse.engine.faults import EngineFault
from clickhouse.engine.results import Counts

_CONTENT_TYPES: Final = {"json": "application/json; charset=UTF-8", "csv": "text/csv; charset=UTF-8"}
_FRAMED_STATUSES: Final = (400, 404, 500)
"""Where the Java driver expects a packed error; the others it reads as they are."""
_BINARY: Final = ("native", "rowbinary", "arrow", "parquet", "orc", "avro", "msgpack", "protobuf", "bson")


def fault_answer(fault: EngineFault, head: Mapping[str, str], *, is_framed: bool = False) -> web.Response:
    """An error that comes instead of an answer. Asked for with `compress=1`, ClickHouse packs most of these too."""
    headers = {**head, "X-ClickHouse-Exception-Code": str(fault.code)}
    if fault.status == 503:
        headers["Retry-After"] = "1"
    if is_framed and fault.status in _FRAMED_STATUSES:
        return web.Response(
            status=fault.status, body=packer(FRAMED).pack(fault.text.encode()), headers=headers
        )
    return web.Response(status=fault.status, text=fault.text, headers=headers)


def in_band(fault: EngineFault, tag: str) -> bytes:
    """An error after the answer began, in the form ClickHouse has since 25.11."""
    message = fault.text.encode()
    return b"\r\n__exception__\r\n%b\r\n%b%d %b\r\n__exception__\r\n" % (
        tag.encode(),
        message,
        len(message),
        tag.encode(),
    )


def summary(counts: Counts) -> str:
    """`X-ClickHouse-Summary`."""
    return json.dumps(
        {
            "read_rows": str(counts.read_rows),
            "read_bytes": str(counts.read_bytes),
            "written_rows": str(counts.written_rows),
            "written_bytes": str(counts.written_bytes),
            "total_rows_to_read": "0",
            "result_rows": str(counts.result_rows),
            "result_bytes": str(counts.result_bytes),
            "elapsed_ns": str(int(counts.elapsed_s * 1e9)),
        }
    )


def content_type(name: str) -> str:
    """The content type of a format."""
    lowered = name.lower()
    if lowered.startswith(_BINARY):
        return "application/octet-stream"
    if lowered.startswith(("tabseparated", "tsv", "tskv")):
        return "text/tab-separated-values; charset=UTF-8"
    found = (kind for prefix, kind in _CONTENT_TYPES.items() if lowered.startswith(prefix))
    return next(found, "text/plain; charset=UTF-8")
