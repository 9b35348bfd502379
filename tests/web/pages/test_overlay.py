"""The overlay for streams, in a browser, beside a match that is being played."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from playwright.async_api import Page, expect

from tests.web.pages.browsing import Visits
from tests.web.pages.plays import is_there, kill, opening
from tests.web.pages.site import HOSTILE, Site


async def opened(
    site: Site, visit: Visits, eventually: Callable[..., Any], match: str, query: str = ""
) -> Page:
    site.post(*opening(match))
    await eventually(lambda: is_there(site, match))
    page = await visit(f"/overlay/match/{match}{query}")
    await expect(page.locator(".points")).to_have_text("12 – 9")
    return page


async def test_the_board_and_the_feed_move_without_a_reload(
    site: Site, visit: Visits, eventually: Callable[..., Any]
) -> None:
    page = await opened(site, visit, eventually, "overlay-moves", "?seconds=600")
    await expect(page.locator("#board .side")).to_have_count(2)
    await expect(page.locator(".place bdi").last).to_have_text("obj_team2")
    await expect(page.locator("#feed li")).to_have_count(8)
    site.post(kill("overlay-moves", 40, "Newcomer", "hostile-script", weapon="Bazooka"))
    await expect(page.locator("#feed li").last).to_contain_text("Bazooka")
    await expect(page.locator("#board")).to_contain_text("Newcomer")
    end = {
        "type": "match_end",
        "match_id": "overlay-moves",
        "session_id": "sess_overlay-moves",
        "timestamp": "99.5",
    }
    site.post({**end, "winning_team": "allies", "allies_score": "13", "axis_score": "9"})
    await expect(page.locator(".state")).to_have_text("Allies win")
    await expect(page.locator(".points")).to_have_text("13 – 9")


async def test_names_never_become_markup(site: Site, visit: Visits, eventually: Callable[..., Any]) -> None:
    page = await opened(site, visit, eventually, "overlay-hostile", "?seconds=600&rows=32")
    await expect(page.locator("#board")).to_contain_text(HOSTILE["hostile-script"])
    assert await page.title() == "Overlay · statline"
    assert await page.locator("main :is(script, img, svg, a, [style])").count() == 0


async def test_nothing_is_behind_it_and_parts_can_be_left_out(
    site: Site, visit: Visits, eventually: Callable[..., Any]
) -> None:
    page = await opened(site, visit, eventually, "overlay-parts", "?parts=score&size=xl&background=none")
    for element in ("document.documentElement", "document.body"):
        assert await page.evaluate(f"getComputedStyle({element}).backgroundColor") == "rgba(0, 0, 0, 0)"
    assert await page.evaluate("getComputedStyle(document.documentElement).fontSize") == "32px"
    await expect(page.locator("#board")).to_be_hidden()
    await expect(page.locator("#feed")).to_be_hidden()


async def test_a_server_that_nobody_knows_has_no_overlay(visit: Visits) -> None:
    await visit("/overlay/server/nobody", status=404)
