from __future__ import annotations

import pytest

from ingest.patience import Patience


def test_who_arrives_while_answers_come_at_once_may_wait_nearly_as_long_as_the_hold() -> None:
    patience = Patience(1.0)

    assert patience.room_by_s(50.0, 50.0) == patience.begin_by_s(50.0, 50.0) == pytest.approx(50.8)


def test_what_answers_took_lately_is_taken_off_so_that_they_come_in_time() -> None:
    patience = Patience(1.0)
    patience.note(0.3, 50.0)
    patience.note(0.1, 50.5)

    assert patience.begin_by_s(50.9, 50.9) == pytest.approx(51.45)
    assert patience.room_by_s(51.5, 51.5) == pytest.approx(52.05)
    assert patience.begin_by_s(52.0, 52.0) == pytest.approx(52.8)


def test_a_disk_that_is_slow_for_long_leaves_half_of_the_time() -> None:
    patience = Patience(1.0)
    patience.note(30.0, 50.0)

    assert patience.begin_by_s(50.0, 50.0) == pytest.approx(50.55)


def test_without_a_hold_a_busy_disk_has_its_time_and_nobody_waits_for_room() -> None:
    patience = Patience(0.0)

    assert patience.room_by_s(50.0, 50.0) == 50.0
    assert patience.begin_by_s(50.0, 50.0) == pytest.approx(50.3)
