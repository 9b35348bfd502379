"""What is played moves on the pages by itself: over the event streams, and after these were cut."""

from __future__ import annotations

import urllib.error
import urllib.request
from collections.abc import Callable
from typing import Any

from playwright.async_api import Browser, Page, Route, expect

from tests.web.pages.browsing import Visits
from tests.web.pages.network import Network
from tests.web.pages.plays import is_there, kill, opening, scored
from tests.web.pages.site import Site


def has_page(site: Site, server_id: str) -> bool:
    try:
        with urllib.request.urlopen(f"{site.url}/server/{server_id}", timeout=60):
            return True
    except urllib.error.HTTPError:
        return False


async def begun(site: Site, eventually: Callable[..., Any], match: str) -> tuple[Any, str]:
    """The board of a match that is now being played, twelve to nine, and the token of its server.

    Each on a server of its own: a server plays the match whose events are newest, and the events of these tests lie a quarter of a
    minute ahead of the clock.
    """
    token = site.register(f"Server of {match}")
    site.post(*opening(match), token=token)
    await eventually(lambda: is_there(site, match))
    board = site.json(f"/api/v1/live/matches/{match}")["match"]
    # A web process learns of a new server within seconds, and remembers for some that there was none.
    await eventually(lambda: has_page(site, board["server_id"]))
    return board, token


async def only_streams(page: Page) -> None:
    """From here on no part of the page can be asked for again: whatever moves, moves by a stream."""

    async def nothing(route: Route) -> None:
        await route.fulfill(status=204)

    await page.route("**/parts/**", nothing)
    await page.evaluate("window.sameDocument = true")


async def test_what_is_played_moves_on_every_page_that_shows_it(
    site: Site, visit: Visits, eventually: Callable[..., Any]
) -> None:
    match, token = await begun(site, eventually, "live")
    path = f"/match/{match['match_id']}"
    await eventually(lambda: site.node.ask(f"/api/v1/stats{path}")[0] == 200)
    front, server, whole = await visit("/"), await visit(f"/server/{match['server_id']}"), await visit(path)
    frame = await visit(f"/embed{path}?part=scoreboard")
    pages = (front, server, whole, frame)
    for page in pages:
        await page.evaluate("window.sameDocument = true")
    card = front.locator(f"[data-live-match='{match['match_id']}']")
    site.post(scored("live", 70, 13, 10), kill("live", 41, "long-name", "hostile-script"), token=token)
    for score in (card, server.locator("#playing"), whole.locator("#score")):
        await expect(score.locator("[data-live=allies]")).to_have_text("13")
        await expect(score.locator("[data-live=axis]")).to_have_text("10")
    # Everybody killed his neighbour once before.
    for page in pages[1:]:
        await expect(page.locator("[data-live-player='live-long-name'] [data-kills]")).to_have_text("2")

    site.post(kill("live", 43, "Latecomer", "long-name"), token=token)
    for page in pages[1:]:
        await expect(page.locator("[data-live-player='live-Latecomer'] [data-kills]")).to_have_text("1")

    site.post(*opening("live-next"), token=token)
    await expect(card).to_have_count(0)
    await expect(front.locator("#live .card")).not_to_have_count(0)
    for page in pages:
        assert await page.evaluate("window.sameDocument")


async def test_a_stream_that_was_cut_comes_back_and_has_missed_nothing(
    site: Site, browser: Browser, eventually: Callable[..., Any]
) -> None:
    match, token = await begun(site, eventually, "live-cut")
    async with Network(site.url) as network:
        visits = Visits(browser, network.url)
        page = await visits(f"/server/{match['server_id']}")
        allies = page.locator(f"#playing [data-live-match='{match['match_id']}'] [data-live=allies]")
        await expect(allies).to_have_text("12")
        await expect(page.locator("#playing[data-state=open]")).to_have_count(1)
        await only_streams(page)
        # One change over the stream: from here on the browser knows where it is.
        site.post(scored("live-cut", 70, 13, 9), token=token)
        await expect(allies).to_have_text("13")
        network.cut()
        await expect(page.locator("#playing[data-state=lost]")).to_have_count(1)
        site.post(scored("live-cut", 71, 14, 9), token=token)
        await eventually(lambda: site.json("/api/v1/live/matches/live-cut")["match"]["allies_score"] == 14)
        asked = len(network.requests)
        network.mend()
        await expect(allies).to_have_text("14")
        await expect(page.locator("#playing[data-state=open]")).to_have_count(1)
        came_back = [
            head for head in network.requests[asked:] if f"/servers/{match['server_id']}/events" in head
        ]
        assert any("last-event-id:" in head.lower() for head in came_back)
        await visits.leave()


async def test_a_part_that_came_anew_knows_that_the_stream_runs(
    site: Site, visit: Visits, eventually: Callable[..., Any]
) -> None:
    match, _ = await begun(site, eventually, "live-anew")
    page = await visit(f"/server/{match['server_id']}")
    await expect(page.locator("#playing[data-state=open]")).to_have_count(1)
    await page.evaluate("document.querySelector('#playing').dataset.old = 'yes'")

    async def is_new() -> bool:
        # Again and again: htmx does not listen while it settles the answer before.
        await page.evaluate("document.querySelector('#playing').dispatchEvent(new Event('stale'))")
        return await page.locator("#playing:not([data-old])").count() == 1

    await eventually(is_new)
    await expect(page.locator("#playing[data-state=open]")).to_have_count(1)
