"""The stage a match is played on: its clock, what is due next, who is present, and the events so far."""

from __future__ import annotations

import heapq
import itertools
import math
from collections.abc import Callable, Iterator
from random import Random

from statline.demo.events import Event, Fields, MatchIds
from statline.demo.players import Player
from statline.demo.world import FREE_FOR_ALL, ROUND_GAMETYPES, TEAM_GAMETYPES, Map

Action = Callable[[], None]


class Stage:
    """Runs actions in the order of game time and collects the events they emit.

    Every event gets a millisecond of its own, so that no two lines of a match are equal: equal lines in
    later requests would rightly be taken for duplicates (spec/openmohaa.md R14).
    """

    def __init__(self, game_map: Map, ids: MatchIds, rng: Random) -> None:
        self.map = game_map
        self.ids = ids
        self.rng = rng
        self.now_s = 0.0
        self.players: list[Player] = []
        self.scores = {"allies": 0, "axis": 0}
        self.round_number = 1
        self.emitted = 0
        self.is_over = False
        self.on_death: Callable[[Player], None] = lambda _victim: None
        self._due: list[tuple[float, int, Action]] = []
        self._order = itertools.count()
        self._events: list[Event] = []
        self._last_ms = 0

    @property
    def is_free_for_all(self) -> bool:
        return self.ids.gametype == FREE_FOR_ALL

    @property
    def has_teams(self) -> bool:
        return self.ids.gametype in TEAM_GAMETYPES

    @property
    def has_rounds(self) -> bool:
        return self.ids.gametype in ROUND_GAMETYPES

    def after(self, delay_s: float, action: Action) -> None:
        """Run an action `delay_s` of game time from now."""
        heapq.heappush(self._due, (self.now_s + delay_s, next(self._order), action))

    def emit(self, event_type: str, *parts: Fields) -> None:
        """Say that something happened now, with the fields of `parts` one after the other."""
        self._last_ms = max(self._last_ms + 1, round(self.now_s * 1000))
        self._events.append(Event(event_type, self._last_ms, list(itertools.chain.from_iterable(parts))))
        self.emitted += 1

    def run(self) -> Iterator[Event]:
        """Play until nothing is due; events in the order they happened."""
        while self._due:
            self.now_s, _, action = heapq.heappop(self._due)
            action()
            events, self._events = self._events, []
            yield from events

    def alive(self) -> list[Player]:
        return [player for player in self.players if player.is_alive]

    def are_enemies(self, one: Player, other: Player) -> bool:
        return one is not other and (self.is_free_for_all or one.side != other.side)


def distance_units(one: Player, other: Player) -> float:
    """How far apart two players are, in game units."""
    return math.dist(one.position, other.position)
