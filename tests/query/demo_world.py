"""Fifty matches of the demo as rows of raw_events: five servers, three ways of writing, over midnight and a month's end."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from ingest.context import Context
from ingest.decode import Decoder
from ingest.enrich import Enricher
from ingest.formats import split_report
from schema.columns import INDEX, Row
from statline.demo.fleet import DemoOptions, DemoServer, Spelling
from tests.query.rows import milliseconds

BEGAN = datetime(2026, 10, 31, 19, 30, tzinfo=UTC)
APART = timedelta(minutes=47)
SPELLINGS: tuple[Spelling, ...] = ("json", "json", "json", "form", "stranger")
MATCHES = 10


def demo_rows(events_max: int = 24_000) -> list[Row]:
    """The rows as the writer stores them, in the order of their arrival."""
    options = DemoOptions(
        seed=7, servers=len(SPELLINGS), players=5, bots=1, matches=MATCHES, match_s=600.0, events_max=events_max,
        started_at_unix_s=BEGAN.timestamp(),
    )  # fmt: skip
    rows: list[Row] = []
    for number, spelling in enumerate(SPELLINGS):
        rows += _server_rows(DemoServer(options, number, spelling), f"server-{number}")
    arrived = milliseconds(datetime.now(UTC))
    for row in rows:
        # The events lie where the test wants them; rows of long ago would be dropped at once.
        row[INDEX["received_at"]] = arrived
    return rows


def _server_rows(server: DemoServer, server_id: str) -> list[Row]:
    decoder, enricher, rows = Decoder(), Enricher(Context()), []
    for match, (_, requests) in enumerate(server.matches()):
        began_ms = milliseconds(BEGAN + match * APART)
        for request in requests:
            report = [decoder.decode(event) for event in split_report(request.body).events]
            enricher.fill(report, server_id, began_ms + request.due_ms)
            rows += report
    return rows
