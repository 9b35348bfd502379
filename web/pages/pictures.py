"""Drawing a picture of something for elsewhere: badges and the images that links to pages show, as SVG and as PNG."""

from __future__ import annotations

import asyncio
import functools
import itertools
import unicodedata
from typing import Final

import resvg_py
from aiohttp import hdrs, web
from msgspec import Struct

from web.assets import DIST
from web.pages.rendering import draw
from web.parameters import part

FAMILY: Final = "Barlow Semi Condensed"
# A letter that the family does not have is looked for in all others, but not where letters are joined or marked.
FAMILIES: Final = (("\u0590", "\u05ff", "Noto Sans Hebrew"), ("\u0600", "\u06ff", "Noto Sans Arabic"))
"""First and last letter of a script, and the family that draws it."""
INSTEAD: Final = "···"
"""Drawn for letters in a row that no font has: Chinese or emoji on a machine without such fonts."""
LINE_MOST: Final = 64
"""Characters of the line that have room."""
KEPT: Final = "public, max-age=300"
# A picture is shown inside pages of others: nothing in it may run or load.
POLICY: Final = "default-src 'none'; style-src 'none'; sandbox"
FORMAT: Final = part("format", "svg or png")

# Of a letter drawn alone; nobody has a font for a character that will never be one.
_LETTER: Final = '<svg xmlns="http://www.w3.org/2000/svg" width="32" height="32"><text y="24" font-size="20">&#{};</text></svg>'
_NO_LETTER: Final = 0x10FFFD
_LETTERS_KNOWN: Final = 4096


class Figure(Struct, frozen=True):
    """A number of a picture; `colour` is empty where it is as any other."""

    label: str
    value: str
    colour: str = ""


class Run(Struct, frozen=True):
    """Letters that one font family draws."""

    text: str
    family: str


class Picture(Struct, frozen=True, kw_only=True):
    """What a picture says: whose it is, a line about it, and figures."""

    name: str
    line: str = ""
    figures: list[Figure] = []
    otherwise: str
    """The name where no letter of it can be drawn."""

    @property
    def title(self) -> str:
        """All of it in words."""
        said = [self.line, *(f"{one.value} {one.label.lower()}" for one in self.figures)]
        return f"{self.name}: {', '.join(filter(None, said))}"


async def answer(request: web.Request, template: str, shown: Picture, name_most: int) -> web.Response:
    """The picture in the format that was asked for; of the name so many characters have room."""
    headers = {hdrs.CACHE_CONTROL: KEPT, "Content-Security-Policy": POLICY}
    if FORMAT.of(request) == "svg":
        svg = drawn(template, shown, name_most)
        return web.Response(body=svg.encode(), content_type="image/svg+xml", charset="utf-8", headers=headers)
    # Drawing takes milliseconds of CPU: not on the loop that answers everyone.
    body = await asyncio.to_thread(png, template, shown, name_most)
    return web.Response(body=body, content_type="image/png", headers=headers)


def drawn(template: str, shown: Picture, name_most: int) -> str:
    """The picture as SVG, in the fonts of whoever looks at it."""
    name, line = one_line(shown.name, name_most), one_line(shown.line, LINE_MOST)
    return draw(
        template,
        {"picture": shown, "title": one_line(shown.title, 200), "name": runs(name), "line": runs(line)},
    )


def png(template: str, shown: Picture, name_most: int) -> bytes:
    """The picture as PNG, with the fonts that came with the build: the same on every machine, whatever it has installed.

    The machine's own fonts draw what those cannot (Chinese, emoji); where it has none either, INSTEAD stands there.
    """
    name, line = legible(shown.name) or shown.otherwise, legible(shown.line)
    svg = drawn(template, Picture(name=name, line=line, figures=shown.figures, otherwise=""), name_most)
    return _png(svg, with_system=not all(_is_drawn(ord(letter), False) for letter in name + line))


def legible(text: str) -> str:
    """The text with INSTEAD for what no font can draw; empty when nothing of it can be."""
    parts, is_any = [], False
    for can, letters in itertools.groupby(_visible(text), key=_has_font):
        parts.append("".join(letters) if can else INSTEAD)
        is_any = is_any or (can and bool(parts[-1].strip()))
    return "".join(parts) if is_any else ""


def runs(text: str) -> list[Run]:
    """The text in pieces of one font family each, in its own order: the drawer turns what is read from the right."""
    found: list[Run] = []
    for family, letters in itertools.groupby(text, key=_family_of):
        found.append(Run("".join(letters), family))
    return found


def one_line(text: str, most: int) -> str:
    """Text as one line of XML: without characters that XML forbids, shortened with an ellipsis."""
    line = "".join(letter if letter.isprintable() else "\ufffd" for letter in text)
    return line if len(line) <= most else line[: most - 1] + "…"


def _family_of(letter: str) -> str:
    for first, last, family in FAMILIES:
        if first <= letter <= last:
            return family
    return FAMILY


def _visible(text: str) -> str:
    """Without what only changes other letters (joiners, variants, directions): alone it would be a box."""
    hidden = {"Cf", "Cc", "Cs"}
    return "".join(
        one for one in text if unicodedata.category(one) not in hidden and not "\ufe00" <= one <= "\ufe0f"
    )


def _has_font(letter: str) -> bool:
    return _is_drawn(ord(letter), False) or _is_drawn(ord(letter), True)


@functools.lru_cache(maxsize=_LETTERS_KNOWN)
def _is_drawn(letter: int, with_system: bool) -> bool:
    """Whether a font has the letter: what no font has is drawn as the same box as any other such (1 ms each)."""
    return _letter(letter, with_system) != _letter(_NO_LETTER, with_system)


@functools.lru_cache(maxsize=_LETTERS_KNOWN)
def _letter(letter: int, with_system: bool) -> bytes:
    return _png(_LETTER.format(letter), with_system=with_system)


def _png(svg: str, *, with_system: bool) -> bytes:
    fonts = _fonts()
    # Without a build there is nothing but the machine's fonts.
    return bytes(
        resvg_py.svg_to_bytes(
            svg_string=svg, font_files=fonts or None, skip_system_fonts=bool(fonts) and not with_system,
            font_family=FAMILY, sans_serif_family=FAMILY,
        )
    )  # fmt: skip


@functools.lru_cache(maxsize=1)
def _fonts() -> list[str]:
    return [str(path) for path in sorted((DIST / "pictures").glob("*.ttf"))]
