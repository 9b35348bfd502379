"""Pictures of players: well-formed whatever they are called, and nothing in them runs."""

from __future__ import annotations

import urllib.request
import xml.etree.ElementTree as ET
from urllib.parse import quote

import pytest

from tests.web.pages.site import HOSTILE, Site
from web.pages.badges import Pictured, family_of, png, short_name
from web.pages.rendering import draw

SVG = "{http://www.w3.org/2000/svg}"
PNG = b"\x89PNG\r\n\x1a\n"


@pytest.mark.parametrize("picture", ["badge", "share"])
@pytest.mark.parametrize("guid", HOSTILE)
def test_a_hostile_name_is_text_of_the_picture_and_no_markup(guid: str, picture: str, site: Site) -> None:
    with urllib.request.urlopen(
        f"{site.url}/player/{quote(guid, safe='')}/{picture}.svg", timeout=10
    ) as answer:
        root = ET.fromstring(answer.read())
    assert {one.tag.removeprefix(SVG) for one in root.iter()} == {"svg", "title", "rect", "text"}
    shown = [one.text or "" for one in root.iter(f"{SVG}text")]
    assert short_name(HOSTILE[guid], 24)[:20] in " ".join(shown)


def test_the_picture_comes_as_png_too(site: Site) -> None:
    with urllib.request.urlopen(f"{site.url}/player/hostile-image/badge.png", timeout=10) as answer:
        assert answer.headers["Content-Type"] == "image/png"
        assert answer.read().startswith(PNG)


def test_what_xml_forbids_and_turns_direction_is_replaced() -> None:
    assert short_name("a\x00b\u202ec", 26) == "a\ufffdb\ufffdc"
    assert short_name("x" * 200, 10) == "x" * 9 + "…"


@pytest.mark.parametrize("name", ["Zażółć gęślą", "Снайпер Ωmega", "قناص الصحراء", "שלום", "Hunter"])
def test_a_picture_needs_no_font_of_the_machine(name: str) -> None:
    drawn = [_drawn(text) for text in (name, "\U0001f9ed" * 4, "")]
    assert drawn[0] != drawn[1]
    assert drawn[0] != drawn[2]
    # A letter that no font has is drawn as a box: what is drawn here are the letters themselves.
    assert _drawn(name[0] * 3) != _drawn(name[1] * 3)


def _drawn(name: str) -> bytes:
    figures = dict.fromkeys(("kills", "deaths", "kd", "accuracy"), "")
    return png(draw("badge.svg", Pictured(name=name, family=family_of(name), **figures)))
