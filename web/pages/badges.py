"""Pictures of a player for elsewhere: a badge for forum signatures and the image that links to his page show."""

from __future__ import annotations

import asyncio
from typing import Final

import resvg_py
from aiohttp import hdrs, web
from msgspec import Struct

from query import players
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
KEPT: Final = "public, max-age=300"
# A picture is shown inside pages of others: nothing in it may run or load.
POLICY: Final = "default-src 'none'; style-src 'none'; sandbox"

PICTURE: Final = part("picture", "badge or share")
FORMAT: Final = part("format", "svg or png")

endpoints = Endpoints("pages")


class Pictured(Struct, frozen=True, kw_only=True):
    """What a picture says of a player."""

    name: str
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
            name=short_name(stats.name, NAME_SHOWN[picture]), kills=whole(stats.kills), deaths=whole(stats.deaths),
            kd=fixed(stats.kd_ratio), accuracy=share(stats.accuracy),
        )  # fmt: skip

    shown = await cached(request, "leaderboard", f"picture/{picture}/{asked}", Pictured, produce)
    svg = draw(f"{picture}.svg", shown)
    headers = {hdrs.CACHE_CONTROL: KEPT, "Content-Security-Policy": POLICY}
    if FORMAT.of(request) == "svg":
        return web.Response(body=svg.encode(), content_type="image/svg+xml", charset="utf-8", headers=headers)
    # Drawing takes milliseconds of CPU: not on the loop that answers everyone.
    png = await asyncio.to_thread(resvg_py.svg_to_bytes, svg_string=svg)
    return web.Response(body=bytes(png), content_type="image/png", headers=headers)


def short_name(name: str, most: int) -> str:
    """A name as one line of XML: without characters that XML forbids, shortened with an ellipsis."""
    line = "".join(letter if letter.isprintable() else "\ufffd" for letter in name)
    return line if len(line) <= most else line[: most - 1] + "…"
