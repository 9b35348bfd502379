"""The name of one request, in its answer and in every log line about it."""

from __future__ import annotations

import itertools
import re
import secrets
from typing import Final

from aiohttp import web

HEADER: Final = "X-Request-Id"
REQUEST_ID: Final = web.RequestKey("REQUEST_ID", str)
"""Where the edge keeps it: `request[REQUEST_ID]`."""

# What may go into a header and a log line as it is; anything else is replaced, not repaired.
_USABLE: Final = re.compile(r"[A-Za-z0-9._:-]{1,64}\Z")
# A random start names the process, the counter the request: unique without asking for randomness each time.
_PROCESS: Final = secrets.token_hex(4)
_numbers = itertools.count(1)


def request_id_of(request: web.BaseRequest) -> str:
    """The sender's X-Request-Id if it is usable, else a new one."""
    return usable_id(request.headers.get(HEADER))


def usable_id(given: str | None) -> str:
    """What a sender gave as X-Request-Id if it is usable, else a new one."""
    if given is not None and _USABLE.match(given):
        return given
    return f"{_PROCESS}-{next(_numbers):x}"
