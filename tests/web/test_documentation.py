from __future__ import annotations

import re

from tests.web.conftest import Served
from web.app import TABLES
from web.openapi import openapi_document


async def test_the_page_names_every_endpoint_and_every_type(served: Served) -> None:
    answer = await served.get("/api/docs", headers={"Accept-Encoding": "identity"})
    assert answer.status == 200
    assert answer.headers["Content-Type"].startswith("text/html")
    document = openapi_document([endpoint for table in TABLES for endpoint in table], "0")
    for path in document["paths"]:
        assert f"<code>{path}</code>" in answer.text
    # Every link to a type leads to one.
    linked = set(re.findall(r'href="#(type-[^"]+)"', answer.text))
    assert linked
    assert linked <= set(re.findall(r'id="(type-[^"]+)"', answer.text))


async def test_the_page_needs_no_inline_script_and_nobody_else_s(served: Served) -> None:
    answer = await served.get("/api/docs", headers={"Accept-Encoding": "identity"})
    assert "unsafe" not in answer.headers["Content-Security-Policy"]
    assert re.findall(r"<script(?![^>]*src=)[^>]*>|\son\w+=|\sstyle=", answer.text) == []
    assert re.findall(r'(?:src|href)="https?://', answer.text) == []


async def test_the_document_is_compressed_for_who_accepts_it(served: Served) -> None:
    answer = await served.get("/api/v1/openapi.json", headers={"Accept-Encoding": "gzip"})
    assert answer.headers["Content-Encoding"] == "gzip"
