from __future__ import annotations

from ingest.crowd import CROWD_MIN, Crowd


def test_nobody_waits_in_an_empty_crowd_and_a_longer_one_waits_longer() -> None:
    now = [0.0]
    crowd = Crowd(lambda: now[0])
    assert crowd.expected_s() == 0.0

    for _ in range(200):
        crowd.joined()
        now[0] += 0.002
        crowd.reached()

    assert crowd.expected_s() == 0.0
    for _ in range(100):
        crowd.joined()
    assert 0.19 < crowd.expected_s() <= 0.2


def test_a_report_far_behind_tells_the_same_time_for_each_as_the_first() -> None:
    now = [0.0]
    crowd = Crowd(lambda: now[0])
    for _ in range(5):
        for _ in range(50):
            crowd.joined()
        for _ in range(50):
            now[0] += 0.01
            crowd.reached()

    for _ in range(10):
        crowd.joined()
    assert 0.095 < crowd.expected_s() <= 0.1001


def test_a_few_are_no_crowd() -> None:
    crowd = Crowd()
    for _ in range(CROWD_MIN - 1):
        crowd.joined()
    assert not crowd.is_one()
    crowd.joined()
    assert crowd.is_one()
