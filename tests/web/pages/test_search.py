"""Search: the page, and the list below the field of every page's head."""

from __future__ import annotations

from playwright.async_api import expect

from tests.web.pages.browsing import Visits
from tests.web.pages.site import HOSTILE


async def test_the_field_of_the_head_lists_what_begins_so_and_leads_there(visit: Visits) -> None:
    page = await visit("/maps")
    await page.get_by_label("Search players, maps").fill("feldwebel")
    # Others of that name may have played in the meantime.
    await page.locator("#bar-finds a[href$='/long-name']").click()
    await expect(page.locator("h1")).to_contain_text(HOSTILE["long-name"])


async def test_without_script_enter_leads_to_the_page(visit: Visits) -> None:
    page = await visit("/", script=False)
    await page.get_by_label("Search players, maps").fill("<script>")
    await page.keyboard.press("Enter")
    found = page.locator(".finds-list a[href$='/hostile-script'] bdi")
    await expect(found).to_have_text(HOSTILE["hostile-script"])
    assert "owned" not in await page.title()


async def test_nothing_found_says_so(visit: Visits) -> None:
    page = await visit("/search?q=nobody-is-called-that")
    await expect(page.locator(".state")).to_contain_text("Nothing begins with that")
