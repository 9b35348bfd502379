"""docs/events.md is what the vocabulary would make now."""

from __future__ import annotations

from pathlib import Path

from schema.catalogue import EVENT_TYPES, SOURCES
from schema.document import events_page

PAGE = Path(__file__).parents[2] / "docs" / "events.md"


def test_the_events_page_is_true() -> None:
    assert PAGE.read_text("utf-8") == events_page() + "\n", "run: python -m schema.document > docs/events.md"


def test_the_events_page_has_every_type_once() -> None:
    rows = [line.split(" | ") for line in events_page().splitlines() if line.startswith("| `")]
    types = [name.strip("| `") for name, second, *_ in rows if second in SOURCES]
    assert types == list(EVENT_TYPES)
