"""What browsers load besides pages: the built files of web/static/dist, kept in memory with their compressed copies.

The address of a file holds a hash of all of them (`/static/<hash>/site.css`): it may be kept for ever, and files name
each other by relative paths. `make static` builds them (web/frontend/build.mjs).
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Final

from aiohttp import hdrs, web

from web.endpoints import Endpoints
from web.errors import not_found
from web.parameters import part
from web.responses import accepts_coding

DIST: Final = Path(__file__).parent / "static" / "dist"
PREFIX: Final = "/static"
FOREVER: Final = "public, max-age=31536000, immutable"
BRIEFLY: Final = "public, max-age=60"

_COPIES: Final[Mapping[str, str]] = MappingProxyType({"br": ".br", "gzip": ".gz"})
"""Content-Encoding -> what the compressed copy's name ends in, best first."""

_TYPES: Final[Mapping[str, str]] = MappingProxyType({
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".woff2": "font/woff2",
})  # fmt: skip


@dataclass(frozen=True)
class Asset:
    """One file: its type, its bytes, and its bytes by Content-Encoding."""

    content_type: str
    body: bytes
    compressed: Mapping[str, bytes]


class Assets:
    """Every built file by its path below web/static/dist, and the address it has now."""

    def __init__(self, files: Mapping[str, Asset]) -> None:
        self._files = files
        digest = hashlib.sha256()
        for path in sorted(files):
            digest.update(f"{path}\0{len(files[path].body)}\0".encode() + files[path].body)
        self.version: Final = digest.hexdigest()[:12]

    def __len__(self) -> int:
        return len(self._files)

    def url(self, path: str) -> str:
        """The address of a file, e.g. of "site.css". A file that was not built has one too, and is a 404 there."""
        return f"{PREFIX}/{self.version}/{path}"

    def response(self, path: str, version: str, accepts: str) -> web.Response:
        """The file as an answer. Raises HttpError 404 for a path that is none.

        Under another version's address (a page of before a restart) it is the file of now, kept only for a minute.
        """
        asset = self._files.get(path)
        if asset is None:
            raise not_found("File not found")
        headers = {
            hdrs.CONTENT_TYPE: asset.content_type,
            hdrs.CACHE_CONTROL: FOREVER if version == self.version else BRIEFLY,
        }
        body = asset.body
        if asset.compressed:
            headers[hdrs.VARY] = hdrs.ACCEPT_ENCODING
            encoding = next((name for name in asset.compressed if accepts_coding(accepts, name)), None)
            if encoding is not None:
                headers[hdrs.CONTENT_ENCODING] = encoding
                body = asset.compressed[encoding]
        return web.Response(body=body, headers=headers)


def load_assets(folder: Path = DIST) -> Assets:
    """The files of `folder`; none where the front end was never built, then pages are plain but there."""
    files = {
        path.relative_to(folder).as_posix(): _asset(path)
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.suffix in _TYPES
    }
    return Assets(files)


def _asset(path: Path) -> Asset:
    copies = {name: path.with_name(path.name + ending) for name, ending in _COPIES.items()}
    return Asset(
        content_type=_TYPES[path.suffix],
        body=path.read_bytes(),
        compressed={name: copy.read_bytes() for name, copy in copies.items() if copy.exists()},
    )


ASSETS: Final = web.AppKey("ASSETS", Assets)
"""`request.app[ASSETS]`: the files of this process."""

FILE: Final = part("path", "The file's path, such as `site.css`")
VERSION: Final = part("version", "The hash in the address")

endpoints = Endpoints("pages")


@endpoints.page(f"{PREFIX}/{{version}}/{{path:.+}}", parameters=[VERSION, FILE], limited=False)
async def get_asset(request: web.Request) -> web.Response:
    """One file."""
    accepts = request.headers.get(hdrs.ACCEPT_ENCODING, "")
    return request.app[ASSETS].response(FILE.of(request), VERSION.of(request), accepts)


WIDGET_PATH: Final = "/embed.js"
WIDGET_KEPT: Final = "public, max-age=3600"


@endpoints.page(WIDGET_PATH, limited=False)
async def get_widget(request: web.Request) -> web.Response:
    """The script that other sites embed parts of pages with: its address never changes."""
    accepts = request.headers.get(hdrs.ACCEPT_ENCODING, "")
    assets = request.app[ASSETS]
    response = assets.response("embed.js", assets.version, accepts)
    response.headers[hdrs.CACHE_CONTROL] = WIDGET_KEPT
    return response
