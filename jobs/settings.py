"""What can be set about background work."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from schema.settings import setting


@dataclass(frozen=True)
class JobsSettings:
    """Section `jobs`: the worker role."""

    SECTION: ClassVar[str] = "jobs"

    settle_every_s: int = setting(
        10, "Seconds between two looks for matches that ended.", minimum=1, maximum=59
    )
    settle_after_end_s: float = setting(
        15.0, "Seconds after the end of a match before it is settled: its last events may be on their way.",
        minimum=0, maximum=3600,
    )  # fmt: skip
    settle_quiet_s: float = setting(
        600.0, "Seconds without an event after which a match that never said it ended is settled.",
        minimum=1, maximum=86_400,
    )  # fmt: skip
    settle_again_s: float = setting(
        60.0, "Seconds before a settled match is settled again for events that came later.",
        minimum=0, maximum=86_400,
    )  # fmt: skip
    settle_matches_max: int = setting(200, "Matches settled in one go.", minimum=1, maximum=10_000)
    settle_events_max: int = setting(
        1_000_000, "Events of the largest match that is settled; a larger one is no match and is left alone.",
        minimum=1000, maximum=100_000_000,
    )  # fmt: skip
