"""What commands print: tables, sizes and ages for people, and bytes of strangers so that no terminal obeys them."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Sequence
from typing import Final, TextIO

_BAR_CHARACTERS: Final = 30
_BAR_EVERY_S: Final = 0.2
_LINE_EVERY_S: Final = 10.0


def safe_text(raw: bytes | str) -> str:
    r"""Text as it is, with everything a terminal could take as a command (and every invalid byte) as \x1b or \u202e.

    Line breaks stay.
    """
    text = raw.decode("utf-8", "surrogateescape") if isinstance(raw, bytes) else raw
    return "".join(_safe(character) for character in text)


def safe_line(raw: bytes | str, characters_max: int = 0) -> str:
    """As `safe_text`, in one line; cut to `characters_max` if that is given."""
    line = safe_text(raw).replace("\n", "\\n")
    return line if not characters_max or len(line) <= characters_max else line[: characters_max - 1] + "…"


def _safe(character: str) -> str:
    if character.isprintable() or character == "\n":
        return character
    code = ord(character)
    if 0xDC80 <= code <= 0xDCFF:  # an invalid byte, as surrogateescape hides it
        return f"\\x{code - 0xDC00:02x}"
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Columns as wide as their widest cell; the last one is not padded."""
    widths = [max(len(row[column]) for row in (header, *rows)) for column in range(len(header))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in (header, *rows)
    )


def age(seconds: float) -> str:
    """Such as 3 s, 12 min, 5 h, 9 d."""
    for unit, size_s in (("d", 86_400), ("h", 3600), ("min", 60)):
        if seconds >= 2 * size_s:
            return f"{seconds / size_s:.0f} {unit}"
    return f"{max(0.0, seconds):.0f} s"


class Progress:
    """How far a long command is: a bar on a terminal, a line every ten seconds elsewhere.

    `total` and `done` are in `unit`; rate and time left follow from them.
    """

    def __init__(
        self,
        title: str,
        total: int,
        unit: str,
        out: TextIO = sys.stderr,
        clock_s: Callable[[], float] = time.monotonic,
    ) -> None:
        self._title, self.total, self._unit, self._out, self._clock_s = title, total, unit, out, clock_s
        self._is_terminal = out.isatty()
        self._started_s = self._said_s = clock_s()
        self.done = 0

    def advance(self, amount: int) -> None:
        """So much more is done."""
        self.done += amount
        now_s = self._clock_s()
        if now_s - self._said_s >= (_BAR_EVERY_S if self._is_terminal else _LINE_EVERY_S):
            self._said_s = now_s
            self._say(now_s)

    def finish(self) -> None:
        """The last word."""
        self._say(self._clock_s())
        if self._is_terminal:
            self._out.write("\n")
            self._out.flush()

    def _say(self, now_s: float) -> None:
        passed_s = max(now_s - self._started_s, 1e-9)
        rate = self.done / passed_s
        share = min(1.0, self.done / self.total) if self.total else 1.0
        left = f", {age((self.total - self.done) / rate)} left" if rate and self.done < self.total else ""
        figures = f"{share:4.0%} {self.done:,}/{self.total:,} {self._unit}, {rate:,.0f}/s{left}"
        if self._is_terminal:
            filled = round(share * _BAR_CHARACTERS)
            bar = "█" * filled + "·" * (_BAR_CHARACTERS - filled)
            self._out.write(f"\r\x1b[K{self._title} {bar} {figures}")
        else:
            self._out.write(f"{self._title} {figures}\n")
        self._out.flush()
