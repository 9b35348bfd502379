"""Parts of pages on other sites: every part stands alone, its frame fits, and nothing else may be framed."""

from __future__ import annotations

import re
import threading
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email.message import Message
from html import escape
from html.parser import HTMLParser
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from playwright.async_api import Browser, expect

from tests.web.pages.browsing import Visits, findings, overflow_px
from tests.web.pages.site import HOSTILE, Site
from web.pages.embeds import Options, Place, parts_of, shared
from web.pages.rendering import _environment

DOCUMENTED = Path(__file__).parents[3] / "docs" / "embeds.md"
PAGES: dict[str, Callable[[Site], str]] = {
    "home.html": lambda site: "/front",
    "leaderboards.html": lambda site: "/leaderboards",
    "rating.html": lambda site: "/leaderboards/rating",
    "player.html": lambda site: f"/player/{site.leader()}",
    "comparison.html": lambda site: f"/player/{site.leader()}/compare?with=right-to-left",
    "matches.html": lambda site: "/matches",
    "match.html": lambda site: f"/match/{site.newest_match()}",
    "maps.html": lambda site: "/maps",
    "map.html": lambda site: f"/map/{site.map_of_newest()}",
    "weapons.html": lambda site: "/weapons",
    "weapon.html": lambda site: "/weapon/Thompson",
    "servers.html": lambda site: "/servers",
    "server.html": lambda site: f"/server/{site.server()}",
}


def fetched(url: str) -> tuple[int, Message, str]:
    request = urllib.request.Request(url, headers={"Accept": "text/html"})
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return answer.status, answer.headers, answer.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.headers, error.read().decode()


def parts(template: str) -> tuple[str, ...]:
    return parts_of(_environment().get_template(template).blocks)


@pytest.mark.parametrize("template", PAGES)
def test_every_part_of_a_page_stands_alone_in_a_frame(template: str, site: Site) -> None:
    path, _, query = PAGES[template](site).partition("?")
    for part in parts(template):
        status, headers, html = fetched(f"{site.url}/embed{path}?part={part}&{query}")
        main = re.search(r'<main id="main">(.*)</main>', html, re.DOTALL)
        assert status == 200
        assert main, part
        assert len(re.sub(r"<[^>]*>", " ", main[1]).split()) > 3, part
        assert 'class="bar"' not in html
        assert headers["Content-Security-Policy"].endswith("frame-ancestors *")
        assert headers["X-Frame-Options"] != "DENY"


def test_every_part_is_documented() -> None:
    text = DOCUMENTED.read_text()
    named = [
        set(re.findall(r"`(\w+)`", row.split("|")[3]))
        for row in re.findall(r"^\| .*/embed/.*$", text, re.MULTILINE)
    ]
    for template in PAGES:
        assert set(parts(template)) in [one - {"rows"} for one in named], template


@pytest.mark.parametrize(
    "path", ["/", "/leaderboards", "/share/front", "/player/long-name", "/nowhere", "/share/nowhere"]
)
def test_no_other_page_may_be_framed(path: str, site: Site) -> None:
    _, headers, _ = fetched(site.url + path)
    assert headers["Content-Security-Policy"].endswith("frame-ancestors 'none'")
    assert headers["X-Frame-Options"] == "DENY"


@pytest.mark.parametrize(
    "path", ["/embed/player/nobody", "/embed/weapons?part=nothing", "/embed/weapons?part=" + "x" * 99]
)
def test_what_is_not_there_says_so_in_the_frame_and_small(path: str, site: Site) -> None:
    status, headers, html = fetched(site.url + path)
    assert status in {400, 404}
    assert headers["Content-Security-Policy"].endswith("frame-ancestors *")
    assert 'class="bar"' not in html
    assert "<h1" in html


