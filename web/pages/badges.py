"""Pictures of a player for elsewhere: a badge for forum signatures and the image that links to his page show."""

from __future__ import annotations

import asyncio
import functools
from typing import Final

import resvg_py
from aiohttp import hdrs, web
from msgspec import Struct

from query import players
from web.assets import DIST
from web.endpoints import Endpoints
from web.errors import not_found
from web.pages.cached import cached
from web.pages.rendering import draw
from web.pages.words import fixed, share, whole
from web.parameters import part
from web.stats.parameters import GUID, server_names
from web.world import WORLD

NAME_SHOWN: Final = {"badge": 26, "share": 24}
"""Characters of a name that have room."""
FAMILY: Final = "Barlow Semi Condensed"
# A letter that the family does not have is looked for in all others, but not where letters are joined or marked.
FAMILIES: Final = (("\u0590", "\u05ff", "Noto Sans Hebrew"), ("\u0600", "\u06ff", "Noto Sans Arabic"))
"""First and last letter of a script, and the family that draws names in it."""
KEPT: Final = "public, max-age=300"
# A picture is shown inside pages of others: nothing in it may run or load.
POLICY: Final = "default-src 'none'; style-src 'none'; sandbox"

PICTURE: Final = part("picture", "badge or share")
FORMAT: Final = part("format", "svg or png")

endpoints = Endpoints("pages")


class Pictured(Struct, frozen=True, kw_only=True):
    """What a picture says of a player."""

    name: str
    family: str
    """Of the name's letters."""
    kills: str
    deaths: str
    kd: str
    accuracy: str


@endpoints.page("/player/{guid}/{picture:badge|share}.{format:svg|png}", parameters=[GUID, PICTURE, FORMAT])
async def get_picture(request: web.Request) -> web.Response:
    """A player as a picture, SVG or PNG."""
    world, asked, picture = request.app[WORLD], GUID.of(request), PICTURE.of(request)

    async def produce() -> Pictured:
        guid = await players.player_guid(world.clickhouse, asked)
        stats = (await players.player_page(world.clickhouse, guid, server_names(world))).player
        if stats.first_seen is None:
            raise not_found("No such player was ever seen")
        return Pictured(
            name=short_name(stats.name, NAME_SHOWN[picture]), family=family_of(stats.name), kills=whole(stats.kills), deaths=whole(stats.deaths),
            kd=fixed(stats.kd_ratio), accuracy=share(stats.accuracy),
        )  # fmt: skip

    shown = await cached(request, "leaderboard", f"picture/{picture}/{asked}", Pictured, produce)
    svg = draw(f"{picture}.svg", shown)
    headers = {hdrs.CACHE_CONTROL: KEPT, "Content-Security-Policy": POLICY}
    if FORMAT.of(request) == "svg":
        return web.Response(body=svg.encode(), content_type="image/svg+xml", charset="utf-8", headers=headers)
    # Drawing takes milliseconds of CPU: not on the loop that answers everyone.
    return web.Response(body=await asyncio.to_thread(png, svg), content_type="image/png", headers=headers)


def png(svg: str) -> bytes:
    """The picture as PNG, with the fonts that came with the build: the same on every machine, whatever it has installed.

    Letters that none of them holds (Chinese, emoji) are boxes. Without a build the machine's own fonts are used.
    """
    fonts = _fonts()
    drawn = resvg_py.svg_to_bytes(
        svg_string=svg, font_files=fonts or None, skip_system_fonts=bool(fonts), sans_serif_family=FAMILY
    )
    return bytes(drawn)


@functools.lru_cache(maxsize=1)
def _fonts() -> list[str]:
    return [str(path) for path in sorted((DIST / "pictures").glob("*.ttf"))]


def family_of(name: str) -> str:
    """The font family for a name: that of the first script in it which needs one of its own."""
    for letter in name:
        for first, last, family in FAMILIES:
            if first <= letter <= last:
                return family
    return FAMILY


def short_name(name: str, most: int) -> str:
    """A name as one line of XML: without characters that XML forbids, shortened with an ellipsis."""
    line = "".join(letter if letter.isprintable() else "\ufffd" for letter in name)
    return line if len(line) <= most else line[: most - 1] + "…"
