from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest

from ingest import keys as keys_module
from ingest.keys import KeysUnavailable, ServerKeys, open_keys
from postgres import servers
from postgres.embedded import EmbeddedPostgres
from postgres.migrate import migrate
from postgres.pool import Postgres
from postgres.settings import PostgresSettings

Eventually = Callable[..., Awaitable[object]]
NOWHERE = "postgresql://nobody@127.0.0.1:1/nothing"


class CountingKeys(ServerKeys):
    """Counts the reads of the registry."""

    reads = 0

    async def refresh(self) -> None:
        self.reads += 1
        await super().refresh()


@pytest.fixture
async def keys(postgres: Postgres) -> CountingKeys:
    keys = CountingKeys(postgres)
    await keys.refresh()
    keys.reads = 0
    return keys


async def test_a_token_stands_for_its_server(postgres: Postgres, keys: ServerKeys) -> None:
    first = await servers.add(postgres, "first")
    second = await servers.add(postgres, "second")
    await keys.refresh()

    assert keys.authenticate(first.token) == first.server_id
    assert keys.authenticate(second.token) == second.server_id


@pytest.mark.parametrize("token", ["", "x", "slk_", "\udcff\ud800", "0" * 64, "é" * 10_000])
async def test_anything_else_stands_for_nobody(postgres: Postgres, keys: ServerKeys, token: str) -> None:
    await servers.add(postgres, "first")
    await keys.refresh()

    assert keys.authenticate(token) is None
    assert await keys.identify(token) is None


async def test_the_hash_of_a_token_is_not_a_token(postgres: Postgres, keys: ServerKeys) -> None:
    new = await servers.add(postgres, "first")
    await keys.refresh()

    assert keys.authenticate(servers.token_sha256(new.token)) is None


async def test_a_token_made_a_moment_ago_is_known_when_it_asks(postgres: Postgres, keys: ServerKeys) -> None:
    new = await servers.add(postgres, "new")

    assert keys.authenticate(new.token) is None
    assert await keys.identify(new.token) == new.server_id


async def test_a_hundred_unknown_tokens_at_once_read_the_registry_once(keys: CountingKeys) -> None:
    found = await asyncio.gather(*(keys.identify(f"unknown {n}") for n in range(100)))

    assert set(found) == {None}
    assert keys.reads == 1


async def test_unknown_tokens_one_after_another_are_kept_apart_in_time(
    keys: CountingKeys, monkeypatch: pytest.MonkeyPatch
) -> None:
    waits: list[float] = []

    async def no_wait(seconds: float) -> None:
        waits.append(seconds)

    monkeypatch.setattr(asyncio, "sleep", no_wait)
    for number in range(3):
        await keys.identify(f"unknown {number}")

    assert waits[0] == 0
    assert all(0.5 < wait <= keys_module.UNKNOWN_GAP_S for wait in waits[1:])


async def test_a_known_token_never_waits_for_the_registry(postgres: Postgres, keys: CountingKeys) -> None:
    known = await servers.add(postgres, "known")
    await keys.refresh()
    keys.reads = 0

    assert await keys.identify(known.token) == known.server_id
    assert keys.reads == 0


async def test_a_key_added_and_revoked_while_serving_works_and_stops_working(
    postgres: Postgres, eventually: Eventually
) -> None:
    async with open_keys(postgres) as keys:
        await eventually(lambda: keys.loaded)
        new = await servers.add(postgres, "new")
        await eventually(lambda: keys.authenticate(new.token) == new.server_id)

        await servers.revoke(postgres, "new")
        await eventually(lambda: keys.authenticate(new.token) is None)


async def test_after_a_rotation_the_old_key_stays_good_for_its_grace_period_only(
    postgres: Postgres,
) -> None:
    now = [0.0]
    old = await servers.add(postgres, "first")
    new = await servers.rotate(postgres, "first", grace_s=3600)
    keys = ServerKeys(postgres, clock_s=lambda: now[0])
    await keys.refresh()

    assert keys.authenticate(old.token) == keys.authenticate(new.token) == old.server_id

    listed = await servers.listed(postgres)
    until = listed[0].previous_valid_until
    assert until is not None
    now[0] = until.timestamp()
    assert keys.authenticate(old.token) is None
    assert keys.authenticate(new.token) == old.server_id


async def test_every_server_has_its_registry_row_revoked_ones_too(
    postgres: Postgres, keys: ServerKeys
) -> None:
    new = await servers.add(postgres, "Omaha 24/7", address="10.0.0.7", port=12203)
    gone = await servers.add(postgres, "Gone")
    await servers.revoke(postgres, "Gone")
    await keys.refresh()

    names = keys.server_names()
    assert (names[new.server_id].name, names[new.server_id].port) == ("Omaha 24/7", 12203)
    assert names[gone.server_id].name == "Gone"


async def test_before_the_first_read_nobody_is_called_unknown() -> None:
    store = await Postgres.connect(NOWHERE, PostgresSettings())
    keys = ServerKeys(store)

    assert not keys.loaded
    with pytest.raises(KeysUnavailable):
        await keys.identify("some token")
    await store.close()


@pytest.fixture
async def own_postgres(tmp_path: Path) -> AsyncIterator[EmbeddedPostgres]:
    """A Postgres of this test alone, migrated, that may be stopped."""
    server = EmbeddedPostgres(tmp_path, durable=False)
    await asyncio.to_thread(server.start)
    store = await Postgres.connect(server.url(), PostgresSettings())
    await migrate(store)
    await store.close()
    yield server
    await asyncio.to_thread(server.stop)


async def test_with_postgres_away_known_keys_stay_good_and_others_cannot_be_judged(
    own_postgres: EmbeddedPostgres, eventually: Eventually
) -> None:
    store = await Postgres.connect(own_postgres.url(), PostgresSettings())
    known = await servers.add(store, "known")
    async with open_keys(store) as keys:
        await eventually(lambda: keys.authenticate(known.token))

        await asyncio.to_thread(own_postgres.stop)

        with pytest.raises(KeysUnavailable):
            await keys.identify("who is this")
        assert keys.authenticate(known.token) == known.server_id

        await asyncio.to_thread(own_postgres.start)
        late = await servers.add(store, "late")
        assert await keys.identify(late.token) == late.server_id
    await store.close()
