"""How names become letters of a picture, whatever script they are in and whatever fonts the machine has."""

from __future__ import annotations

from functools import partial

import pytest

from web.pages import pictures
from web.pages.pictures import INSTEAD, Figure, Picture, legible, one_line, png, runs


def drawn(name: str) -> bytes:
    figures = [Figure("", "")] * 4
    return png("badge.svg", Picture(name=name, figures=figures, otherwise="Player 1234"), 26)


@pytest.fixture
def no_fonts_of_the_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """As on a server that has no fonts at all."""
    without = partial(pictures._is_drawn, with_system=False)
    monkeypatch.setattr(pictures, "_is_drawn", lambda letter, _: without(letter))


def test_what_xml_forbids_and_turns_direction_is_replaced() -> None:
    assert one_line("a\x00b\u202ec", 26) == "a\ufffdb\ufffdc"
    assert one_line("x" * 200, 10) == "x" * 9 + "…"


@pytest.mark.parametrize("name", ["Zażółć gęślą", "Снайпер Ωmega", "قناص الصحراء", "שלום", "Hunter"])
@pytest.mark.usefixtures("no_fonts_of_the_machine")
def test_a_picture_needs_no_font_of_the_machine(name: str) -> None:
    assert legible(name) == name
    assert drawn(name) != drawn("")
    # A letter that no font has is drawn as a box: what is drawn here are the letters themselves.
    assert drawn(name[0] * 3) != drawn(name[1] * 3)


@pytest.mark.usefixtures("no_fonts_of_the_machine")
def test_letters_that_no_font_has_are_dots_and_no_boxes() -> None:
    assert legible("战神 Hunter \U0001fa96\ufe0f") == f"{INSTEAD} Hunter {INSTEAD}"
    assert legible("战神 \U0001fa96") == ""
    # Then the picture says whose it is in another way.
    assert drawn("战神") == drawn("Player 1234")


def test_each_script_has_its_own_family_and_the_order_stays() -> None:
    found = runs("Ali قناص שלום!")
    assert [one.family for one in found] == [
        pictures.FAMILY, "Noto Sans Arabic", pictures.FAMILY, "Noto Sans Hebrew", pictures.FAMILY,
    ]  # fmt: skip
    assert "".join(one.text for one in found) == "Ali قناص שלום!"
