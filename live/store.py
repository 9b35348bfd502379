"""The keys of what is live in Redis, the two scripts that change them, and the reads.

Everything about one match is one hash, changed by one atomic script (`match.lua`), so any number of writers may
share a board. The scripts touch keys that follow from others: one Redis or Valkey, not a Redis cluster.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache, partial
from hashlib import sha1
from pathlib import Path
from typing import Any, Final, Literal, cast

import msgspec
import structlog
from redis.asyncio import Redis
from redis.exceptions import NoScriptError, ResponseError

from cache.connection import RedisConnection
from live.deltas import BatchDelta, MatchDelta, ServerDelta
from live.settings import LiveSettings

PREFIX: Final = "statline:live:v1"
"""In front of every key. The version changes with the meaning of what is kept."""

STREAM: Final = f"{PREFIX}:changes"
MATCHES: Final = f"{PREFIX}:matches"
PRESENT: Final = f"{PREFIX}:present"
WHEREABOUTS: Final = f"{PREFIX}:whereabouts"
_BOARD: Final = f"{PREFIX}:board:"
_SERVER: Final = f"{PREFIX}:server:"
_SERVER_BOARDS: Final = f"{PREFIX}:boards-of:"

LATE_MS: Final = 30_000
"""A kill that happened so long before the newest line of the feed is counted, but is no news."""

READ_AT_ONCE: Final = 500

Outcome = Literal["applied", "seen", "absent", "overtaken", "foreign", "failed"]
"""What a script made of a change; failed: Redis refused it, which is a fault of ours or its memory is full."""

_CALL: Final = "live"
_ENCODER: Final = msgspec.json.Encoder()

_log = structlog.get_logger(__name__)


@cache
def script(name: str) -> tuple[str, str]:
    """Text and SHA-1 of `live/<name>.lua`."""
    text = Path(__file__).with_name(f"{name}.lua").read_text("utf-8")
    return text, sha1(text.encode(), usedforsecurity=False).hexdigest()


class LiveStore:
    """What is live, in one Redis. Every call raises RedisUnavailable while it is away."""

    def __init__(self, redis: RedisConnection, settings: LiveSettings) -> None:
        self._redis = redis
        self.settings = settings
        self._limits = _ENCODER.encode(
            {
                "players_max": settings.players_max, "feed_max": settings.feed_max, "late_ms": LATE_MS,
                "board_keep_s": settings.board_keep_s, "silent_ms": settings.silent_max_s * 1000,
                "server_keep_s": max(settings.board_keep_s, 2 * settings.silent_max_s),
                "boards_per_server_max": settings.boards_per_server_max, "present_max": settings.present_max,
                "replay_events_max": settings.replay_events_max, "replay_s": settings.replay_s,
            }
        )  # fmt: skip

    # -- changes ---------------------------------------------------------------------------------------------------

    async def apply(self, batch: BatchDelta, now_ms: int) -> list[tuple[MatchDelta, Outcome]]:
        """Apply one batch, each board whole or not at all, in one round trip; what became of each match."""
        marks = _ENCODER.encode({batch.stream: batch.mark})
        matches = list(batch.matches.values())
        calls = [self._match_call("apply", match, marks, b"", now_ms) for match in matches]
        calls.append(self._servers_call(batch.servers, now_ms))
        outcomes = await self._redis.ask(_CALL, lambda redis: _run(redis, calls))
        return list(zip(matches, outcomes[:-1], strict=True))

    async def put(self, match: MatchDelta, version: bytes | None, now_ms: int) -> Outcome:
        """Make a board of everything known of its match, if it still has the `version` (None = there is none)."""
        call = self._match_call("put", match, _ENCODER.encode(match.marks), version or b"", now_ms)
        outcomes = await self._redis.ask(_CALL, lambda redis: _run(redis, [call]))
        return outcomes[0]

    async def heard(self, servers: Mapping[str, ServerDelta], now_ms: int) -> None:
        """Note signs of life of servers."""
        call = self._servers_call(servers, now_ms)
        await self._redis.ask(_CALL, lambda redis: _run(redis, [call]))

    def _match_call(
        self, what: str, match: MatchDelta, marks: bytes, version: bytes, now_ms: int
    ) -> tuple[Any, ...]:
        keys = (
            _BOARD + match.match_id, STREAM, MATCHES, PRESENT, WHEREABOUTS,
            _SERVER + match.server_id, _SERVER_BOARDS + match.server_id,
        )  # fmt: skip
        delta = _ENCODER.encode(match)
        return ("match", len(keys), *keys, what, delta, marks, version, self._limits, _BOARD, now_ms)

    def _servers_call(self, servers: Mapping[str, ServerDelta], now_ms: int) -> tuple[Any, ...]:
        keys = (MATCHES, PRESENT, WHEREABOUTS)
        return ("servers", len(keys), *keys, _ENCODER.encode(servers), _SERVER, self._limits, now_ms)

    # -- reads -----------------------------------------------------------------------------------------------------

    async def versions(self, match_ids: Sequence[str]) -> list[bytes | None]:
        """The version of each board, None where there is none."""

        async def ask(redis: Redis) -> list[bytes | None]:
            async with redis.pipeline(transaction=False) as pipe:
                for match_id in match_ids:
                    pipe.hget(_BOARD + match_id, "v")
                return list(await pipe.execute())

        return await self._redis.ask(_CALL, ask) if match_ids else []

    async def boards(self, match_ids: Sequence[str]) -> list[dict[bytes, bytes]]:
        """The hash of each board, empty where there is none."""
        return await self._hashes([_BOARD + match_id for match_id in match_ids])

    async def servers(self, server_ids: Sequence[str]) -> list[dict[bytes, bytes]]:
        """What is known of each server, empty where nothing is."""
        return await self._hashes([_SERVER + server_id for server_id in server_ids])

    async def recent_matches(self, since_ms: int, limit: int) -> list[str]:
        """Ids of matches with an event since then, newest first."""

        async def ask(redis: Redis) -> list[Any]:
            return list(
                await redis.zrange(MATCHES, "+inf", since_ms, desc=True, byscore=True, offset=0, num=limit)
            )

        return [match_id.decode() for match_id in await self._redis.ask(_CALL, ask)]

    async def present(self, since_ms: int) -> int:
        """How many players were seen since then and have not left."""

        async def ask(redis: Redis) -> int:
            return int(await redis.zcount(PRESENT, since_ms, "+inf"))

        return await self._redis.ask(_CALL, ask)

    async def whereabouts(self, guid: str) -> tuple[int, str, str] | None:
        """When a player was last seen (Unix ms), server and match; None when not lately."""

        async def ask(redis: Redis) -> tuple[float | None, bytes | None]:
            async with redis.pipeline(transaction=False) as pipe:
                pipe.zscore(PRESENT, guid)
                pipe.hget(WHEREABOUTS, guid)
                seen, where = await pipe.execute()
                return seen, where

        seen, where = await self._redis.ask(_CALL, ask)
        if seen is None or where is None:
            return None
        server_id, _, match_id = where.decode().rpartition(" ")
        return int(seen), server_id, match_id

    async def _hashes(self, keys: Sequence[str]) -> list[dict[bytes, bytes]]:
        found: list[dict[bytes, bytes]] = []
        for start in range(0, len(keys), READ_AT_ONCE):
            read = partial(_hashes, keys[start : start + READ_AT_ONCE])
            found += await self._redis.ask(_CALL, read)
        return found


async def _hashes(keys: Sequence[str], redis: Redis) -> list[dict[bytes, bytes]]:
    async with redis.pipeline(transaction=False) as pipe:
        for key in keys:
            pipe.hgetall(key)
        return list(await pipe.execute())


async def _run(redis: Redis, calls: Sequence[tuple[Any, ...]]) -> list[Outcome]:
    """The answers of script calls, in one round trip; scripts that Redis does not know yet are sent first."""
    answers = await _pipelined(redis, calls)
    if any(isinstance(answer, NoScriptError) for answer in answers):
        for name in {call[0] for call in calls}:
            await redis.script_load(script(name)[0])
        # Those that ran before the unknown one run again: that a second time changes nothing is their promise.
        answers = await _pipelined(redis, calls)
    return [_outcome(call, answer) for call, answer in zip(calls, answers, strict=True)]


async def _pipelined(redis: Redis, calls: Sequence[tuple[Any, ...]]) -> list[Any]:
    async with redis.pipeline(transaction=False) as pipe:
        for name, *arguments in calls:
            pipe.evalsha(script(name)[1], *arguments)
        return list(await pipe.execute(raise_on_error=False))


def _outcome(call: tuple[Any, ...], answer: Any) -> Outcome:
    if isinstance(answer, ResponseError):
        _log.error("change_refused_by_redis", script=call[0], error=str(answer))
        return "failed"
    # Text only where the operator's URL asks redis-py to decode.
    return cast("Outcome", answer.decode() if isinstance(answer, bytes) else answer)
