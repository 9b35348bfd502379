"""How many events a second one game server may send: a token bucket each, in the memory of one web process."""

from __future__ import annotations

from collections.abc import Callable

# Scripts collect events and send several seconds of them at once.
BURST_S = 5.0


class ServerRates:
    """A bucket for each server that sent; as many as are registered.

    A bucket may go below nothing: a report counts whole, however large, and the next one waits. So a body of any
    size gets in, and the rate holds over time. `events_per_s_max` 0 = no limit.
    """

    def __init__(self, events_per_s_max: float, clock_s: Callable[[], float]) -> None:
        self._events_per_s_max, self._clock_s = events_per_s_max, clock_s
        self._buckets: dict[str, tuple[float, float]] = {}

    def wait_s(self, server_id: str) -> float:
        """Seconds until the server may send again; 0 = now."""
        if not self._events_per_s_max:
            return 0.0
        return max(0.0, -self._left(server_id) / self._events_per_s_max)

    def count(self, server_id: str, events: int) -> None:
        """The server sends so many events."""
        if self._events_per_s_max:
            self._buckets[server_id] = (self._left(server_id) - events, self._clock_s())

    def _left(self, server_id: str) -> float:
        full = self._events_per_s_max * BURST_S
        left, at_s = self._buckets.get(server_id, (full, 0.0))
        return min(full, left + (self._clock_s() - at_s) * self._events_per_s_max)
