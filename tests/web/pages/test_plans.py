from __future__ import annotations

import pytest

from web.pages.plans import LEVELS, WIDTH, plan


def test_every_place_lies_in_the_picture_with_north_up() -> None:
    ground = plan([(-1200, 300), (800, -900), (0, 0)])
    assert ground is not None
    for x, y in ((-1200, 300), (800, -900)):
        assert 0 < ground.x(x) < WIDTH
        assert 0 < ground.y(y) < ground.height
    assert ground.y(300) < ground.y(-900)


def test_axes_have_round_numbers_in_game_units_at_their_places() -> None:
    ground = plan([(-1000, 0), (1000, 1500)])
    assert ground is not None
    assert [tick.label for tick in ground.columns] == ["-1000", "-500", "0", "500", "1000"]
    assert ground.columns[2].at == ground.x(0)


def test_one_place_still_has_ground_around_it() -> None:
    ground = plan([(50, 50)])
    assert ground is not None
    assert ground.x(50) == pytest.approx(WIDTH / 2)


def test_no_place_and_places_that_are_no_numbers_are_no_plan() -> None:
    assert plan([]) is None
    assert plan([(float("nan"), 0), (0, float("inf"))]) is None


def test_the_fullest_square_has_the_last_colour_and_empty_ones_are_left_out() -> None:
    ground = plan([(0, 0), (1000, 1000)])
    assert ground is not None
    cells = ground.cells([(0, 0, 100), (100, 0, 1), (200, 0, 0)], 100)
    assert [(cell.value, cell.level) for cell in cells] == [(100, LEVELS), (1, 1)]
    # The lower corner is given, a picture is drawn from the upper one.
    assert cells[0].y == ground.y(100)
