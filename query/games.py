"""Which game's figures an answer is made of: they never mix."""

from __future__ import annotations

from typing import Final

MOHAA: Final = "mohaa"
"""Medal of Honor: Allied Assault, the game of every OpenMOHAA server."""
