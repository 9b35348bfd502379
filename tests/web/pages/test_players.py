from __future__ import annotations

from playwright.async_api import expect

from tests.web.pages.browsing import Visits
from tests.web.pages.site import HOSTILE, Site


async def test_the_charts_are_drawn_and_their_figures_are_in_tables(site: Site, visit: Visits) -> None:
    page = await visit(f"/player/{site.leader()}")
    await expect(page.locator(".chart-canvas canvas")).to_have_count(2)
    await page.get_by_text("Kills and K/D of each match, as a table").click()
    await expect(page.get_by_role("region", name="Kills and K/D of each match")).to_be_visible()


async def test_a_player_nobody_saw_is_a_page_that_says_so(visit: Visits) -> None:
    page = await visit("/player/nobody-of-that-name", status=404)
    await expect(page.locator(".lead")).to_contain_text("No such player was ever seen")


async def test_two_players_are_compared_by_name(site: Site, visit: Visits) -> None:
    page = await visit("/player/hostile-script/compare")
    await page.get_by_label("Compare with").fill(HOSTILE["hostile-image"].upper())
    await page.get_by_role("button", name="Compare").click()
    await expect(page.locator("h1")).to_contain_text(HOSTILE["hostile-image"])
    # Each killed his neighbour three times, and nobody his killer.
    await expect(page.locator(".lead")).to_contain_text("3 times: 3 to 0")


async def test_comparing_with_nobody_says_so(visit: Visits) -> None:
    page = await visit("/player/hostile-script/compare?with=nobody", status=404)
    await expect(page.locator("main")).to_contain_text("Nobody is known under that name")
