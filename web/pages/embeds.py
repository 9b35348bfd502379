"""Parts of pages on other sites: `/embed/<page>` shows one part in a frame, `/share/<page>` the lines that put it there.

Any section of a page is a part: a block `part_<name>` of its template, where `name` is the id of the section's heading. The
page's own handler answers all three addresses, `web.pages.rendering.render` sees which one was asked.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Final, Literal, NamedTuple

from aiohttp import web

from web.errors import not_found
from web.pages.addresses import query_string
from web.parameters import choice, text

PART: Final = text("part", "Which part of the page to show", most=40)
THEME: Final = choice(
    "theme", "Colours: those of the reader's system, or always one", ("auto", "dark", "light"), default="auto"
)
SIZE: Final = choice("size", "How large everything is", ("s", "m", "l"), default="m")
LOOK: Final = (PART, THEME, SIZE)
"""What an embeddable page declares besides its own parameters."""

THEMES: Final = (("auto", "The reader's"), ("dark", "Dark"), ("light", "Light"))
SIZES: Final = (("s", "Small"), ("m", "Medium"), ("l", "Large"))

Mode = Literal["page", "embed", "share"]
FRONT: Final = "/front"
"""The front page's name below /embed and /share."""
_BLOCK: Final = "part_"
_TITLES: Final = {
    "now": "On now", "hours": "Peak hours", "body": "Where it lands", "where": "Where they fell", "feed": "Kill feed",
    "heat": "Heat map", "matrix": "Who killed whom", "course": "How it went", "standing": "Against everyone",
    "strengths": "Stands out", "performance": "Match by match", "classes": "Weapon classes", "opponents": "Nemeses and victims",
    "usage": "Use over time", "distance": "From how far", "users": "Best with it", "leaders": "Leading this week",
    "newest": "Newest matches", "records": "Records of the week", "card": "Card with the totals", "today": "Last 24 hours", "figures": "Figure by figure",
}  # fmt: skip


def everywhere(path: str) -> tuple[str, str, str]:
    """The three addresses of a page that can be embedded."""
    below = FRONT if path == "/" else path
    return path, f"/embed{below}", f"/share{below}"


def is_embedded(request: web.Request) -> bool:
    """Whether a part is asked for, to be shown in a frame."""
    return _mode(request)[0] == "embed"


def block(part: str) -> str:
    """The block of a template that holds a part."""
    return _BLOCK + part


def parts_of(blocks: Mapping[str, object]) -> tuple[str, ...]:
    """The parts that a template has, in its order."""
    return tuple(name.removeprefix(_BLOCK) for name in blocks if name.startswith(_BLOCK))


def part_title(part: str) -> str:
    """What a part is called where one is chosen."""
    return _TITLES.get(part, part.capitalize())


class Options(NamedTuple):
    """How an embedded part looks."""

    part: str
    theme: str
    size: str


_PLAIN: Final = Options("", THEME.default, SIZE.default)
FAILURE: Final = "failure"
"""The part of the page of an error."""


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where on the site a page is, however it was asked for."""

    mode: Mode
    path: str
    """Of the page itself, also when a part of it is embedded or shared."""
    query: Mapping[str, str]
    """Its own parameters, without those of the look."""
    options: Options

    @property
    def page(self) -> str:
        """The page's address."""
        return self.path + query_string(self.query)

    @property
    def own(self) -> str:
        """The address that was asked for."""
        return self._address("" if self.mode == "page" else f"/{self.mode}", self.options)

    def share(self, part: str = "") -> str:
        """The page that says how to embed a part."""
        return self._address("/share", self.options._replace(part=part))

    @property
    def embed(self) -> str:
        """The address of the embedded part."""
        return self._address("/embed", self.options)

    def _address(self, prefix: str, options: Options) -> str:
        look = {
            "part": options.part,
            "theme": "" if options.theme == THEME.default else options.theme,
            "size": "" if options.size == SIZE.default else options.size,
        }
        path = FRONT if self.path == "/" and prefix else self.path
        return prefix + path + query_string({**self.query, **(look if prefix else {})})


def placed(request: web.Request, parts: Sequence[str]) -> Place:
    """The place that a request asks for: a page, or one of its `parts`, the first where none is named.

    Raises HttpError 404 for a part that the page does not have.
    """
    mode, path = _mode(request)
    if mode == "page":
        options = _PLAIN
    else:
        part = PART.of(request) or (parts[0] if parts else "")
        if part not in parts:
            raise not_found(f"This page has no such part; it has {', '.join(parts)}")
        options = Options(part, THEME.of(request), SIZE.of(request))
    names = {one.name for one in LOOK}
    query = {name: value for name, value in request.query.items() if name not in names}
    return Place(mode=mode, path=path, query=query, options=options)


def failed(request: web.Request) -> Place:
    """Where an error is shown: as small as the part that was asked for, else as a page. Looks at no parameter."""
    mode, path = _mode(request)
    mode = "embed" if mode == "embed" else "page"
    return Place(mode=mode, path=path, query={}, options=_PLAIN._replace(part=FAILURE))


class Line(NamedTuple):
    """Something to copy."""

    name: str
    label: str
    note: str
    text: str


@dataclass(frozen=True, kw_only=True)
class Shared:
    """What the page of the lines shows; `title` is that of the page whose parts they embed."""

    title: str
    parts: list[tuple[str, str]]
    part_title: str
    lines: list[Line]


def shared(here: Place, parts: Sequence[str], origin: str, title: str, *, has_badge: bool) -> Shared:
    """The lines for a place, with addresses that begin with `origin`."""
    part, theme, size = here.options
    of_page = title or "Front page"
    name = f"{part_title(part)}, {of_page}"
    lines = [
        Line(
            "script", "Script: fits its height by itself", "Where the forum or page allows scripts.",
            f'<script async src="{escape(origin)}/embed.js" data-page="{escape(here.page)}" data-part="{part}" '
            f'data-theme="{theme}" data-size="{size}" data-title="{escape(name)}"></script>',
        ),
        Line(
            "frame", "Frame: a height of your choice", "Where scripts are not allowed.",
            f'<iframe src="{escape(origin + here.embed)}" title="{escape(name)}" width="100%" height="480" '
            'loading="lazy"></iframe>',
        ),
        Line("link", "Link", "To the page itself, with its picture where links are shown with one.", origin + here.page),
    ]  # fmt: skip
    if has_badge:
        badge = f"[url={origin}{here.page}][img]{origin}{here.path}/badge.png[/img][/url]"
        lines.append(Line("badge", "Signature: BBCode", "The badge with the player's figures.", badge))
    named = [(one, part_title(one)) for one in parts]
    return Shared(title=of_page, parts=named, part_title=part_title(part), lines=lines)


def _mode(request: web.Request) -> tuple[Mode, str]:
    """By the route and not by the path: whatever follows is a part of the page's own path, quoted as it came."""
    raw = request.rel_url.raw_path
    for mode in ("embed", "share"):
        if raw.startswith(f"/{mode}/"):
            below = raw.removeprefix(f"/{mode}")
            return mode, "/" if below == FRONT else below
    return "page", raw
