"""Errors as pages, for a browser that asked for one: what is wrong, and what the reader can do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from aiohttp import hdrs, web

from web.errors import HttpError
from web.pages import embeds
from web.pages.rendering import Page, render

HEADLINES: Final = {
    400: "That address cannot be read",
    404: "Nothing at this position",
    405: "That cannot be done here",
    429: "Too many requests",
    503: "The figures are away",
}
HEADLINE: Final = "Something broke"

ADVICE: Final = {
    404: "It may have been spelt differently, or nobody has played that yet.",
    429: "Wait a moment, then load the page again.",
    503: "A store is restarting or cannot be reached. Nothing that servers report is lost meanwhile; "
    "this page tries again by itself.",
}
RELOAD_S_MIN: Final = 5


@dataclass(frozen=True, kw_only=True)
class Failure:
    """What the error page shows."""

    status: int
    headline: str
    text: str
    advice: str
    request_id: str
    """Empty where the reader's own address is what is wrong."""


def wants_page(request: web.BaseRequest) -> bool:
    """Whether whoever asks reads HTML: a browser, and not on the way to the API."""
    if request.method not in {hdrs.METH_GET, hdrs.METH_HEAD} or request.path.startswith(
        ("/api/", "/static/")
    ):
        return False
    return "text/html" in request.headers.get(hdrs.ACCEPT, "")


def failure_page(request: web.Request, error: HttpError, request_id: str) -> web.Response:
    """The error as a page, with the status and the headers that its JSON would have."""
    headers = dict(error.headers)
    if error.retry_after_s is not None:
        headers[hdrs.RETRY_AFTER] = str(error.retry_after_s)
        # Without script too: the page of a store that is away comes back when it does.
        headers["Refresh"] = str(max(RELOAD_S_MIN, error.retry_after_s))
    view = Failure(
        status=error.status,
        headline=HEADLINES.get(error.status, HEADLINE),
        text=error.text,
        advice=ADVICE.get(error.status, "Try it again; if it stays, tell who runs this site."),
        request_id=request_id if error.status >= 500 else "",
    )
    page = Page(title=view.headline, robots="noindex")
    response = render(
        request,
        "failure.html",
        page,
        view,
        status=error.status,
        headers=headers,
        place=embeds.failed(request),
    )
    if error.close:
        response.force_close()
    return response
