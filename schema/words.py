"""Reads `schema/words.toml` and folds spellings to canonical words; the word modules beside it build on this."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

WORD_CHARS_MAX: Final = 64
"""Longer text is cut before it is folded: these words go to LowCardinality columns."""

# Spellings remembered per list: more than any honest sender uses, few enough to bound memory.
_REMEMBERED_MAX: Final = 4096

WORDS: Final[Mapping[str, Any]] = tomllib.loads(Path(__file__).with_name("words.toml").read_text("utf-8"))


class Folding(dict[str, str]):
    """Text as received -> canonical word, for every text: `folding[text]` never fails.

    A dictionary because a look-up costs less than a call; spellings seen are remembered up to a bound.
    """

    def __init__(self, known: Mapping[str, str], unknown: Callable[[str], str]) -> None:
        """`known`: lower-case spelling -> word; `unknown`: what becomes of any other lower-case text."""
        super().__init__({"": "", **known})
        self._known = dict(known)
        self._unknown = unknown

    def __missing__(self, text: str) -> str:
        tidy = text[: 2 * WORD_CHARS_MAX].strip().lower()[:WORD_CHARS_MAX].rstrip()
        known = self._known.get(tidy) or self._known.get(whole_number(tidy))
        word = known if known is not None else self._unknown(tidy) if tidy else ""
        if len(self) < _REMEMBERED_MAX and len(text) <= WORD_CHARS_MAX:
            self[text] = word
        return word


def whole_number(text: str) -> str:
    """`"3.000"` -> `"3"`; empty when the text is not a whole number of at most 9 digits."""
    whole, dot, fraction = text.partition(".")
    if fraction.strip("0") or (dot and not whole):
        return ""
    digits = whole.removeprefix("-").removeprefix("+")
    if not (digits.isascii() and digits.isdigit() and len(digits) <= 9):
        return ""
    return str(int(whole))


def keep(text: str) -> str:
    """An unknown word stays as it is, in lower case."""
    return text


def keep_unless_number(text: str) -> str:
    """An unknown word stays; a number outside the engine's table is `unknown` (1.5, 1.6)."""
    return "unknown" if whole_number(text) else text
