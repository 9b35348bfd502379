"""Secrets that senders put into events (spec/openmohaa.md 1.4): never kept, neither in rows nor in the quarantine."""

from __future__ import annotations

import re
from typing import Final

from ingest.text import decode_form
from ingest.values import compact_json
from schema.fields import FIELDS

SECRET_FIELDS: Final = FIELDS.secrets.fields
REDACTED: Final = "redacted"

_NAMES: Final = "|".join(sorted(SECRET_FIELDS)).encode()
_ANY: Final = re.compile(
    rb"(?i)((?:" + _NAMES + rb')(?:=|"[ \t\r\n]*:[ \t\r\n]*"?))(?:(?<=")(?:[^"\\]++|\\.?)*+|[^&\s",}\]]*)',
    re.DOTALL,
)


def redact_bytes(raw: bytes) -> bytes:
    """Bytes of any form without the values of secret fields, as far as they are spelt plainly."""
    if b"token" not in raw.lower():
        return raw
    return _ANY.sub(rb"\1" + REDACTED.encode(), raw)


def redact_line(raw: bytes) -> bytes:
    """A form line with the values of its secret fields replaced, however their keys are encoded."""
    return b"&".join(_redacted_part(part) for part in raw.split(b"&"))


def _redacted_part(part: bytes) -> bytes:
    key, equals, _ = part.partition(b"=")
    return key + b"=" + REDACTED.encode() if equals and is_secret(decode_form(key)) else part


def redact_object(parsed: dict[str, object]) -> bytes:
    """A JSON object, written anew, with the values of its secret fields replaced."""
    return compact_json(
        {key: REDACTED if is_secret(key) else value for key, value in parsed.items()}
    ).encode()


def is_secret(key: str) -> bool:
    """Whether a field's value must not be kept."""
    return key.lower() in SECRET_FIELDS
