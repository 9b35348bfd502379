"""How long an answer lives in the cache: the one table of kind -> seconds (design.md, section 6)."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

LIFETIMES_S: Final[Mapping[str, int]] = MappingProxyType(
    {
        # A game server's page polls what is happening now.
        "live": 5,
        # Who watches one match wants it to move; asked once a second however many watch.
        "board": 1,
        # A player or a match is looked at right after it was played: ten seconds old is still "now".
        "player": 10,
        "match": 10,
        "server": 10,
        # Ranks move slowly and are the dearest questions; a week's ranks move faster than those of all time.
        "leaderboard_week": 30,
        "leaderboard": 60,
        "global": 60,
        # Lists of maps, weapons and the like change once a day at most.
        "list": 300,
    }
)
"""Kind of answer -> seconds it may be served from the cache. A kind that is missing here is a programming error."""


def kept_s(kind: str) -> int:
    """How long an answer of that kind is kept: fresh for its lifetime, then stale for as long again."""
    return 2 * LIFETIMES_S[kind]