class Attributes(HTMLParser):
    """The attributes of the first element of a text, as a browser reads them."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


@pytest.mark.parametrize("name", HOSTILE.values())
def test_a_line_says_what_it_means_whatever_players_are_called(name: str) -> None:
    place = Place(
        mode="share", path="/player/%22%3E%3Cb%3E", query={"map": name}, options=Options("card", "dark", "s")
    )
    lines = {
        one.name: one.text for one in shared(place, ["card"], "https://x.example", name, has_badge=True).lines
    }
    [(tag, script)] = Attributes(lines["script"]).found
    assert (tag, script["data-page"], script["data-title"]) == (
        "script",
        place.page,
        f"Card with the totals, {name}",
    )
    [(tag, frame)] = Attributes(lines["frame"]).found
    assert (tag, frame["src"]) == ("iframe", f"https://x.example{place.embed}")


@contextmanager
def forum(*lines: str) -> Iterator[str]:
    """Another site with these lines on its page."""
    body = "<!doctype html><title>Forum</title><h1>Signature</h1>" + "".join(lines)

    class Thread(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            found = self.path == "/thread"
            self.send_response(200 if found else 204)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.end_headers()
            if found:
                self.wfile.write(body.encode())

        def log_message(self, *_: object) -> None: ...

    with ThreadingHTTPServer(("127.0.0.1", 0), Thread) as server:
        serving = threading.Thread(target=server.serve_forever, daemon=True)
        serving.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/thread"
        finally:
            server.shutdown()
            serving.join()


def widget(site: Site, page: str, part: str, **data: str) -> str:
    attributes = "".join(f' data-{name}="{value}"' for name, value in data.items())
    return f'<script async src="{site.url}/embed.js" data-page="{escape(page)}" data-part="{part}"{attributes}></script>'


async def test_the_widget_makes_frames_that_fit_on_another_site(site: Site, browser: Browser) -> None:
    player = site.leader()
    lines = (
        widget(site, f"/player/{player}", "card", theme="light", size="s", title="My card"),
        widget(site, "/leaderboards?stat=deaths&rows=4", "board", theme="dark"),
        widget(site, f"/player/{player}", "performance"),
    )
    with forum(*lines) as thread:
        page = await browser.new_page(color_scheme="dark")
        await page.goto(thread)
        card = page.frame_locator("iframe[title='My card']")
        await expect(card.locator(".figure")).to_have_count(6)
        assert (
            await card.locator("body").evaluate("getComputedStyle(document.documentElement).fontSize")
            == "14px"
        )
        assert await card.locator("html").get_attribute("data-theme") == "light"
        await expect(page.frame_locator("iframe >> nth=1").locator("tbody tr")).to_have_count(4)
        await expect(page.frame_locator("iframe >> nth=2").locator("canvas")).to_have_count(1)
        await expect(page.locator("iframe")).to_have_count(3)
        # Each frame is as high as what is in it, without a scroll bar of its own.
        for number in range(3):
            inside = page.frame_locator(f"iframe >> nth={number}").locator("body")
            height = str(await inside.evaluate("Math.ceil(document.body.getBoundingClientRect().height)"))
            await expect(page.locator("iframe").nth(number)).to_have_attribute("height", height)
        # Anybody can send a message; only the frame itself says how high it is.
        before = await page.locator("iframe").first.get_attribute("height")
        await page.evaluate("postMessage({type: 'statline:height', height: 4321}, '*')")
        await page.evaluate("new Promise((done) => setTimeout(done))")
        assert await page.locator("iframe").first.get_attribute("height") == before
        await page.close()


async def test_from_a_section_to_the_lines_that_embed_it(site: Site, visit: Visits) -> None:
    page = await visit("/player/long-name", size="phone")
    await page.get_by_role("link", name="Embed Weapons", exact=True).click()
    await expect(page.get_by_label("Part of the page")).to_have_value("weapons")
    await page.get_by_label("Colours").select_option("dark")
    script = page.get_by_label("Script: fits its height by itself")
    await expect(script).to_have_value(re.compile('data-part="weapons" data-theme="dark"'))
    assert "theme=dark" in page.url
    preview = page.frame_locator("iframe.preview")
    await expect(preview.locator("main h2")).to_have_text("Weapons")
    await expect(page.locator("#line-frame")).not_to_have_value(re.compile('height="480"'))
    await page.get_by_role("button", name="Copy").first.click()
    await expect(page.get_by_role("button", name=re.compile("Copied|Selected"))).to_be_visible()
    assert await findings(page) == []
    assert await overflow_px(page) <= 0


async def test_an_embedded_part_is_as_accessible_as_its_page(visit: Visits) -> None:
    page = await visit("/embed/player/long-name?part=weapons&theme=light", size="phone")
    assert await findings(page) == []
    assert await overflow_px(page) <= 0
    link = page.locator(".embed-foot a").first
    assert await link.evaluate("(one) => one.target || document.querySelector('base').target") == "_blank"
