"""Plays the fleet against a server, in real time or faster, and counts what was acknowledged."""

from __future__ import annotations

import asyncio
import dataclasses
import math
from collections.abc import Awaitable, Callable
from typing import Any

from statline.demo.events import MatchIds
from statline.demo.fleet import DemoOptions, DemoServer, Request
from statline.demo.sender import Progress, Sender, Sleep, new_session
from statline.demo.totals import MatchTotals

MAP_CHANGE_S = 5.0
"""Game seconds between two matches of a server."""


class Pace:
    """Maps game time to waiting: `speed` game seconds in a second, infinity = do not wait at all."""

    def __init__(self, speed: float, now: Callable[[], float], sleep: Sleep = asyncio.sleep) -> None:
        self._speed = speed
        self._now = now
        self._sleep = sleep
        self._started_s = now()

    async def until(self, game_s: float) -> None:
        """Return when `game_s` of game time have passed since the start."""
        if math.isinf(self._speed):
            return
        wait_s = self._started_s + game_s / self._speed - self._now()
        if wait_s > 0:
            await self._sleep(wait_s)


@dataclasses.dataclass
class Counted:
    """One match as acknowledged so far."""

    totals: MatchTotals
    lines: int = 0
    accepted: int = 0
    lines_repeated: int = 0

    def add(self, request: Request) -> None:
        self.lines += request.lines
        self.accepted += request.accepted
        self.lines_repeated += request.accepted - len(request.events)
        for event in request.events:
            self.totals.add(event.type, dict(event.fields))

    def as_json(self, file: str) -> dict[str, Any]:
        """The expected file's content. A match with repeated lines has its players under `dedup` (R14)."""
        expected = self.totals.as_json(file, self.lines)
        expected["rejected"] = self.lines - self.accepted
        if self.lines_repeated or expected["rejected"]:
            expected["accepted_lines_as_sent"] = self.accepted
            expected["dedup"] = {"players": expected.pop("players"), "totals": expected.pop("totals")}
            expected["dedup"]["lines_repeated"] = self.lines_repeated
        return expected


class Run:
    """One run of the demo: its progress, and every match's totals."""

    def __init__(self, options: DemoOptions) -> None:
        self.options = options
        self.progress = Progress()
        self.counted: list[Counted] = []
        self.mismatches: list[str] = []

    async def send(self, url: str, tokens: list[str], pace: Pace, sleep: Sleep = asyncio.sleep) -> None:
        """Play every server at once; `tokens` are dealt out in turn. Raises SendingFailed."""
        async with new_session() as session, asyncio.TaskGroup() as group:
            for number in range(self.options.servers):
                sender = Sender(session, url, tokens[number % len(tokens)], self.progress, sleep)
                group.create_task(self._play_server(DemoServer(self.options, number), sender.send, pace))

    async def _play_server(
        self, server: DemoServer, send: Callable[[bytes, str], Awaitable[int]], pace: Pace
    ) -> None:
        elapsed_s = 0.0
        for ids, requests in server.matches():
            counted = self.begin(ids)
            due_s = elapsed_s
            for request in requests:
                due_s = elapsed_s + request.due_ms / 1000
                await pace.until(due_s)
                processed = await send(request.body, request.content_type)
                self.acknowledge(counted, request, processed)
            elapsed_s = due_s + MAP_CHANGE_S
            self.progress.matches += 1

    def begin(self, ids: MatchIds) -> Counted:
        counted = Counted(MatchTotals(ids))
        self.counted.append(counted)
        return counted

    def acknowledge(self, counted: Counted, request: Request, processed: int) -> None:
        """Count a request that the server has taken."""
        counted.add(request)
        self.progress.events += request.accepted
        if processed != request.accepted:
            self.mismatches.append(
                f"a request of {request.accepted} events was answered with processed {processed}"
            )

    def expected(self, file: str) -> dict[str, Any]:
        """The expected totals: of the match, or of every match under `matches`, in the shape of the samples' file."""
        matches = [counted.as_json(file) for counted in self.counted]
        return (
            matches[0] if len(matches) == 1 else {"file": file, "matches": matches, "totals": self.totals()}
        )

    def totals(self) -> dict[str, Any]:
        """Sums over all matches."""
        sums: dict[str, Any] = {}
        for counted in self.counted:
            for name, value in counted.totals.totals().items():
                sums[name] = sums.get(name, 0) + value
        return {name: round(value, 3) for name, value in sums.items()}
