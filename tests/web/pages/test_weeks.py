from __future__ import annotations

from web.pages.weeks import LEVELS, week


def test_the_busiest_hour_has_the_last_colour_and_anything_counted_the_first() -> None:
    shown = week({(1, 0): 1, (5, 20): 100, (7, 23): 50})
    levels = {(day, cell.hour): cell.level for day, cells in shown.rows for cell in cells if cell.level}
    assert levels == {("Mon", 0): 1, ("Fri", 20): LEVELS, ("Sun", 23): 3}
    assert (shown.most, shown.busiest) == (100, "Fri 20:00")


def test_a_week_without_anything_has_no_busiest_hour() -> None:
    shown = week({})
    assert (shown.most, shown.busiest) == (0, "")
    assert [len(cells) for _, cells in shown.rows] == [24] * 7
