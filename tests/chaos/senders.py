"""Game servers that know what they sent: each keeps a ledger of what was acknowledged and what it gave up."""

from __future__ import annotations

import asyncio
import json
import random
import urllib.parse
from pathlib import Path
from typing import Any, Final

import aiohttp

SAMPLES: Final = Path(__file__).parent.parent / "samples" / "openmohaa" / "events.json"
OFTEN: Final = ("player_kill", "damage", "weapon_fire", "weapon_hit", "distance")
HITLOCS: Final = ("head", "helmet", "torso_upper", "l_leg_upper", "r_hand")
EVENTS_PER_REPORT_MAX: Final = 100
ANSWER_S: Final = 15.0


class Quota:
    """How many events may have been sent by now, all senders together: the killer raises it kill by kill."""

    def __init__(self, limit: int) -> None:
        self.limit, self.sent, self.is_over = limit, 0, False


class Sender:
    """One game server. Every event carries its own number in the attribute `chaos` and the sender in `session_id`."""

    def __init__(self, name: str, token: str, url: str, seed: int) -> None:
        self.name = name
        self._url, self._headers = f"{url}/api/v1/ingest/events", {"X-Server-Token": token}
        self._rng = random.Random(f"{seed} {name}")
        samples: list[dict[str, Any]] = json.loads(SAMPLES.read_text(encoding="utf-8"))
        self._samples = {sample["type"]: {k: str(v) for k, v in sample.items()} for sample in samples}
        self.events = self.acknowledged = 0
        self.abandoned: set[int] = set()
        self.repeated = self.retries = self.unanswered = 0

    async def run(self, quota: Quota) -> None:
        """Send until it is over, as fast as the quota allows."""
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=ANSWER_S)) as session:
            while not quota.is_over:
                if quota.sent >= quota.limit:
                    await asyncio.sleep(0.02)
                    continue
                await self._report(session, quota)

    async def _report(self, session: aiohttp.ClientSession, quota: Quota) -> None:
        """One report, repeated with the same bytes until it is acknowledged, or given up without an answer."""
        rng = self._rng
        count = rng.choice((1, 1, 1, 20, EVENTS_PER_REPORT_MAX))
        numbers = range(self.events + 1, self.events + count + 1)
        self.events += count
        quota.sent += count
        body = self._body(numbers)
        key = {"Idempotency-Key": f"{self.name}-{numbers[0]}"} if rng.random() < 0.2 else {}
        while not await self._acknowledged(session, body, key):
            self.retries += 1
            if rng.random() < 0.05:
                self.abandoned.update(numbers)
                return
            await asyncio.sleep(rng.random() * 0.2)
        self.acknowledged += count
        if rng.random() < 0.03:  # as a proxy or a nervous script does
            self.repeated += count
            await self._acknowledged(session, body, key)

    async def _acknowledged(self, session: aiohttp.ClientSession, body: bytes, key: dict[str, str]) -> bool:
        try:
            async with session.post(self._url, data=body, headers=self._headers | key) as answer:
                await answer.read()
                assert answer.status in (202, 429, 503), f"{answer.status} for {body[:200]!r}"
                return answer.status == 202
        except (aiohttp.ClientError, TimeoutError, OSError):
            self.unanswered += 1
            return False

    def _body(self, numbers: range) -> bytes:
        events = [self._event(number) for number in numbers]
        if len(events) > 1 and self._rng.random() < 0.5:
            return json.dumps(events, separators=(",", ":")).encode()
        return "\n".join(urllib.parse.urlencode(event) for event in events).encode()

    def _event(self, number: int) -> dict[str, str]:
        """Numbers are whole, so that sums come out the same in whatever order they are made."""
        rng = self._rng
        kind = rng.choice(OFTEN) if rng.random() < 0.9 else rng.choice(sorted(self._samples))
        event = dict(self._samples[kind])
        event.update(session_id=self.name, match_id=f"match-{rng.randrange(4)}", chaos=str(number))
        event["timestamp"] = str(number % 5000 + 1)
        for field in event:
            if field.endswith("_guid"):
                event[field] = str(1000 + rng.randrange(40))
            elif field.endswith(("_x", "_y", "_z", "_pitch", "_yaw")) or field in {
                "damage", "walked", "sprinted", "swam", "driven", "distance",
            }:  # fmt: skip
                event[field] = str(rng.randrange(1, 2000))
            elif field == "hitloc":
                event[field] = rng.choice(HITLOCS)
        return event
