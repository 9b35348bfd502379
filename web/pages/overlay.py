"""The overlay: a scoreboard and a kill feed to lay over a stream's picture, moved by the event streams of the API.

A page for a capture program (OBS: source "Browser"), transparent where nothing is. Query parameters set its size, theme and
parts; everything that players named themselves is put in as text by `scripts/overlay.js`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from urllib.parse import quote

from aiohttp import web

from schema.match_ids import match_uuid_of_path
from web.endpoints import Endpoints
from web.errors import not_found
from web.pages.rendering import ANYBODY, Page, render
from web.parameters import choice, number, part, text
from web.stats.parameters import API
from web.world import WORLD

MATCH: Final = part("id", "The match's UUID, or the id its server gave it")
SERVER: Final = part("id", "The server's id: the overlay follows it from match to match")
SIZE: Final = choice("size", "How large everything is", ("s", "m", "l", "xl"), default="m")
THEME: Final = choice("theme", "Light figures on dark, or dark on light", ("dark", "light"), default="dark")
PARTS: Final = text(
    "parts", "What is shown: score, board, feed, with commas between", default="score,board,feed"
)
ROWS: Final = number("rows", "Players shown of each team, or of all", default=8, least=1, most=32)
SECONDS: Final = number("seconds", "How long a kill stays in the feed", default=12, least=2, most=600)
BACKGROUND: Final = choice(
    "background", "What is behind the figures: a panel, or nothing", ("panel", "none"), default="panel"
)
LOOK: Final = (SIZE, THEME, PARTS, ROWS, SECONDS, BACKGROUND)

KNOWN_PARTS: Final = ("score", "board", "feed")

endpoints = Endpoints("pages")


@dataclass(frozen=True, kw_only=True)
class Overlay:
    """What the page is made with; `stream` is the path of the event stream that moves it."""

    stream: str
    size: str
    theme: str
    parts: tuple[str, ...]
    rows: int
    seconds: int
    background: str


@endpoints.page("/overlay/match/{id}", parameters=[MATCH, *LOOK])
async def get_match_overlay(request: web.Request) -> web.Response:
    """One match over a picture."""
    match_id = match_uuid_of_path(MATCH.of(request))
    return _overlay(request, f"{API}/live/matches/{match_id}/events")


@endpoints.page("/overlay/server/{id}", parameters=[SERVER, *LOOK])
async def get_server_overlay(request: web.Request) -> web.Response:
    """Whatever a server plays, over a picture."""
    server_id = SERVER.of(request)
    if server_id not in request.app[WORLD].keys.server_names():
        raise not_found("Server not found")
    return _overlay(request, f"{API}/live/servers/{quote(server_id, safe='')}/events")


def _overlay(request: web.Request, stream: str) -> web.Response:
    wanted = {name.strip().lower() for name in PARTS.of(request).split(",")}
    view = Overlay(
        stream=stream,
        size=SIZE.of(request),
        theme=THEME.of(request),
        parts=tuple(name for name in KNOWN_PARTS if name in wanted) or KNOWN_PARTS,
        rows=ROWS.of(request),
        seconds=SECONDS.of(request),
        background=BACKGROUND.of(request),
    )
    page = Page(title="Overlay", robots="noindex")
    return render(request, "overlay.html", page, view, framed_by=ANYBODY)
