"""Which servers play what: everything a server sends follows from the seed, the server's number and the match's."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from random import Random
from typing import Literal, NamedTuple

from statline.demo import wire
from statline.demo.events import Event, MatchIds
from statline.demo.match import MatchPlan, play
from statline.demo.players import Person, bots, people
from statline.demo.stranger import Stranger
from statline.demo.world import ROTATION

Spelling = Literal["json", "form", "stranger"]
"""How a server writes: the current script's arrays, the legacy script's single lines, or as strangers do."""

CHANGE_PEOPLE_SHARE = 0.25
"""How much of the crowd is new in the next match."""

# Other seeds and servers have other forum members, so that the matches of several runs do not add up in one player.
MEMBER_IDS_PER_SEED = 100_000
MEMBER_IDS_PER_SERVER = 1_000


@dataclass(frozen=True, slots=True)
class DemoOptions:
    """What is simulated. `events_max` is for all matches together; None plays each to its time limit."""

    seed: int
    servers: int = 1
    players: int = 16
    bots: int = 2
    matches: int = 1
    match_s: float = 600.0
    events_max: int | None = None
    legacy_servers: int = 0
    stranger: bool = False
    started_at_unix_s: float = 0.0


class Request(NamedTuple):
    """One request of a server: when it is due (ms of map time), its body, and what a correct reader makes of it."""

    due_ms: int
    body: bytes
    content_type: str
    lines: int
    accepted: int
    """Events with a type: what the answer's `processed` must say."""
    events: list[Event]
    """Events that count, each once."""


@dataclass(slots=True)
class DemoServer:
    """One simulated game server: its crowd lives on from match to match."""

    options: DemoOptions
    number: int
    spelling: Spelling | None = None
    """How it writes; None leaves it to the options: the last `legacy_servers` use the legacy form."""

    def _spelling(self) -> Spelling:
        if self.spelling or self.options.stranger:
            return self.spelling or "stranger"
        return "form" if self.number >= self.options.servers - self.options.legacy_servers else "json"

    def matches(self) -> Iterator[tuple[MatchIds, Iterator[Request]]]:
        """The server's matches, each with its requests in order; both are made as they are taken."""
        options = self.options
        crowd_rng = Random(f"{options.seed}/{self.number}/crowd")
        first_member_id = 1 + options.seed * MEMBER_IDS_PER_SEED + self.number * MEMBER_IDS_PER_SERVER
        newcomers = people(crowd_rng, first_member_id)
        present = [next(newcomers) for _ in range(options.players)]
        machine = bots(crowd_rng)
        bots_present = [next(machine) for _ in range(options.bots)]
        for match_number in range(options.matches):
            rng = Random(f"{options.seed}/{self.number}/{match_number}")
            ids, plan = self._plan(match_number, present, bots_present, newcomers)
            yield ids, requests(play(plan, rng), ids, self._spelling(), rng, options.started_at_unix_s)
            present = [
                next(newcomers) if crowd_rng.random() < CHANGE_PEOPLE_SHARE else person for person in present
            ]

    def _plan(
        self, number: int, present: list[Person], bots_present: list[Person], newcomers: Iterator[Person]
    ) -> tuple[MatchIds, MatchPlan]:
        options = self.options
        game_map, gametype = ROTATION[(options.seed + self.number + number) % len(ROTATION)]
        ids = MatchIds(
            match_id=f"match_{self._hex('match', number)}",
            session_id=f"sess_{self._hex('session', number)}",
            map_name=game_map.name,
            gametype=gametype,
            server_id=str(
                uuid.UUID(hashlib.sha256(f"{options.seed}/{self.number}".encode()).hexdigest()[:32])
            ),
        )
        share = None
        if options.events_max is not None:
            share = max(1, options.events_max // (options.servers * options.matches))
        return ids, MatchPlan(game_map, ids, present, bots_present, newcomers, options.match_s, share)

    def _hex(self, what: str, match_number: int) -> str:
        text = f"{self.options.seed}/{self.number}/{match_number}/{what}"
        return hashlib.sha256(text.encode()).hexdigest()[:16]


def requests(
    events: Iterator[Event], ids: MatchIds, spelling: Spelling, rng: Random, started_at_unix_s: float
) -> Iterator[Request]:
    """The requests of a match in one spelling."""
    if spelling == "json":
        for due_ms, batch in wire.batches(events):
            yield Request(due_ms, wire.json_body(batch, ids), wire.JSON_TYPE, len(batch), len(batch), batch)
    elif spelling == "form":
        for event in events:
            yield Request(event.at_ms, wire.form_line(event, ids), wire.FORM_TYPE, 1, 1, [event])
    else:
        stranger = Stranger(ids, Random(rng.random()), started_at_unix_s)
        for due_ms, batch in wire.batches(events):
            told = stranger.retell(batch)
            accepted = len(told.lines) - told.rejected
            yield Request(
                due_ms, b"\n".join(told.lines), wire.FORM_TYPE, len(told.lines), accepted, told.events
            )
