"""A browser for tests: pages at the sizes and themes people have, and what must be true of every one of them."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Literal

import pytest
from playwright.async_api import Browser, BrowserContext, ConsoleMessage, Page, Playwright, Response

AXE: Final = Path(__file__).parents[3] / "web" / "frontend" / "node_modules" / "axe-core" / "axe.min.js"
ARGUMENTS: Final = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage",
]  # fmt: skip
SERIOUS: Final = {"serious", "critical"}

Size = Literal["phone", "desktop"]
Theme = Literal["dark", "light"]
SIZES: Final[dict[Size, tuple[int, int]]] = {"phone": (390, 844), "desktop": (1440, 900)}


def program() -> str:
    """The browser: STATLINE_TEST_BROWSER, else chromium of PATH. `make test` says how to get one."""
    found = (
        os.environ.get("STATLINE_TEST_BROWSER")
        or shutil.which("chromium")
        or shutil.which("chromium-browser")
    )
    if not found:
        pytest.fail("the tests of pages need chromium: see `make browser`")
    return found


async def launch(playwright: Playwright) -> Browser:
    """A browser without a window and without connections of its own."""
    return await playwright.chromium.launch(executable_path=program(), args=ARGUMENTS)


@dataclass
class Visits:
    """`await visit("/path")` opens a page of the site; on leaving, no page may have complained."""

    browser: Browser
    base_url: str
    complaints: list[str] = field(default_factory=list)
    contexts: list[BrowserContext] = field(default_factory=list)

    async def __call__(
        self,
        path: str,
        *,
        size: Size = "desktop",
        theme: Theme = "dark",
        script: bool = True,
        status: int = 200,
    ) -> Page:
        """The page, loaded; `script=False` as a reader without JavaScript sees it."""
        width, height = SIZES[size]
        context = await self.browser.new_context(
            base_url=self.base_url,
            viewport={"width": width, "height": height},
            color_scheme=theme,
            java_script_enabled=script,
            reduced_motion="reduce",
        )
        self.contexts.append(context)
        page = await context.new_page()
        page.set_default_timeout(60_000)
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.complaints.append(f"script: {error}"))
        page.on("response", self._response)
        response = await page.goto(path)
        assert response is not None
        assert response.status == status, await response.text()
        if status >= 400:
            # The browser reports the status that was asked for.
            self.complaints.clear()
        return page

    def _console(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            self.complaints.append(f"console: {message.text}")

    def _response(self, response: Response) -> None:
        if not response.url.startswith(self.base_url):
            self.complaints.append(f"foreign address: {response.url}")

    async def leave(self) -> None:
        """Close every page."""
        for context in self.contexts:
            await context.close()


async def findings(page: Page) -> list[str]:
    """What axe finds serious or critical on the page."""
    await page.evaluate(AXE.read_text(encoding="utf-8"))
    found: list[dict[str, Any]] = await page.evaluate(
        "async () => (await axe.run(document, {resultTypes: ['violations']})).violations"
    )
    return [
        f"{one['id']}: {one['help']}: {[node['html'][:160] for node in one['nodes'][:3]]}"
        for one in found
        if one["impact"] in SERIOUS
    ]


async def overflow_px(page: Page) -> int:
    """By how much the page is wider than the window: a page must not scroll sideways."""
    width: int = await page.evaluate(
        "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    )
    return width


async def layout_shift(page: Page) -> float:
    """The cumulative layout shift since the page was opened."""
    shift: float = await page.evaluate(
        """() => new Promise((resolve) => {
             let sum = 0;
             new PerformanceObserver((list) => {
               for (const entry of list.getEntries()) if (!entry.hadRecentInput) sum += entry.value;
             }).observe({type: 'layout-shift', buffered: true});
             requestAnimationFrame(() => requestAnimationFrame(() => resolve(sum)));
           })"""
    )
    return shift


async def transferred_bytes(page: Page) -> int:
    """What a first visit of this page cost on the network, compressed, headers left out."""
    total: int = await page.evaluate(
        """() => performance.getEntriesByType('navigation').concat(performance.getEntriesByType('resource'))
              .reduce((sum, entry) => sum + entry.encodedBodySize, 0)"""
    )
    return total
