"""What a secret looks like, and how it is kept out of logs and messages."""

from __future__ import annotations

import re
from typing import Any, Final

HIDDEN: Final = "(hidden)"

_SECRET_NAMES: Final = re.compile(r"token|password|secret|authorization|cookie|api_?key", re.IGNORECASE)
_SECRET_TEXTS: Final = re.compile(
    r"(?P<url>://[^:/@\s]*:)[^/\s]*@"  # the password of a URL
    r"|(?P<scheme>\b(?:bearer|basic)\s+)[\w.~+/=-]+"
    r"|(?P<named>\b(?:x-server-token|server_token|token|password)[\"']?\s*[=:]\s*[\"']?)[^\s&\"',}]+"
    r"|\bslk_[\w-]+",
    re.IGNORECASE,
)
_NOT_SECRET: Final = frozenset({"insert_deduplication_token", "token_count"})


def redacted_text(text: str) -> str:
    """`text` without the secrets that can be told by their looks."""
    return _SECRET_TEXTS.sub(_hide, text)


def redacted(name: str, value: Any) -> Any:
    """The value of a log field or setting called `name`, without secrets."""
    if _SECRET_NAMES.search(name) and name not in _NOT_SECRET and not isinstance(value, bool | int | None):
        return HIDDEN
    return _redacted_value(value)


def _redacted_value(value: Any) -> Any:
    if isinstance(value, str):
        return redacted_text(value)
    if isinstance(value, bytes):
        return redacted_text(value.decode("utf-8", "replace"))
    if isinstance(value, dict):
        return {key: redacted(str(key), each) for key, each in value.items()}
    if isinstance(value, list | tuple | set):
        return [_redacted_value(each) for each in value]
    if value is None or isinstance(value, bool | int | float):
        return value
    return redacted_text(str(value))


def _hide(found: re.Match[str]) -> str:
    if found["url"] is not None:
        return f"{found['url']}{HIDDEN}@"
    return f"{found['scheme'] or found['named'] or ''}{HIDDEN}"
