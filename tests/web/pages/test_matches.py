"""A match's page and the list of matches, in a browser."""

from __future__ import annotations

from playwright.async_api import expect

from tests.web.pages.browsing import Visits
from tests.web.pages.site import HOSTILE, Site


async def test_scrubbing_shows_the_match_at_that_moment_and_the_end_shows_it_whole(
    site: Site, visit: Visits
) -> None:
    page = await visit(f"/match/{site.newest_match()}")
    kills = page.locator("[data-kills]")
    whole = await kills.all_inner_texts()
    scrub = page.get_by_label("Time in the match")
    await scrub.focus()
    await page.keyboard.press("Home")
    await expect(page.locator("output")).to_have_text("0:00")
    assert sum(map(int, await kills.all_inner_texts())) < sum(map(int, whole))
    assert await page.locator(".feed li.is-later").count() > 0
    await page.keyboard.press("End")
    assert await kills.all_inner_texts() == whole
    assert await page.locator(".is-later").count() == 0


async def test_the_counts_of_the_scrubber_add_up_to_the_scoreboard(site: Site, visit: Visits) -> None:
    page = await visit(f"/match/{site.newest_match()}")
    whole = await page.locator("[data-kills]").all_inner_texts()
    scrub = page.get_by_label("Time in the match")
    counts = []
    for share in (0, 0.5, 1):
        await scrub.evaluate(
            "(one, share) => { one.value = Math.floor(one.max * share); one.dispatchEvent(new Event('input')); }",
            share,
        )
        counts.append([int(text) for text in await page.locator("[data-kills]").all_inner_texts()])
    beginning, middle, end = counts
    assert end == [int(text) for text in whole]
    assert all(a <= b <= c for a, b, c in zip(beginning, middle, end, strict=True))
    assert sum(beginning) < sum(end)


async def test_a_match_of_hostile_names_shows_them_as_they_are(visit: Visits) -> None:
    page = await visit("/match/hostile", size="phone")
    shown = await page.locator(".matrix tbody .name bdi").all_inner_texts()
    assert set(HOSTILE.values()) <= {name.strip() for name in shown} | set(shown)
    assert "owned" not in await page.title()
    assert await page.locator("main img, main svg[onload], main b > script, main i").count() == 0


async def test_filters_are_in_the_address_and_back_undoes_them(site: Site, visit: Visits) -> None:
    page = await visit("/matches")
    everything = await page.locator("#list tbody tr").count()
    await page.get_by_label("Map", exact=True).select_option("dm/<b>map</b>")
    await expect(page.locator("#list tbody tr")).to_have_count(1)
    assert "map=dm%2F%3Cb%3Emap%3C%2Fb%3E" in page.url
    await page.go_back()
    await expect(page.locator("#list tbody tr")).to_have_count(everything)
    assert page.url.endswith("/matches")


async def test_a_match_nobody_heard_of_is_a_page_that_says_so(visit: Visits) -> None:
    page = await visit("/match/nothing-of-that-id", status=404)
    await expect(page.locator(".lead")).to_contain_text("No such match was ever heard of")
