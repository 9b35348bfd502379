from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from html import unescape
from uuid import UUID

from playwright.async_api import expect

from clickhouse.client import ClickHouse
from jobs.sequences import SEQUENCES
from jobs.settings import JobsSettings
from jobs.settling import Settling
from query.periods import period
from tests.query.rows import kill, store
from tests.web.conftest import Serve
from tests.web.pages.browsing import Visits
from tests.web.pages.site import Site

HTML = {"Accept": "text/html", "Accept-Encoding": "identity"}


async def test_the_front_page_shows_the_last_days_figures(site: Site, visit: Visits) -> None:
    page = await visit("/")
    figures = page.get_by_label("Figures of the last 24 hours")
    played = site.json("/api/v1/stats/global")["total_matches"]
    await expect(figures.locator(".figure", has_text="Matches").locator("dd")).to_have_text(str(played))
    await expect(page.locator(".match-card")).to_have_count(min(played, 8))


async def test_the_records_of_the_week_say_what_who_and_in_which_match(
    serve: Serve, clickhouse: ClickHouse
) -> None:
    monday = period("week", datetime.now(UTC)).since
    assert monday is not None
    ms = timedelta(milliseconds=1)
    # Three in a row by one, then one from afar by another; what was before this week does not count.
    rows = [kill(monday + n * ms, "40", "41", player_name="<b>Ann") for n in range(3)]
    rows.append(kill(monday + 4 * ms, "41", "42", player_name="Bob", weapon="KAR98", distance_units=4000.0))
    before = {"match_id": UUID(int=99), "distance_units": 9000.0}
    rows += [kill(monday - timedelta(days=1, seconds=n), "9", "8", **before) for n in range(9)]
    await store(clickhouse, rows, "week")
    later = datetime.now(UTC) + timedelta(days=1)
    await Settling(clickhouse, JobsSettings(), [SEQUENCES], lambda: later).run()
    async with serve(clickhouse=clickhouse) as served:
        page = (await served.get("/", headers=HTML)).text
    [shown] = re.findall(r'<ul class="cards records">(.*?)</ul>', page, re.DOTALL)
    cards = [" ".join(re.sub(r"<[^>]*>", " ", card).split()) for card in shown.split("<li ")[1:]]
    found = {unescape(card.partition(">")[2].strip().partition(" ,")[0]) for card in cards}
    assert "Most kills in a match 3 <b>Ann mohdm6" in found
    assert "Longest kill 101.6 m Bob mohdm6" in found
    assert not [card for card in cards if "name of 9" in card]


async def test_a_site_without_events_says_how_to_send_the_first(serve: Serve, clickhouse: ClickHouse) -> None:
    async with serve(clickhouse=clickhouse) as served:
        answer = await served.get("/", headers=HTML)
        assert answer.status == 200
        assert "Send the first event" in answer.text
        assert f"curl http://127.0.0.1:{served.port}/api/v1/ingest/events" in answer.text


async def test_a_reader_who_has_the_page_is_told_so(serve: Serve, clickhouse: ClickHouse) -> None:
    async with serve(clickhouse=clickhouse) as served:
        first = await served.get("/", headers=HTML)
        again = await served.get("/", headers={**HTML, "If-None-Match": first.headers["ETag"]})
        assert (again.status, again.body) == (304, b"")
