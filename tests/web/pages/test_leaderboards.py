from __future__ import annotations

import re

from playwright.async_api import expect

from tests.web.pages.browsing import Visits
from tests.web.pages.site import HOSTILE, Site


async def test_a_filter_changes_the_board_the_address_and_the_way_back(visit: Visits) -> None:
    page = await visit("/leaderboards")
    await page.evaluate("window.sameDocument = true")
    await page.get_by_label("Ranked by").select_option("headshots")
    await expect(page.locator("#board-title")).to_have_text("Headshots, all time")
    await page.get_by_label("Period").select_option("week")
    await expect(page.locator("#board-title")).to_have_text("Headshots, this week")
    assert page.url.endswith("/leaderboards?stat=headshots&period=week")
    assert await page.evaluate("window.sameDocument")
    await page.go_back()
    await expect(page.locator("#board-title")).to_have_text("Headshots, all time")
    await expect(page.get_by_label("Period")).to_have_value("all")
    await page.go_back()
    await expect(page.locator("#board-title")).to_have_text("Kills, all time")
    await expect(page.get_by_label("Ranked by")).to_have_value("kills")


async def test_a_link_keeps_the_filters(visit: Visits) -> None:
    page = await visit("/leaderboards?stat=accuracy&period=month")
    await expect(page.get_by_label("Ranked by")).to_have_value("accuracy")
    await expect(page.get_by_label("Period")).to_have_value("month")
    sorted_by = page.locator("th[aria-sort=descending]")
    assert await sorted_by.all_inner_texts() == ["Accuracy"]


async def test_without_script_the_filters_are_a_form(visit: Visits) -> None:
    page = await visit("/leaderboards", script=False)
    await page.get_by_label("Ranked by").select_option("deaths")
    await page.get_by_role("button", name="Show").click()
    await expect(page.locator("#board-title")).to_have_text("Deaths, all time")


async def test_on_a_phone_the_filters_fold_into_one_line_that_counts_them(visit: Visits) -> None:
    page = await visit("/leaderboards", size="phone", script=False)
    board, period = page.locator("#board-title"), page.get_by_label("Period")
    await expect(period).to_be_hidden()
    await page.get_by_text("Filters").click()
    await period.select_option("week")
    await page.get_by_role("button", name="Show").click()
    await expect(board).to_have_text("Kills, this week")
    await expect(page.locator(".fold summary")).to_have_text("Filters (1 set)")
    # With script the count follows what is chosen.
    page = await visit("/leaderboards", size="phone")
    await page.get_by_text("Filters").click()
    await page.get_by_label("Bots too").check()
    await expect(page.locator(".fold summary")).to_have_text("Filters (1 set)")


async def test_the_figures_are_those_of_the_api(site: Site, visit: Visits) -> None:
    page = await visit("/leaderboards?stat=kills")
    first = site.json("/api/v1/stats/leaderboard/kills?limit=1")["players"][0]
    row = page.locator("#board tbody tr").first
    await expect(row.locator("th")).to_have_text(first["player_name"])
    digits = re.sub(r"\D", "", await row.locator("td.main").inner_text())
    assert int(digits) == first["kills"]


async def test_a_board_is_of_a_map_a_weapon_and_a_game_type(site: Site, visit: Visits) -> None:
    page = await visit("/leaderboards?map=dm/%3Cb%3Emap%3C/b%3E")
    await expect(page.locator("#board-title")).to_contain_text("<b>map</b>")
    shown = await page.locator("#board tbody th").all_inner_texts()
    assert len(shown) == len(HOSTILE)
    page = await visit("/leaderboards?weapon=thompson")
    await expect(page.get_by_label("Weapon", exact=True)).to_have_value("Thompson")
    assert await page.locator("#stat option[value=jumps]").count() == 0


async def test_a_player_is_found_among_those_next_to_him(site: Site, visit: Visits) -> None:
    page = await visit("/leaderboards")
    await page.get_by_label("Find a player", exact=True).fill("FELDWEBEL" * 12)
    await page.get_by_label("Find a player", exact=True).press("Enter")
    await expect(page.locator("tr.is-found th")).to_have_text("Feldwebel" * 12)
    await page.get_by_label("Find a player", exact=True).fill("nobody at all")
    await page.get_by_label("Find a player", exact=True).press("Enter")
    await expect(page.locator("#board")).to_contain_text("Nobody called nobody at all is ranked here")
