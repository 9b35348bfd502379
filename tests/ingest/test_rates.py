"""A server that sends more than it may waits; the others do not."""

from __future__ import annotations

from ingest.rates import BURST_S, ServerRates


class Clock:
    def __init__(self) -> None:
        self.now_s = 1000.0

    def __call__(self) -> float:
        return self.now_s


def test_without_a_limit_anybody_sends_any_number() -> None:
    rates = ServerRates(0, Clock())
    rates.count("a", 10**9)
    assert rates.wait_s("a") == 0


def test_a_burst_passes_and_its_debt_is_waited_for() -> None:
    clock = Clock()
    rates = ServerRates(100, clock)
    rates.count("a", int(100 * BURST_S))
    assert rates.wait_s("a") == 0, "spent to the last one, not beyond"
    rates.count("a", 300)
    assert rates.wait_s("a") == 3.0
    assert rates.wait_s("b") == 0
    clock.now_s += 3
    assert rates.wait_s("a") == 0


def test_over_a_long_time_the_rate_holds_whatever_the_size_of_reports() -> None:
    for size in (1, 70, 5000):
        clock = Clock()
        rates = ServerRates(100, clock)
        sent = 0
        for _ in range(100_000):
            if rates.wait_s("a"):
                clock.now_s += 0.01
            else:
                rates.count("a", size)
                sent += size
        lasted_s = clock.now_s - 1000.0
        assert sent <= 100 * (lasted_s + BURST_S) + size


def test_an_idle_server_saves_up_one_burst_at_most() -> None:
    clock = Clock()
    rates = ServerRates(100, clock)
    rates.count("a", 1)
    clock.now_s += 86_400
    rates.count("a", int(100 * BURST_S) + 100)
    assert rates.wait_s("a") == 1.0
