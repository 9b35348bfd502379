"""One site with data and one browser for all tests of pages; `visit` opens a page and lets none complain.

These fixtures live on the session's loop, as the browser does: tests that use them are moved onto it here.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser, async_playwright, expect

from tests.web.pages.browsing import Visits, launch
from tests.web.pages.site import Site, open_site

# A page that shows it later is slow, not wrong: on a busy machine Playwright's five seconds pass quickly.
expect.set_options(timeout=60_000)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "browser" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)


@pytest.fixture(scope="session")
def site() -> Iterator[Site]:
    """A running site with simulated matches and hostile names; shared, so tests only add to it."""
    with open_site() as opened:
        yield opened


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    """The browser of this test process."""
    async with async_playwright() as playwright:
        started = await launch(playwright)
        yield started
        await started.close()


@pytest_asyncio.fixture(loop_scope="session")
async def visit(browser: Browser, site: Site) -> AsyncIterator[Visits]:
    """`page = await visit("/leaderboards", size="phone", theme="light")`; the test fails if a page complained."""
    visits = Visits(browser, site.url)
    yield visits
    await visits.leave()
    assert visits.complaints == []
