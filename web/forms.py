"""Forms of an answer besides JSON: chosen by a suffix of the path, by `format=`, or by Accept, in this order."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Final

from aiohttp import hdrs, web

from web.parameters import Parameter, choice

JSON: Final = "application/json"
CSV: Final = "text/csv"
PARQUET: Final = "application/vnd.apache.parquet"

LIST_FORMS: Final[Mapping[str, str]] = MappingProxyType({"json": JSON, "csv": CSV, "parquet": PARQUET})
"""Forms of a list by their suffix -> media type."""

_Q: Final = re.compile(r"[01](\.[0-9]{0,3})?")

SUFFIX: Final = ".{form:csv|parquet}"
"""What the router appends to the paths of lists."""

FORMAT: Final[Parameter[str]] = choice(
    "format", "The form of the answer: its list as CSV or Parquet. The path with `.csv` or `.parquet` behind it and Accept choose too",
    tuple(LIST_FORMS), default="", strict=True,
)  # fmt: skip


def list_form(request: web.Request) -> str:
    """The form that is asked for, one of LIST_FORMS. Raises HttpError 400 for a `format` that nobody knows."""
    return request.match_info.get("form") or FORMAT.found(request) or accepted(request, LIST_FORMS) or "json"


def accepted(request: web.Request, forms: Mapping[str, str]) -> str:
    """The form that Accept likes best (`q`), of equal ones the first, as its key; empty when it names none."""
    by_media = {media: form for form, media in forms.items()}
    liked: dict[str, float] = {}
    for wanted in request.headers.get(hdrs.ACCEPT, "").split(","):
        media, *said = (part.strip().lower() for part in wanted.split(";"))
        if found := by_media.get(media):
            liked.setdefault(found, _quality(said))
    best = max(liked, key=liked.__getitem__, default="")
    return best if best and liked[best] > 0 else ""


def _quality(said: Sequence[str]) -> float:
    """The `q` among the parameters of a media type; 1 without one that can be read."""
    for name, _, value in (part.partition("=") for part in said):
        if name.strip() == "q" and _Q.fullmatch(value.strip()):
            return float(value)
    return 1.0
