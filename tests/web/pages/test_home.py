from __future__ import annotations

from playwright.async_api import expect

from clickhouse.client import ClickHouse
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
