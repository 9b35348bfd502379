"""The registry of game servers: keys are shown once, kept as hashes, replaced and revoked at once."""

from __future__ import annotations

import asyncio
import re
from datetime import UTC, datetime

import pytest

from postgres import servers
from postgres.errors import ServerRefused
from postgres.pool import Postgres


async def test_a_new_server_is_known_by_the_hash_of_its_token(postgres: Postgres) -> None:
    key = await servers.add(postgres, "alpha")
    (active,) = await servers.active_keys(postgres)
    assert active.token_sha256 == servers.token_sha256(key.token)
    assert active.server_id == key.server_id
    assert active.valid_until is None


async def test_the_token_is_recognizable_and_stored_nowhere(postgres: Postgres) -> None:
    key = await servers.add(postgres, "alpha")
    assert re.fullmatch(r"slk_[\w-]{43}", key.token)
    async with postgres.connection() as connection:
        row = await connection.fetchval("SELECT to_jsonb(servers)::text FROM servers")
    assert key.token not in row
    assert key.token not in repr(key)


async def test_names_are_unique_among_active_servers_ignoring_case(postgres: Postgres) -> None:
    first = await servers.add(postgres, "Alpha")
    with pytest.raises(ServerRefused, match="'alpha' exists already"):
        await servers.add(postgres, "alpha ")
    await servers.revoke(postgres, first.server_id)
    second = await servers.add(postgres, "alpha")
    assert second.server_id != first.server_id


@pytest.mark.parametrize("name", ["", "   ", "x" * 65, "a\nb", "a\0b", "a\x1b[2J"])
async def test_a_name_that_people_cannot_read_is_refused(postgres: Postgres, name: str) -> None:
    with pytest.raises(ServerRefused, match="name"):
        await servers.add(postgres, name)
    assert await servers.listed(postgres) == []


@pytest.mark.parametrize(
    "facts", [{"port": 70_000}, {"port": 2**40}, {"max_players": -1}, {"region": "a\0b"}]
)
async def test_facts_out_of_bounds_are_refused(postgres: Postgres, facts: dict[str, object]) -> None:
    with pytest.raises(ServerRefused, match="alpha"):
        await servers.add(postgres, "alpha", **facts)  # type: ignore[arg-type]


async def test_rotation_without_grace_ends_the_old_key_at_once(postgres: Postgres) -> None:
    old = await servers.add(postgres, "alpha")
    new = await servers.rotate(postgres, "ALPHA")
    assert new.server_id == old.server_id
    assert [key.token_sha256 for key in await servers.active_keys(postgres)] == [
        servers.token_sha256(new.token)
    ]


async def test_rotation_with_grace_keeps_the_old_key_until_its_end(postgres: Postgres) -> None:
    old = await servers.add(postgres, "alpha")
    new = await servers.rotate(postgres, old.server_id, grace_s=3600)
    ends = {key.token_sha256: key.valid_until for key in await servers.active_keys(postgres)}
    assert ends[servers.token_sha256(new.token)] is None
    end = ends[servers.token_sha256(old.token)]
    assert end is not None
    assert 3500 < (end - datetime.now(UTC)).total_seconds() <= 3600


async def test_a_second_rotation_keeps_only_the_last_two_keys(postgres: Postgres) -> None:
    first = await servers.add(postgres, "alpha")
    second = await servers.rotate(postgres, "alpha", grace_s=60)
    third = await servers.rotate(postgres, "alpha", grace_s=60)
    kept = {key.token_sha256 for key in await servers.active_keys(postgres)}
    assert kept == {servers.token_sha256(second.token), servers.token_sha256(third.token)}
    assert servers.token_sha256(first.token) not in kept


async def test_revoking_ends_both_keys_and_keeps_the_server_on_the_list(postgres: Postgres) -> None:
    await servers.add(postgres, "alpha")
    await servers.rotate(postgres, "alpha", grace_s=60)
    server_id = await servers.revoke(postgres, "alpha")
    assert await servers.active_keys(postgres) == []
    (server,) = await servers.listed(postgres)
    assert server.id == server_id
    assert server.revoked_at is not None


@pytest.mark.parametrize("action", [servers.rotate, servers.revoke])
async def test_an_unknown_server_is_named_in_the_refusal(postgres: Postgres, action: object) -> None:
    with pytest.raises(ServerRefused, match="nobody"):
        await action(postgres, "nobody")  # type: ignore[operator]


@pytest.mark.parametrize("grace_s", [-1, float("nan"), float("inf"), 1e9])
async def test_a_grace_period_out_of_bounds_is_refused(postgres: Postgres, grace_s: float) -> None:
    await servers.add(postgres, "alpha")
    with pytest.raises(ServerRefused, match="grace"):
        await servers.rotate(postgres, "alpha", grace_s)


async def test_a_name_that_is_the_id_of_another_server_is_refused_as_unclear(postgres: Postgres) -> None:
    first = await servers.add(postgres, "alpha")
    await servers.add(postgres, first.server_id)
    with pytest.raises(ServerRefused, match="give the id"):
        await servers.revoke(postgres, first.server_id)


async def test_every_change_is_heard_by_those_who_listen(postgres: Postgres) -> None:
    heard: asyncio.Queue[None] = asyncio.Queue()
    async with asyncio.timeout(60):
        listening = asyncio.create_task(postgres.listen(servers.CHANNEL, lambda: heard.put_nowait(None)))
        await heard.get()  # once at the start: something may have been missed before
        await servers.add(postgres, "alpha")
        await heard.get()
        await servers.rotate(postgres, "alpha")
        await heard.get()
        await servers.revoke(postgres, "alpha")
        await heard.get()
        listening.cancel()
        await asyncio.gather(listening, return_exceptions=True)
    assert heard.empty()
