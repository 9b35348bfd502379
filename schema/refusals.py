"""Why something that arrived did not become an event: the labels of metrics and the reasons in the quarantine."""

from __future__ import annotations

from enum import StrEnum
from typing import Self


class RefusalReason(StrEnum):
    """One reason; `sentence` says it to people."""

    sentence: str

    def __new__(cls, value: str, sentence: str) -> Self:
        """A member is its text; the sentence hangs on it."""
        member = str.__new__(cls, value)
        member._value_ = value
        member.sentence = sentence
        return member

    NO_TYPE = "no_type", "The event has no type, or an empty one."
    BAD_JSON = "bad_json", "The line begins with { but is not one JSON object."
    TOO_DEEP = "too_deep", "The JSON object is nested deeper than 128 levels."
    INVALID_BODY = "invalid_body", "The report is no JSON array of objects, so none of it could be read."
    DECODE_FAILED = "decode_failed", "The decoder failed on this event: a fault of statline, to be reported."
    DAMAGED_RECORD = "damaged_record", "A spool record does not match its checksum."
    REFUSED_BY_CLICKHOUSE = (
        "refused_by_clickhouse",
        "ClickHouse refused this row while accepting its neighbours.",
    )


def sentence_of(reason: str) -> str:
    """What a reason says to people; empty for one that another version wrote."""
    return next((known.sentence for known in RefusalReason if known.value == reason), "")
