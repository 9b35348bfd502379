from __future__ import annotations

import io

import pytest

from statline.terminal import Progress, age, safe_line, safe_text, table


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        (b"plain \xc3\xa9", "plain é"),
        (b"\x1b[2J\x07\r", r"\x1b[2J\x07\x0d"),
        (b"bad \xff\xfe", r"bad \xff\xfe"),
        ("\u202egpj.exe\u2028", r"\u202egpj.exe\u2028"),
        ("\x9b31m", r"\x9b31m"),
        ("\U000e0041", r"\U000e0041"),
        (b"two\nlines", "two\nlines"),
    ],
)
def test_a_terminal_obeys_nothing_that_a_stranger_sent(raw: bytes | str, text: str) -> None:
    assert safe_text(raw) == text


def test_a_line_stays_one_and_is_cut() -> None:
    assert safe_line("a\nb") == r"a\nb"
    assert safe_line("x" * 50, 10) == "x" * 9 + "…"


def test_ages_are_short() -> None:
    assert [age(s) for s in (-1, 0.4, 119, 121, 7300, 200_000)] == [
        "0 s",
        "0 s",
        "119 s",
        "2 min",
        "2 h",
        "2 d",
    ]


def test_columns_line_up() -> None:
    assert table(("A", "B"), [("long", "x"), ("s", "yy")]) == "A     B\nlong  x\ns     yy"


def test_elsewhere_than_on_a_terminal_progress_is_a_line_now_and_then() -> None:
    now, out = [0.0], io.StringIO()
    progress = Progress("player_days", 1000, "rows", out, lambda: now[0])
    for seconds in (1.0, 9.0, 10.0, 11.0, 20.0):
        now[0] = seconds
        progress.advance(100)
    progress.finish()
    assert out.getvalue().splitlines() == [
        "player_days  30% 300/1,000 rows, 30/s, 23 s left",
        "player_days  50% 500/1,000 rows, 25/s, 20 s left",
        "player_days  50% 500/1,000 rows, 25/s, 20 s left",
    ]


def test_on_a_terminal_progress_is_a_bar() -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    now, out = [0.0], Terminal()
    progress = Progress("x", 10, "rows", out, lambda: now[0])
    now[0] = 1.0
    progress.advance(10)
    progress.finish()
    assert out.getvalue().endswith("█" * 30 + " 100% 10/10 rows, 10/s\n")
