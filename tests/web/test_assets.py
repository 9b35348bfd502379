from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from tests.web.conftest import Served
from web.assets import load_assets
from web.errors import HttpError


def test_an_address_changes_with_the_content(tmp_path: Path) -> None:
    (tmp_path / "site.css").write_text("a{}")
    before = load_assets(tmp_path)
    (tmp_path / "site.css").write_text("b{}")
    after = load_assets(tmp_path)
    assert before.url("site.css") != after.url("site.css")
    assert after.url("site.css") == load_assets(tmp_path).url("site.css")


def test_a_file_is_kept_for_ever_under_its_own_address_only(tmp_path: Path) -> None:
    (tmp_path / "site.css").write_text("a{}")
    assets = load_assets(tmp_path)
    assert "immutable" in assets.response("site.css", assets.version, "").headers["Cache-Control"]
    assert "immutable" not in assets.response("site.css", "older", "").headers["Cache-Control"]


def test_the_best_compressed_copy_that_the_client_reads_is_sent(tmp_path: Path) -> None:
    (tmp_path / "app.js").write_bytes(b"plain")
    (tmp_path / "app.js.br").write_bytes(b"brotli")
    (tmp_path / "app.js.gz").write_bytes(b"gzip")
    assets = load_assets(tmp_path)
    for accepts, body, encoding in (
        ("gzip, deflate, br", b"brotli", "br"), ("gzip", b"gzip", "gzip"), ("", b"plain", None), ("br;q=0", b"plain", None),
    ):  # fmt: skip
        response = assets.response("app.js", assets.version, accepts)
        assert (response.body, response.headers.get("Content-Encoding")) == (body, encoding)
        assert response.headers["Vary"] == "Accept-Encoding"


def test_only_built_files_are_served(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("private")
    assets = load_assets(tmp_path)
    for path in ("notes.txt", "../assets.py", "/etc/passwd", ""):
        with pytest.raises(HttpError, match="File not found"):
            assets.response(path, assets.version, "")


def test_without_a_built_front_end_pages_have_addresses_still(tmp_path: Path) -> None:
    assets = load_assets(tmp_path / "nothing")
    assert len(assets) == 0
    assert assets.url("site.css").startswith("/static/")


async def test_the_stylesheet_is_served_compressed(served: Served) -> None:
    assets = load_assets()
    answer = await served.get(assets.url("site.css"), headers={"Accept-Encoding": "gzip"})
    assert answer.status == 200
    assert answer.headers["Content-Type"] == "text/css; charset=utf-8"
    assert b"--accent" in gzip.decompress(answer.body)
