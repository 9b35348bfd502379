"""What must be true of every page, at a phone's and a desktop's size."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.web.pages.browsing import (
    Size,
    Theme,
    Visits,
    findings,
    layout_shift,
    overflow_px,
    transferred_bytes,
)
from tests.web.pages.site import Site
from web.pages.words import _relative

FIRST_VIEW_BYTES_MAX = 300_000

PATHS: dict[str, Callable[[Site], str]] = {
    "home": lambda _: "/",
    "leaderboards": lambda _: "/leaderboards",
    "rating": lambda _: "/leaderboards/rating",
    "player": lambda site: f"/player/{site.leader()}",
    "hostile player": lambda _: "/player/hostile-image",
    "long name": lambda _: "/player/long-name",
    "comparison": lambda site: f"/player/{site.leader()}/compare?with=right-to-left",
    "about rating": lambda _: "/about/rating",
    "matches": lambda _: "/matches",
    "match": lambda site: f"/match/{site.newest_match()}",
    "crowded match": lambda _: "/match/crowd",
    "hostile match": lambda _: "/match/hostile",
    "maps": lambda _: "/maps",
    "map": lambda site: f"/map/{site.map_of_newest()}",
    "hostile map": lambda _: "/map/dm%2F%3Cb%3Emap%3C%2Fb%3E?show=deaths",
    "weapons": lambda _: "/weapons",
    "weapon": lambda _: "/weapon/Thompson",
    "hostile weapon": lambda _: "/weapon/%3Ci%3EThompson%3C%2Fi%3E",
    "servers": lambda _: "/servers",
    "server": lambda site: f"/server/{site.server()}",
    "search": lambda _: "/search?q=m",
    "empty search": lambda _: "/search?q=%3Cscript%3Enobody",
    "lines to embed": lambda _: "/share/leaderboards",
    "unknown": lambda _: "/nowhere",
}
STATUSES = {"unknown": 404}
VARIANTS = {name for name in PATHS if name.startswith(("hostile", "long", "crowded", "empty"))}
"""Pages that are there with other names already: what depends on the kind of page alone is not looked at again."""


@pytest.mark.parametrize("size", ["phone", "desktop"])
@pytest.mark.parametrize("name", PATHS)
async def test_a_page_is_whole_and_accessible(name: str, size: Size, site: Site, visit: Visits) -> None:
    # Each theme once is enough: they differ in colours only.
    theme: Theme = "dark" if size == "phone" else "light"
    page = await visit(PATHS[name](site), size=size, theme=theme, status=STATUSES.get(name, 200))
    assert await page.locator("h1").count() == 1
    assert await overflow_px(page) <= 0
    assert await layout_shift(page) < 0.05
    assert await transferred_bytes(page) < FIRST_VIEW_BYTES_MAX
    # It costs more than all of the above.
    if size == "phone" or name not in VARIANTS:
        assert await findings(page) == []


@pytest.mark.parametrize("name", sorted(PATHS.keys() - VARIANTS))
async def test_a_page_is_useful_without_script(name: str, site: Site, visit: Visits) -> None:
    page = await visit(PATHS[name](site), size="phone", script=False, status=STATUSES.get(name, 200))
    assert len((await page.locator("main").inner_text()).split()) > 10
    assert await overflow_px(page) <= 0


async def test_the_theme_is_kept_and_never_flashes(visit: Visits) -> None:
    page = await visit("/", theme="dark")
    background = "getComputedStyle(document.body).backgroundColor"
    dark = await page.evaluate(background)
    await page.get_by_role("button", name="Change to the light theme").click()
    light = await page.evaluate(background)
    assert light != dark
    # Set before anything is painted: already so when the body begins.
    await page.add_init_script(
        "new MutationObserver((_, me) => { if (document.body) {"
        " window.firstTheme = document.documentElement.dataset.theme; me.disconnect(); } })"
        ".observe(document, {childList: true, subtree: true})"
    )
    await page.reload()
    assert await page.evaluate("window.firstTheme") == "light"
    assert await page.evaluate(background) == light


async def test_a_time_reads_the_same_before_the_script_came_and_after(visit: Visits) -> None:
    page = await visit("/about/rating")
    for unit in ("year", "month", "week", "day", "hour", "minute"):
        for count in (-2, -1, 1, 2):
            written = await page.evaluate(
                "([count, unit]) => new Intl.RelativeTimeFormat('en', {numeric: 'auto'}).format(count, unit)",
                [count, unit],
            )
            assert written == _relative(count, unit)
