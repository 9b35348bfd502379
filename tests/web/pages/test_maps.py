"""A map's page in a browser."""

from __future__ import annotations

from playwright.async_api import expect

from tests.web.pages.browsing import Visits
from tests.web.pages.site import Site


async def test_the_operators_picture_lies_below_the_heat_map_where_it_belongs(
    site: Site, visit: Visits
) -> None:
    page = await visit(f"/map/{site.map_of_newest()}")
    picture = page.locator(".plan image")
    href = await picture.get_attribute("href")
    loaded = await page.evaluate(
        "async (href) => { const image = new Image(); image.src = href; await image.decode(); return image.naturalWidth; }",
        href,
    )
    assert loaded == 64
    # It reaches from -3000 to 3000: as far to the left of the line of 0 as to the right.
    box = await picture.bounding_box()
    zero = await page.locator(".grid text[text-anchor=middle]").get_by_text("0", exact=True).bounding_box()
    assert box is not None
    assert zero is not None
    assert abs((box["x"] + box["width"] / 2) - (zero["x"] + zero["width"] / 2)) < 2
    await page.get_by_role("link", name="Deaths", exact=True).click()
    await expect(page.locator("#heat")).to_have_text("Where people die")
    assert page.url.endswith("?show=deaths")
