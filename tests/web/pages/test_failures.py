"""Errors as a browser gets them, over HTTP."""

from __future__ import annotations

from tests.web.conftest import Served

HTML = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8", "Accept-Encoding": "identity"}


async def test_a_browser_gets_an_unknown_address_as_a_page(served: Served) -> None:
    answer = await served.get("/nowhere", headers=HTML)
    assert answer.status == 404
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    assert "<h1>Nothing at this position</h1>" in answer.text


async def test_a_program_gets_it_as_json(served: Served) -> None:
    assert (await served.get("/nowhere")).json["error"] == "Not Found"
    assert (await served.get("/api/v1/nowhere", headers=HTML)).json["error"] == "Not Found"


async def test_a_store_that_is_away_is_a_page_that_comes_back(served: Served) -> None:
    answer = await served.get("/", headers=HTML)
    assert answer.status == 503
    assert answer.headers["Retry-After"] == answer.headers["Refresh"] == "5"
    assert "The figures are away" in answer.text
    assert answer.headers["X-Request-Id"] in answer.text


async def test_pages_forbid_inline_script_and_frames(served: Served) -> None:
    policy = (await served.get("/nowhere", headers=HTML)).headers["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "script-src 'self';" in policy
    assert "frame-ancestors 'none'" in policy


async def test_what_a_stranger_wrote_into_the_address_is_not_repeated_as_markup(served: Served) -> None:
    answer = await served.get("/%3Cscript%3Ealert(1)%3C/script%3E?q=%3Cb%3E", headers=HTML)
    assert answer.status == 404
    assert "<script>alert" not in answer.text
