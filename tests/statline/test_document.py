"""The pages of docs/ that are made from the code are what the code would make now."""

from __future__ import annotations

from pathlib import Path

from statline.document import settings_page

REPOSITORY = Path(__file__).parents[2]


def test_the_settings_page_is_true() -> None:
    page = (REPOSITORY / "docs" / "settings.md").read_text(encoding="utf-8")
    assert page == settings_page(), "run: python -m statline.document > docs/settings.md"
