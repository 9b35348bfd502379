"""Who is at the analysts' door: passwords in constant time, failures slowed down, few statements at once."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import secrets
import time
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Final

from clickhouse.engine.analysts import Analyst, Analysts
from clickhouse.engine.faults import EngineFault
from schema.passwords import is_password, password_hash

FAILURES_MAX: Final = 10
FAILURES_PER_S: Final = 1 / 6
"""An address may fail ten times at once and then ten times a minute: typing errors go through, guessing does not."""
ADDRESSES_MAX: Final = 10_000
VERIFICATIONS_MAX: Final = 1
"""One password hash at a time (50 ms and 16 MiB each): whoever floods the door takes no more than a core's slice."""
WAITING_MAX: Final = 32


class FailedLogins:
    """Failures by address: a bucket each, of the addresses that failed last."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._failures: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def note(self, address: str) -> None:
        """Count a failure."""
        self._failures[address] = (self._level(address) + 1.0, self._clock())
        self._failures.move_to_end(address)
        if len(self._failures) > ADDRESSES_MAX:
            self._failures.popitem(last=False)

    def wait_s(self, address: str) -> float:
        """How long this address must wait before its next try, 0 if it need not."""
        return max(0.0, (self._level(address) - FAILURES_MAX + 1.0) / FAILURES_PER_S)

    def _level(self, address: str) -> float:
        failures, noted_at = self._failures.get(address, (0.0, 0.0))
        return max(0.0, failures - (self._clock() - noted_at) * FAILURES_PER_S)


class Doorkeeper:
    """Lets analysts in, and remembers in memory whom it let in: clients send their password with each request."""

    def __init__(self, analysts: Analysts, clock: Callable[[], float] = time.monotonic) -> None:
        self._analysts = analysts
        self._failed = FailedLogins(clock)
        self._key = secrets.token_bytes(32)
        self._proofs: dict[str, tuple[str, bytes]] = {}
        self._verifying = asyncio.Semaphore(VERIFICATIONS_MAX)
        self._waiting = 0
        self._nobody = password_hash(secrets.token_urlsafe(16))

    async def admit(self, name: str, password: str, address: str) -> Analyst:
        """The analyst. Raises EngineFault 516, in the same time and words for a wrong name and a wrong password.

        An address that failed too often is refused before its password is looked at, unless it is one that was right before:
        nobody is locked out by another's guessing.
        """
        analyst = self._analysts.find(name)
        kept = analyst.password_hash if analyst is not None else self._nobody
        proof = hmac.digest(self._key, password.encode("utf-8", "surrogatepass"), hashlib.sha256)
        known_hash, known_proof = self._proofs.get(name, ("", b""))
        if analyst is not None and known_hash == kept and hmac.compare_digest(known_proof, proof):
            return analyst
        wait_s = self._failed.wait_s(address)
        if wait_s > 0 or self._waiting >= WAITING_MAX:
            text = f"Too many failed logins from this address: try again in {max(wait_s, 1.0):.0f} s"
            raise EngineFault(516, "AUTHENTICATION_FAILED", text)
        if not await self._is_right(password, kept) or analyst is None:
            self._failed.note(address)
            text = (
                f"{name}: Authentication failed: password is incorrect, or there is no user with such name."
            )
            raise EngineFault(516, "AUTHENTICATION_FAILED", text)
        self._proofs[name] = (kept, proof)
        return analyst

    async def _is_right(self, password: str, kept: str) -> bool:
        self._waiting += 1
        try:
            async with self._verifying:
                return await asyncio.to_thread(is_password, password, kept)
        finally:
            self._waiting -= 1


class AnalystPlaces:
    """How many statements run at once, of all analysts and of each; the others wait for a while."""

    def __init__(self, queries_max: int, wait_max_s: float) -> None:
        self._all = asyncio.Semaphore(queries_max)
        self._each: dict[str, tuple[int, asyncio.Semaphore]] = {}
        self._wait_max_s = wait_max_s
        self._waiting = 0

    async def take(self, analyst: Analyst) -> Callable[[], None]:
        """Wait for a place; the function that gives it back. Raises EngineFault 202."""
        if self._waiting >= WAITING_MAX:
            raise _too_many(analyst)
        own = self._own(analyst)
        try:
            async with self._counted(), asyncio.timeout(self._wait_max_s):
                await own.acquire()
                try:
                    await self._all.acquire()
                except BaseException:
                    own.release()
                    raise
        except TimeoutError:
            raise _too_many(analyst) from None

        def leave() -> None:
            self._all.release()
            own.release()

        return leave

    def _own(self, analyst: Analyst) -> asyncio.Semaphore:
        known = self._each.get(analyst.name)
        if known is not None and known[0] == analyst.queries_max:
            return known[1]
        # Changed limits make new places; statements under way give theirs back to the old ones.
        places = asyncio.Semaphore(analyst.queries_max)
        self._each[analyst.name] = (analyst.queries_max, places)
        return places

    @asynccontextmanager
    async def _counted(self) -> AsyncIterator[None]:
        self._waiting += 1
        try:
            yield
        finally:
            self._waiting -= 1


def _too_many(analyst: Analyst) -> EngineFault:
    text = f"Too many simultaneous queries for user {analyst.name}. Maximum: {analyst.queries_max}"
    return EngineFault(202, "TOO_MANY_SIMULTANEOUS_QUERIES", text)
