"""Errors of the engine as ClickHouse's HTTP interface tells them: code, text, HTTP status."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

# ClickHouse, src/Server/HTTP/exceptionCodeToHTTPStatus.cpp; 202, 236 and 745 are ours: an overload is told as one.
_CODES: Final[Mapping[int, tuple[int, ...]]] = MappingProxyType(
    {
        401: (194,),
        403: (192, 193, 497, 512, 516),
        400: (
            *(6, 8, 15, 25, 26, 27, 36, 37, 38, 41, 44, 53, 62, 72, 117, 123, 167, 168),
            *(223, 321, 376, 427, 441, 675, 676),
        ),
        404: (46, 47, 50, 56, 60, 63, 73, 78, 81, 115, 152, 336, 511),
        408: (159,),
        411: (381,),
        413: (229, 307),
        415: (779,),
        501: (48,),
        503: (76, 202, 209, 236, 439, 745),
    }
)
_STATUS: Final[Mapping[int, int]] = MappingProxyType(
    {code: status for status, codes in _CODES.items() for code in codes}
)
_CODE: Final = re.compile(r"Code: (\d+)\. ")
UNKNOWN_EXCEPTION: Final = 1002


class EngineFault(Exception):
    """A request that fails: `code` as in ClickHouse's ErrorCodes, `message` as ClickHouse words it."""

    def __init__(self, code: int, name: str, message: str) -> None:
        super().__init__(f"Code: {code}. DB::Exception: {message} ({name})")
        self.code = code

    @property
    def text(self) -> str:
        """The body of the answer."""
        return f"{self}\n"

    @property
    def status(self) -> int:
        """The HTTP status that ClickHouse gives this code."""
        return _STATUS.get(self.code, 500)


class StatementFault(EngineFault):
    """What chdb raised while it ran a statement: its own words, its code read from them."""

    def __init__(self, error: BaseException) -> None:
        text = str(error)
        found = _CODE.search(text)
        Exception.__init__(self, text[found.start() :] if found else text)
        self.code = int(found.group(1)) if found else UNKNOWN_EXCEPTION
