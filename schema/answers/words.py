"""Words that stand where a name is unknown."""

from __future__ import annotations

from typing import Final

UNKNOWN_PLAYER: Final = "Unknown Soldier"
UNKNOWN_SERVER: Final = "Unknown Server"
