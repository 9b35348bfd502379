"""What a sender of reports is told."""

from __future__ import annotations

from msgspec import Struct


class MatchResult(Struct, frozen=True, kw_only=True):
    """What a match-result must have; every other key is kept as it came."""

    match_id: str


class AcceptedReport(Struct, frozen=True, kw_only=True):
    """The 202 of a report: it is on disk."""

    processed: int
    """Events counted in it."""
    status: str


class ProcessedResult(Struct, frozen=True, kw_only=True):
    """The 200 of a match's result: it is on disk."""

    status: str


class RefusedEvents(Struct, frozen=True, kw_only=True):
    """Lines or events of a report that were refused for the same reason."""

    reason: str
    lines: int
    text: str
    """The reason as a sentence."""


class ReportReceipt(Struct, frozen=True, kw_only=True):
    """What became of a report: `events` are those that its 202 named; `refused` may hold lines beyond them."""

    receipt: str
    status: str
    """pending, stored or quarantined."""
    events: int
    inserted: int
    duplicate: int
    quarantined: int
    refused: list[RefusedEvents]
