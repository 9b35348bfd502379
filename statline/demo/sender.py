"""Posting as a careful client does: the same body again until the server has taken it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

import aiohttp

PATH: Final = "/api/v1/ingest/events"
REQUEST_TIMEOUT_S: Final = 30.0
GIVE_UP_S: Final = 300.0
"""How long one body is retried. Duplicates are recognized for 600 s (R14), so a retry is always safe."""

BACK_OFF_S: Final = 0.25
BACK_OFF_S_MAX: Final = 8.0
RETRY_AFTER_S_MAX: Final = 60.0
BUSY: Final = frozenset({429, 500, 502, 503, 504})

Sleep = Callable[[float], Awaitable[None]]


class SendingFailed(Exception):
    """The server refuses what no retry mends, or could not be reached for too long."""


@dataclass(slots=True)
class Progress:
    """What has been sent so far, over all servers."""

    requests: int = 0
    events: int = 0
    retries: int = 0
    waited_s: float = 0.0
    matches: int = 0


class Sender:
    """Posts the reports of one game server.

    On 429 and 503 it waits as long as Retry-After says, on a lost connection a little longer each time, and then
    sends the same bytes again.
    """

    def __init__(
        self,
        session: aiohttp.ClientSession,
        url: str,
        token: str,
        progress: Progress,
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        self._session = session
        self._url = url.rstrip("/") + PATH
        self._headers = {"X-Server-Token": token}
        self._progress = progress
        self._sleep = sleep

    async def send(self, body: bytes, content_type: str) -> int:
        """Post one body; the number of events the server says it took. Raises SendingFailed."""
        waited_s, attempt = 0.0, 0
        while True:
            processed, wait_s, reason = await self._attempt(body, content_type, attempt)
            if processed is not None:
                self._progress.requests += 1
                return processed
            if waited_s + wait_s > GIVE_UP_S:
                raise SendingFailed(f"{self._url}: gave up after {waited_s:.0f} s: {reason}")
            await self._sleep(wait_s)
            waited_s += wait_s
            attempt += 1
            self._progress.retries += 1
            self._progress.waited_s += wait_s

    async def _attempt(self, body: bytes, content_type: str, attempt: int) -> tuple[int | None, float, str]:
        """One post: (events taken, -, -) or (None, seconds to wait, why)."""
        back_off_s = min(BACK_OFF_S_MAX, BACK_OFF_S * 2**attempt)
        headers = {**self._headers, "Content-Type": content_type}
        try:
            async with self._session.post(self._url, data=body, headers=headers) as reply:
                if reply.status == 202:
                    answer = await reply.json(content_type=None)
                    return int(answer["processed"]), 0.0, ""
                text = (await reply.text())[:200].strip()
                if reply.status not in BUSY:
                    raise SendingFailed(f"{self._url} answered {reply.status}: {text}")
                wait_s = retry_after_s(reply.headers.get("Retry-After", "")) or back_off_s
                return None, wait_s, f"{reply.status} {text}"
        except (aiohttp.ClientError, TimeoutError) as error:
            if (
                attempt == 0
                and self._progress.requests == 0
                and isinstance(error, aiohttp.ClientConnectorError)
            ):
                raise SendingFailed(
                    f"nothing answers at {self._url}: is `statline serve` running?"
                ) from error
            return None, back_off_s, f"{type(error).__name__} {error}"


def retry_after_s(header: str) -> float:
    """Seconds of a Retry-After header, bounded; 0 when it is absent or a date."""
    try:
        return max(0.0, min(RETRY_AFTER_S_MAX, float(header)))
    except ValueError:
        return 0.0


def new_session() -> aiohttp.ClientSession:
    """A session for all servers, with a time limit on every request."""
    return aiohttp.ClientSession(
        timeout=aiohttp.ClientTimeout(total=REQUEST_TIMEOUT_S), connector=aiohttp.TCPConnector(limit=0)
    )
