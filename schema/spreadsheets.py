"""What a spreadsheet makes of a text: names come from strangers, and none may become a formula."""

from __future__ import annotations

import re
from typing import Final

FORMULA: Final = r"^[=+\-@\t\r]"
"""Beginnings that a spreadsheet takes for a formula. In CSV such a text gets a ' in front."""

_FORMULA: Final = re.compile(FORMULA)


def without_formula(text: str) -> str:
    """The text as it may stand in a CSV file."""
    return f"'{text}" if _FORMULA.match(text) else text
