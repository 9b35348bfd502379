"""The overlay for streams, in a browser, beside a match that is being played."""

from __future__ import annotations

import urllib.error
from collections.abc import Callable, Iterator
from typing import Any

from playwright.async_api import Page, expect

from tests.web.pages.browsing import Visits
from tests.web.pages.site import HOSTILE, Site

TEAMS = ("american", "german")


def kill(match: str, number: int, killer: str, victim: str, **more: Any) -> dict[str, object]:
    """A kill between two teams; players are their names, and nobody whom another test counts."""
    return {
        "type": "player_kill", "match_id": match, "session_id": f"sess_{match}", "timestamp": f"{30 + number}.5",
        "attacker_guid": f"live-{killer}", "attacker_name": HOSTILE.get(killer, killer), "attacker_team": TEAMS[number % 2],
        "victim_guid": f"live-{victim}", "victim_name": HOSTILE.get(victim, victim), "victim_team": TEAMS[1 - number % 2],
        "weapon": "Thompson", **more,
    }  # fmt: skip


def opening(match: str) -> Iterator[dict[str, object]]:
    """A match with a score and a few kills by players of every kind of name."""
    base = {"match_id": match, "session_id": f"sess_{match}", "gametype": "2"}
    yield {"type": "match_start", "timestamp": "1.5", "map_name": "obj/obj_team2", "maxclients": "16", **base}
    players = list(HOSTILE)
    for number, killer in enumerate(players):
        victim = players[(number + 1) % len(players)]
        yield kill(match, number, killer, victim, hitloc="head" if number % 3 == 0 else "torso_upper")
    yield {
        "type": "heartbeat", "timestamp": "59.5", "allies_score": "12", "axis_score": "9", "player_count": "8",
        "round_number": "2", **base,
    }  # fmt: skip


def is_there(site: Site, match: str) -> bool:
    try:
        return bool(site.json(f"/api/v1/live/matches/{match}")["players"])
    except urllib.error.HTTPError:
        return False


async def opened(
    site: Site, visit: Visits, eventually: Callable[..., Any], match: str, query: str = ""
) -> Page:
    site.post(*opening(match))
    await eventually(lambda: is_there(site, match), within_s=30)
    page = await visit(f"/overlay/match/{match}{query}")
    await expect(page.locator(".points")).to_have_text("12 – 9")
    return page


async def test_the_board_and_the_feed_move_without_a_reload(
    site: Site, visit: Visits, eventually: Callable[..., Any]
) -> None:
    page = await opened(site, visit, eventually, "overlay-moves", "?seconds=600")
    await expect(page.locator("#board .side")).to_have_count(2)
    await expect(page.locator("#feed li")).to_have_count(8)
    site.post(kill("overlay-moves", 40, "Newcomer", "hostile-script", weapon="Bazooka"))
    await expect(page.locator("#feed li").last).to_contain_text("Bazooka", timeout=20_000)
    await expect(page.locator("#board")).to_contain_text("Newcomer")
    end = {
        "type": "match_end",
        "match_id": "overlay-moves",
        "session_id": "sess_overlay-moves",
        "timestamp": "99.5",
    }
    site.post({**end, "winning_team": "allies", "allies_score": "13", "axis_score": "9"})
    await expect(page.locator(".state")).to_have_text("Allies win", timeout=20_000)
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
