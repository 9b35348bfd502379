"""Pages when something is not as usual: nothing there yet, unknown, away, slow, or too much of it."""

from __future__ import annotations

import asyncio
import os
import re
import shlex
import signal
import subprocess
from collections.abc import Callable
from typing import Any

import pytest
from playwright.async_api import Browser, Route, expect

from tests.web.pages.browsing import Visits
from tests.web.pages.site import CROWD, Site, open_site


@pytest.mark.parametrize(
    ("path", "sentence"),
    [
        ("/player/nobody-at-all", "No such player was ever seen"),
        ("/match/nothing-at-all", "No such match was ever heard of"),
        ("/map/dm%2Fnowhere", "Nobody was ever seen on such a map"),
        ("/server/none", "No such server is registered"),
        ("/weapon/Slingshot", "Nobody ever used such a weapon"),
        ("/player/a%2Fb%3Fc", "No such player was ever seen"),
        ("/overlay/server/none", "Server not found"),
    ],
)
async def test_what_nobody_knows_is_a_page_that_says_so_and_leads_on(
    path: str, sentence: str, visit: Visits
) -> None:
    page = await visit(path, status=404, size="phone", script=False)
    await expect(page.locator(".lead")).to_contain_text(sentence)
    await expect(page.get_by_role("link", name="Leaderboards").first).to_be_visible()


async def test_a_new_site_shows_its_first_event_and_comes_back_when_a_store_was_away(
    browser: Browser, eventually: Callable[..., Any]
) -> None:
    with open_site(with_data=False) as site:
        visits = Visits(browser, site.url)
        for path in ("/leaderboards", "/leaderboards/rating", "/matches", "/maps", "/servers"):
            page = await visits(path, script=False)
            await expect(page.locator(".state, tbody tr").first).to_be_visible()
        page = await visits("/")
        command = await page.get_by_label("Command that sends an event").inner_text()
        sent = await asyncio.to_thread(
            subprocess.run,
            shlex.split(command.replace("$TOKEN", site.node.token)),
            capture_output=True,
            check=True,
        )
        assert b"accepted" in sent.stdout
        # Nobody has an answer, too: stored is what was seen.
        await eventually(lambda: site.node.ask("/api/v1/stats/player/42")[1]["first_seen"])

        # The supervisor would bring it back at once.
        engine = site.node.role("engine")
        assert engine is not None
        os.kill(site.node.pid, signal.SIGSTOP)
        os.kill(engine, signal.SIGKILL)
        page = await visits("/weapons", status=503)
        await expect(page.locator("h1")).to_have_text("The figures are away")
        await expect(page.get_by_role("navigation", name="Pages")).to_be_visible()
        os.kill(site.node.pid, signal.SIGCONT)
        await expect(page.locator("h1")).to_have_text("Weapons")
        await expect(page.locator("tbody")).to_contain_text("Thompson")
        await visits.leave()


async def test_a_slow_network_leaves_the_page_usable_and_says_that_it_is_slow(visit: Visits) -> None:
    page = await visit("/leaderboards")
    arrives = asyncio.Event()

    async def late(route: Route) -> None:
        await arrives.wait()
        await route.continue_()

    await page.route("**/leaderboards?*", late)
    await page.clock.install()
    await page.get_by_label("Ranked by").select_option("deaths")
    await expect(page.locator("#board")).to_have_class(re.compile("htmx-request"))
    await expect(page.locator("#board-title")).to_have_text("Kills, all time")
    await expect(page.get_by_label("Period")).to_be_enabled()
    await page.clock.run_for(4500)
    await expect(page.locator(".slow-note")).to_contain_text("The network is slow")
    arrives.set()
    await expect(page.locator("#board-title")).to_have_text("Deaths, all time")
    await expect(page.locator(".slow-note")).to_be_hidden()


async def test_two_hundred_players_fit_a_match_and_a_board(site: Site, visit: Visits) -> None:
    page = await visit("/match/crowd", size="phone")
    rows = page.locator("[data-live-player]")
    await expect(rows).to_have_count(CROWD)
    # The game's colour codes are no part of a name.
    assert not [name for name in await rows.locator("bdi").all_inner_texts() if "^" in name]
    assert await page.locator(".matrix tbody tr").count() <= 16
    page = await visit("/leaderboards?map=dm/mohdm7")
    await expect(page.locator("#board tbody tr")).to_have_count(50)
    await page.get_by_role("link", name="Next").click()
    await expect(page.locator("#board")).to_contain_text(f"Ranks 51 to 100 of {CROWD}")
