"""Names can never become markup, on no page."""

from __future__ import annotations

from urllib.parse import quote

import pytest

from tests.web.pages.browsing import Visits, overflow_px
from tests.web.pages.site import HOSTILE


@pytest.mark.parametrize("guid", HOSTILE)
async def test_a_players_page_shows_his_name_as_it_is(guid: str, visit: Visits) -> None:
    page = await visit(f"/player/{quote(guid, safe='')}", size="phone")
    assert (await page.locator("h1 bdi").text_content()) == HOSTILE[guid]
    assert await page.title() == f"{HOSTILE[guid]} · statline".strip()
    assert await overflow_px(page) <= 0


@pytest.mark.parametrize(
    "path", ["/", "/leaderboards", "/player/hostile-script/compare?with=hostile-closing"]
)
async def test_pages_with_strangers_names_run_nothing_of_theirs(path: str, visit: Visits) -> None:
    page = await visit(path)
    assert await page.title() != "owned"
    assert (
        await page.locator("main img, main svg[onload], main script:not([type='application/json'])").count()
        == 0
    )
