"""Forms of an answer besides JSON: chosen by a suffix of the path, by `format=`, or by Accept, in this order."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from aiohttp import hdrs, web

from web.parameters import Parameter, choice

JSON: Final = "application/json"
CSV: Final = "text/csv"
PARQUET: Final = "application/vnd.apache.parquet"

LIST_FORMS: Final[Mapping[str, str]] = MappingProxyType({"json": JSON, "csv": CSV, "parquet": PARQUET})
"""Forms of a list by their suffix -> media type."""

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
    """The first form that Accept names, as its key; empty when it names none."""
    by_media = {media: form for form, media in forms.items()}
    for wanted in request.headers.get(hdrs.ACCEPT, "").split(","):
        if found := by_media.get(wanted.partition(";")[0].strip().lower()):
            return found
    return ""
