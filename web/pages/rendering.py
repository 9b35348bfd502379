"""From a template and typed view data to an HTML answer.

Everything put into a template is escaped; no template marks strangers' text as safe. The policy forbids inline styles,
scripts and handlers, so that markup that got through would still do nothing.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import jinja2
import xxhash
from aiohttp import hdrs, web

from web.assets import ASSETS
from web.pages import addresses, embeds, words
from web.responses import compress_if_wanted
from web.world import WORLD

TEMPLATES: Final = Path(__file__).parents[1] / "templates"

POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; frame-src {frames}; form-action 'self'; base-uri 'none'; frame-ancestors {ancestors}"
)
NOBODY: Final = "'none'"
ANYBODY: Final = "*"
ITSELF: Final = "'self'"


@dataclass(frozen=True, kw_only=True)
class Page:
    """What the frame around a page needs to know of it."""

    title: str
    """Of the browser's tab, before the site's name; empty on the front page."""
    section: str = ""
    """The address of the entry of the navigation that it belongs to."""
    description: str = ""
    has_charts: bool = False
    """Whether the chart library should be on its way early."""
    share_image: str = ""
    """Path of the picture that links to this page show elsewhere."""
    has_badge: bool = False
    """Whether there is a badge of it for forum signatures."""
    robots: str = ""
    """`noindex` for what search engines should not list."""
    stream: str = ""
    """Path of the event stream that moves the page while it is looked at; empty where nothing moves."""


NAVIGATION: Final = (
    (addresses.HOME, "Front"),
    (addresses.LEADERBOARDS, "Leaderboards"),
    (addresses.MATCHES, "Matches"),
    (addresses.MAPS, "Maps"),
    (addresses.WEAPONS, "Weapons"),
    (addresses.SERVERS, "Servers"),
)


def render(
    request: web.Request,
    template: str,
    page: Page,
    view: object = None,
    *,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
    framed_by: str = NOBODY,
    place: embeds.Place | None = None,
) -> web.Response:
    """The page as an answer: `page` and `view` are what the template may ask for.

    Asked for below /embed it is one part of the page, for frames of any site; below /share the lines that embed one.
    `framed_by` is the source list of who else may show it in a frame, `place` another one than the address says. A reader who has the same page already gets 304.
    Raises HttpError 404 for a part that the page does not have.
    """
    source = _environment().get_template(template)
    parts, frames = embeds.parts_of(source.blocks), NOBODY
    here = place or embeds.placed(request, parts)
    origin = request.app[WORLD].settings.public_url.rstrip("/") or str(request.url.origin())
    if here.mode == "embed":
        framed_by = ANYBODY
    elif here.mode == "share":
        source, frames = _environment().get_template("share.html"), ITSELF
        view = embeds.shared(here, parts, origin, page.title, has_badge=page.has_badge)
        page = replace(page, title=f"Share {page.title}".strip(), robots="noindex", has_charts=False)
    html = source.render(
        page=page,
        view=view,
        here=here,
        embeddable=parts,
        layout="embed.html" if here.mode == "embed" else "frame.html",
        origin=origin,
        assets=request.app[ASSETS],
        version=request.app[WORLD].version,
    )
    policy = POLICY.format(ancestors=framed_by, frames=frames)
    return _html_response(request, html.encode("utf-8", "replace"), status, headers or {}, policy)


def draw(template: str, view: object) -> str:
    """A picture's SVG, everything put into it escaped."""
    return _environment().get_template(template).render(view=view)


def _html_response(
    request: web.Request, body: bytes, status: int, headers: Mapping[str, str], policy: str
) -> web.Response:
    tag = f'W/"{xxhash.xxh3_64_hexdigest(body)}"'
    own = {
        # Fresh figures each time; what did not change is not sent again.
        hdrs.CACHE_CONTROL: "no-cache",
        "Content-Security-Policy": policy,
        **headers,
    }
    if not policy.endswith(NOBODY):
        # The older header knows no list, and browsers that know the policy ignore it: an unknown word allows.
        own["X-Frame-Options"] = "ALLOWALL"
    if status == 200:
        own[hdrs.ETAG] = tag
        if tag in request.headers.get(hdrs.IF_NONE_MATCH, ""):
            return web.Response(status=304, headers=own)
    response = web.Response(body=body, status=status, headers=own, content_type="text/html", charset="utf-8")
    compress_if_wanted(request, response, len(body))
    return response


@functools.lru_cache(maxsize=1)
def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        # Templates come with the installed package and do not change while it runs.
        auto_reload=False,
    )
    environment.filters.update(words.FILTERS)
    environment.policies["json.dumps_kwargs"] = {"sort_keys": False, "ensure_ascii": False}
    environment.globals.update(_globals())
    return environment


def _globals() -> dict[str, Any]:
    return {
        "urls": addresses,
        "navigation": NAVIGATION,
        "is_long": words.is_long,
        "embeds": embeds,
    }
