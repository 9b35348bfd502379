"""One match from map load to map shutdown: who comes and goes, rounds, scores, and what the server says in between."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from functools import partial
from random import Random

from statline.demo import combat, incidents, movement
from statline.demo.events import Event, Fields, MatchIds
from statline.demo.players import FIRST_BOT_SLOT, Person, Player
from statline.demo.stage import Stage
from statline.demo.world import WEAPONS, Map

THINK_S = 0.5
FULL_HEALTH = 100.0
ROUND_S = 120.0
HEARTBEAT_S = 30.0
ACCURACY_SUMMARY_S = 10.0


@dataclasses.dataclass(frozen=True, slots=True)
class MatchPlan:
    """What is to be played: the map, the people in their slots, bots, and when it ends (time or number of events)."""

    map: Map
    ids: MatchIds
    people: list[Person]
    bots: list[Person]
    newcomers: Iterator[Person]
    duration_s: float = 600.0
    events_max: int | None = None


def play(plan: MatchPlan, rng: Random) -> Iterator[Event]:
    """Play a match; its events in the order they happen, each at a millisecond of its own."""
    return Match(plan, rng).events()


class Match:
    """The course of one match on its stage."""

    def __init__(self, plan: MatchPlan, rng: Random) -> None:
        self.plan = plan
        self.rng = rng
        self.stage = Stage(plan.map, plan.ids, rng)
        self.stage.on_death = self._after_death
        self.round_is_on = True

    def events(self) -> Iterator[Event]:
        self.stage.after(0.0, self._load_map)
        for event in self.stage.run():
            yield event
            limit = self.plan.events_max
            # The closing sequence needs a few events of its own: about one per player.
            if limit and self.stage.emitted >= limit - 4 - len(self.stage.players):
                self._end()

    # -- map load to first spawn

    def _load_map(self) -> None:
        stage, ids = self.stage, self.plan.ids
        name: Fields = [("map", ids.map_name)]
        gametype: Fields = [("gametype", ids.gametype)]
        limits: Fields = [
            ("timelimit", round(self.plan.duration_s / 60)),
            ("fraglimit", 0),
            ("maxclients", 32),
        ]
        opening: list[tuple[float, str, Fields]] = [
            (0.05, "map_load_start", name),
            (0.35, "map_init", gametype),
            (0.7, "map_start", []),
            (0.85, "match_start", [("map_name", ids.map_name), *gametype, *limits]),
            (0.95, "map_ready", [*name, *gametype]),
            (1.2, "map_load_end", [*name, *gametype]),
            (1.5, "game_init", gametype),
            (1.7, "game_start", []),
        ]
        for at_s, event_type, fields in opening:
            stage.after(at_s, partial(stage.emit, event_type, fields))
        if stage.has_rounds:
            stage.after(1.9, self._start_round)
        for slot, person in enumerate(self.plan.people):
            stage.after(2.0 + slot * self.rng.uniform(0.3, 0.6), partial(self._connect, slot, person))
        for number, bot in enumerate(self.plan.bots):
            stage.after(2.5 + number * 0.4, partial(self._connect, FIRST_BOT_SLOT + number, bot))
        stage.after(HEARTBEAT_S, self._heartbeat)
        stage.after(self.rng.uniform(8, 20), self._incident)
        stage.after(self.plan.duration_s, self._end)

    def _connect(self, slot: int, person: Person) -> None:
        if self.stage.is_over:
            return
        player = Player(person, slot, self._side_for(slot), WEAPONS["allies"][0])
        player.logged_in = bool(person.member_id) and self.rng.random() < 0.85
        self.stage.players.append(player)
        movement.place(self.stage, player)
        if person.is_bot:
            self.stage.emit("bot_spawn", player.block("player"))
        else:
            self._introduce(player)
        if self.round_is_on:
            self._spawn(player)
        self.stage.after(self.rng.uniform(0, THINK_S), lambda: self._think(player))

    def _introduce(self, player: Player) -> None:
        stage = self.stage
        new_team = "freeforall" if stage.is_free_for_all else player.side
        stage.emit("connect", player.block("player"))
        stage.emit("client_begin", player.block("player"))
        stage.emit("team_join", player.block("player"), [("old_team", "spectator"), ("new_team", new_team)])
        if player.logged_in:
            incidents.announce_login(stage, player)
        elif player.person.member_id:
            stage.after(self.rng.uniform(15, 60), lambda: incidents.log_in(stage, player))
        stage.after(ACCURACY_SUMMARY_S, lambda: self._accuracy_summary(player))

    def _side_for(self, slot: int) -> str:
        return ("allies", "axis")[slot % 2]

    def _spawn(self, player: Player) -> None:
        if not player.is_present or player.is_alive or self.stage.is_over:
            return
        movement.place(self.stage, player)
        player.health = FULL_HEALTH
        player.grenades = 2
        player.life += 1
        self.stage.emit("player_spawn", player.block("player"))
        weapons = WEAPONS[player.side]
        incidents.take_weapon(self.stage, player, self.rng.choices(weapons, (5, 5, 3, 2, 2, 1))[0])

    # -- while it runs

    def _think(self, player: Player) -> None:
        stage = self.stage
        if stage.is_over or not player.is_present:
            return
        if player.is_alive and stage.now_s >= player.busy_until_s and not combat.seek_fight(stage, player):
            movement.move(stage, player, THINK_S)
            movement.fidget(stage, player)
        stage.after(THINK_S, lambda: self._think(player))

    def _incident(self) -> None:
        if self.stage.is_over:
            return
        leaver = incidents.happen(self.stage)
        if leaver is not None:
            # The slot is taken again: by the same person, or by somebody new under the same unauth_<slot>.
            person = leaver.person if self.rng.random() < 0.35 else next(self.plan.newcomers)
            self.stage.after(self.rng.uniform(3, 12), lambda: self._connect(leaver.slot, person))
        self.stage.after(self.rng.uniform(6, 18), self._incident)

    def _heartbeat(self) -> None:
        if self.stage.is_over:
            return
        present = sum(player.is_present and not player.person.is_bot for player in self.stage.players)
        self.stage.emit("heartbeat", [("round_number", str(self.stage.round_number)), *self._scores(str), ("player_count", str(present))])  # fmt: skip
        self.stage.after(HEARTBEAT_S, self._heartbeat)

    def _accuracy_summary(self, player: Player) -> None:
        if self.stage.is_over or not player.is_present:
            return
        # The script counts a kill as one more hit (1.9), which is why nothing may be added up from it.
        self.stage.emit(
            "accuracy_summary",
            player.block("player"),
            [("fired", player.fired), ("hits", player.hits + player.kills)],
        )
        self.stage.after(ACCURACY_SUMMARY_S, lambda: self._accuracy_summary(player))

    def _after_death(self, victim: Player) -> None:
        if self.stage.has_rounds:
            self._end_round_if_decided()
        else:
            self.stage.after(self.rng.uniform(2.5, 5), lambda: self._spawn(victim))

    def _disconnect(self, player: Player) -> None:
        self.stage.emit("disconnect", player.block("player"))

    # -- rounds (round-based and objective games: no respawn before the next one)

    def _start_round(self) -> None:
        stage = self.stage
        if stage.is_over:
            return
        number = stage.round_number
        self.round_is_on = True
        stage.emit("round_start", [("round_number", number)])
        for player in list(stage.players):
            player.health = 0.0
            self._spawn(player)
        stage.after(ROUND_S, lambda: self._end_round("axis") if stage.round_number == number else None)

    def _end_round_if_decided(self) -> None:
        sides = {player.side for player in self.stage.alive()}
        if self.round_is_on and len(sides) < 2:
            self._end_round(sides.pop() if sides else "axis")

    def _end_round(self, winner: str) -> None:
        stage = self.stage
        if stage.is_over or not self.round_is_on:
            return
        self.round_is_on = False
        if self.plan.ids.gametype == "4" and winner == "allies":
            stage.emit("objective_update", [("objective_index", 1), ("objective_status", "completed")])
        stage.scores[winner] += 1
        stage.emit("round_end", [("round_number", stage.round_number), ("winning_team", winner)])
        stage.emit("team_win", [("teamnum", winner)])
        stage.round_number += 1
        stage.after(4.0, self._start_round)

    # -- the end

    def _scores(self, as_type: type[int | str]) -> Fields:
        scores = self.stage.scores
        return [("allies_score", as_type(scores["allies"])), ("axis_score", as_type(scores["axis"]))]

    def _winner(self) -> str:
        allies, axis = self.stage.scores["allies"], self.stage.scores["axis"]
        return "unknown" if allies == axis else "allies" if allies > axis else "axis"

    def _end(self) -> None:
        stage, ids = self.stage, self.plan.ids
        if stage.is_over:
            return
        stage.is_over = True
        ending: Fields = [
            ("server_id", ids.server_id),
            ("map_name", ids.map_name),
            ("duration", int(stage.now_s)),
        ]
        ending += [("winning_team", self._winner()), *self._scores(int), ("total_rounds", stage.round_number)]
        stage.emit("intermission_start", [("map", ids.map_name), ("gametype", ids.gametype)])
        stage.emit("match_end", ending)
        stage.emit("game_end")
        for player in stage.players:
            if player.is_present and not player.person.is_bot:
                stage.after(self.rng.uniform(0.5, 4), partial(self._disconnect, player))
        stage.after(4.5, lambda: stage.emit("map_shutdown"))
