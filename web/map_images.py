"""Pictures of maps that the operator put into a folder, shown under heat maps; and the address that serves them.

`<map>.png`, `.jpg` or `.webp` (`dm/mohdm6` is `dm/mohdm6.png` or `mohdm6.png`), and beside it, if somebody measured, a
`<map>.json` that says which game units its borders are. Files are looked up when they are needed: none has to be announced.
"""

from __future__ import annotations

import asyncio
import re
from pathlib import Path
from typing import Final, NamedTuple

import msgspec
import structlog
from aiohttp import hdrs, web

from web.endpoints import Endpoints
from web.errors import not_found
from web.pages.addresses import map_image
from web.stats.parameters import MAP

BYTES_MAX: Final = 8 * 1024 * 1024
BOUNDS_BYTES_MAX: Final = 4096
KEPT: Final = "public, max-age=86400"
POLICY: Final = "default-src 'none'; sandbox"

# A map's name comes from whoever reports: only names that are no path out of the folder are looked for.
_NAME: Final = re.compile(r"(?:[A-Za-z0-9_-]{1,64}/)?[A-Za-z0-9_-]{1,64}")
_BEGINNINGS: Final = {
    ".png": ("image/png", b"\x89PNG\r\n\x1a\n"),
    ".jpg": ("image/jpeg", b"\xff\xd8\xff"),
    ".jpeg": ("image/jpeg", b"\xff\xd8\xff"),
    ".webp": ("image/webp", b"RIFF"),
}
"""Suffix -> its type, and what such a file begins with."""

_log = structlog.get_logger("web")


class Bounds(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Game units at the borders of a picture."""

    left: float
    right: float
    bottom: float
    top: float

    @property
    def corners(self) -> list[tuple[float, float]]:
        """Two opposite corners: what a plan has to show."""
        return [(self.left, self.bottom), (self.right, self.top)]


class Picture(NamedTuple):
    """A map's picture: where it is served, and where its borders are in the game, if that is known."""

    url: str
    bounds: Bounds | None


class MapImages:
    """The operator's folder; without one no map has a picture."""

    def __init__(self, folder: str) -> None:
        self._folder = Path(folder).resolve() if folder else None

    def find(self, map_name: str) -> Picture | None:
        """The picture of a map; None where there is none that could be served."""
        path = self._path(map_name)
        if path is None:
            return None
        # What was changed has another address: browsers keep a picture for a day.
        return Picture(f"{map_image(map_name)}?v={path.stat().st_mtime_ns:x}", self._bounds(path))

    def read(self, map_name: str) -> tuple[str, bytes] | None:
        """Type and bytes of a map's picture. Only what begins as its name promises leaves the folder."""
        path = self._path(map_name)
        if path is None:
            return None
        media, beginning = _BEGINNINGS[path.suffix]
        body = path.read_bytes()
        if not body.startswith(beginning) or len(body) > BYTES_MAX:
            _log.warning("map picture is none", file=path.name)
            return None
        return media, body

    def _path(self, map_name: str) -> Path | None:
        if self._folder is None or not _NAME.fullmatch(map_name):
            return None
        for name in dict.fromkeys((map_name, map_name.rpartition("/")[2])):
            for suffix in _BEGINNINGS:
                path = self._folder / f"{name}{suffix}"
                if path.is_file() and self._is_within(path) and path.stat().st_size <= BYTES_MAX:
                    return path
        return None

    def _is_within(self, path: Path) -> bool:
        """Whether it lies in the folder, also when it is a link."""
        assert self._folder is not None
        return path.resolve().is_relative_to(self._folder)

    def _bounds(self, picture: Path) -> Bounds | None:
        path = picture.with_suffix(".json")
        if not path.is_file() or not self._is_within(path) or path.stat().st_size > BOUNDS_BYTES_MAX:
            return None
        try:
            found = msgspec.json.decode(path.read_bytes(), type=Bounds)
        except msgspec.DecodeError as error:
            _log.warning("bounds of a map picture cannot be read", file=path.name, error=str(error))
            return None
        return found if found.left < found.right and found.bottom < found.top else None


MAP_IMAGES: Final = web.AppKey("MAP_IMAGES", MapImages)
"""`request.app[MAP_IMAGES]`: the operator's pictures."""

endpoints = Endpoints("pages")


async def picture_of(request: web.Request, map_name: str) -> Picture | None:
    """The picture of a map. The disk is asked beside the loop that answers everyone."""
    return await asyncio.to_thread(request.app[MAP_IMAGES].find, map_name)


@endpoints.page("/map-image/{map:.+}", parameters=[MAP])
async def get_map_image(request: web.Request) -> web.Response:
    """The picture of a map."""
    found = await asyncio.to_thread(request.app[MAP_IMAGES].read, MAP.of(request))
    if found is None:
        raise not_found("There is no picture of that map")
    media, body = found
    headers = {hdrs.CACHE_CONTROL: KEPT, "Content-Security-Policy": POLICY}
    return web.Response(body=body, content_type=media, headers=headers)
