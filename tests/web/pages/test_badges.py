"""Pictures of what has a page: well-formed whatever it is called, and nothing in them runs."""

from __future__ import annotations

import re
import urllib.request
import xml.etree.ElementTree as ET
from collections.abc import Callable
from urllib.parse import quote

import pytest

from tests.web.pages.site import HOSTILE, Site
from web.pages.pictures import one_line

SVG = "{http://www.w3.org/2000/svg}"
PNG = b"\x89PNG\r\n\x1a\n"
PAGES: dict[str, Callable[[Site], str]] = {
    "player": lambda site: f"/player/{site.leader()}",
    "match": lambda site: f"/match/{site.newest_match()}",
    "crowd": lambda _: "/match/crowd",
    "map": lambda site: f"/map/{site.map_of_newest()}",
    "hostile map": lambda _: "/map/dm%2F%3Cb%3Emap%3C%2Fb%3E",
    "server": lambda site: f"/server/{site.server()}",
}


def fetched(url: str) -> tuple[str, bytes]:
    with urllib.request.urlopen(url, timeout=60) as answer:
        return answer.headers["Content-Type"], answer.read()


def texts(svg: bytes) -> list[str]:
    """What stands in a picture; it may hold nothing but shapes and text."""
    root = ET.fromstring(svg)
    assert {one.tag.removeprefix(SVG) for one in root.iter()} <= {"svg", "title", "rect", "text", "tspan"}
    return ["".join(one.itertext()) for one in root.iter(f"{SVG}text")]


@pytest.mark.parametrize("picture", ["badge", "share"])
@pytest.mark.parametrize("guid", HOSTILE)
def test_a_hostile_name_is_text_of_the_picture_and_no_markup(guid: str, picture: str, site: Site) -> None:
    _, svg = fetched(f"{site.url}/player/{quote(guid, safe='')}/{picture}.svg")
    assert one_line(HOSTILE[guid], 24)[:20] in " ".join(texts(svg))


@pytest.mark.parametrize("page", PAGES)
def test_a_link_to_a_page_shows_its_picture(page: str, site: Site) -> None:
    path = PAGES[page](site)
    _, html = fetched(site.url + path)
    shown = re.search(r'<meta property="og:image" content="(http[^"]+)">', html.decode())
    assert shown
    kind, drawn = fetched(shown[1])
    assert kind == "image/png"
    assert drawn.startswith(PNG)
    _, svg = fetched(shown[1].replace(".png", ".svg"))
    assert "statline" in texts(svg)


def test_the_picture_of_a_match_says_how_it_stands(site: Site) -> None:
    match = site.newest_match()
    report = site.json(f"/api/v1/stats/match/{match}/advanced")
    _, svg = fetched(f"{site.url}/match/{match}/share.svg")
    shown = texts(svg)
    assert str(report["total_kills"]) in shown
    if report["team_match"]:
        assert shown[shown.index("Allies") - 1] == str(report["allies_score"])


def test_the_badge_comes_as_png_too(site: Site) -> None:
    kind, drawn = fetched(f"{site.url}/player/hostile-image/badge.png")
    assert (kind, drawn[:8]) == ("image/png", PNG)
