"""Two nodes under one name: the second is refused, whoever comes back is not, and Postgres away stops nobody in his place."""

from __future__ import annotations

import asyncio
import contextlib
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from ingest.disk import RealDisk
from ingest.errors import NodeNameTaken
from ingest.node_name import LEASE_S, NodeName, own_name
from ingest.spool import Identity, next_identity, place_of, read_identity
from postgres.pool import Postgres

NODE = "feed"


async def at_once(_seconds: float) -> None:
    """No waiting."""


def name(store: Postgres, place: str, epoch: int = 1) -> NodeName:
    """Of the folder's start `epoch`."""
    return NodeName(store, Identity(NODE, epoch), place, f"host-{place}", at_once)


@contextlib.contextmanager
def spool_folder(path: Path) -> Iterator[Path]:
    path.mkdir()
    next_identity(RealDisk(), path)
    yield path


async def silent(store: Postgres) -> None:
    """The one who has the name gives no sign of life for a lease."""
    async with store.connection() as connection:
        await connection.execute(
            "UPDATE nodes SET seen_at = seen_at - make_interval(secs => $1)", LEASE_S + 1
        )


async def test_a_second_place_is_refused_while_the_first_lives_and_hears_who_it_is(
    postgres: Postgres,
) -> None:
    first, tries = name(postgres, "a"), 0
    await first.take()

    async def first_lives(_seconds: float) -> None:
        nonlocal tries
        tries += 1
        assert await postgres.fetchrow("node_renew", NODE, first._holder)

    with pytest.raises(NodeNameTaken, match="in use by host-a"):
        await NodeName(postgres, Identity(NODE, 2), "b", "host-b", first_lives).take()
    assert tries > LEASE_S


async def test_a_name_that_was_given_back_or_fell_silent_is_free_and_a_restart_never_waits(
    postgres: Postgres,
) -> None:
    first = name(postgres, "a")
    await first.take()
    assert not await name(postgres, "a", 2).is_taken(), "a restart in the same place"
    assert await name(postgres, "b", 3).is_taken()
    await silent(postgres)
    second = name(postgres, "b", 3)
    assert not await second.is_taken()
    with pytest.raises(NodeNameTaken, match="host-b"):
        await first.keep()
    await second.give_back()
    await name(postgres, "c", 4).take()


async def test_a_copy_that_was_left_behind_is_refused_although_nobody_lives(postgres: Postgres) -> None:
    """It would use numbers of segments a second time."""
    await name(postgres, "moved", 2).take()
    await silent(postgres)
    with pytest.raises(NodeNameTaken, match="host-moved"):
        await name(postgres, "left behind", 2).take()


async def test_a_registry_that_forgot_us_is_told_again(postgres: Postgres) -> None:
    first = name(postgres, "a")
    await first.take()
    async with postgres.connection() as connection:
        await connection.execute("DELETE FROM nodes")
    keeping = asyncio.create_task(first.keep())
    async with postgres.connection() as connection, asyncio.timeout(60):
        # Looked at, not tried: whoever tries while the registry is empty takes the name himself.
        while not await connection.fetchval("SELECT count(*) FROM nodes"):
            await asyncio.sleep(0.05)
    assert await name(postgres, "b", 2).is_taken()
    keeping.cancel()


async def test_before_the_migration_nobody_can_have_registered(empty_postgres_database: str) -> None:
    store = await Postgres.connect(empty_postgres_database)
    await name(store, "a").take()
    await store.close()


async def test_without_postgres_a_folder_in_its_place_goes_on_and_a_copied_one_waits(tmp_path: Path) -> None:
    away = await Postgres.connect(f"postgresql://nobody@/nothing?host={tmp_path}")
    with spool_folder(tmp_path / "web") as folder:
        async with own_name(away, folder) as lost:
            assert not lost.done()
        copy = Path(shutil.copytree(folder, tmp_path / "copy"))
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.5), own_name(away, copy):
                pytest.fail("nobody could say whether the first one lives")
    await away.close()


async def test_a_moved_folder_keeps_its_name_and_is_at_home_in_its_new_place(
    postgres: Postgres, tmp_path: Path
) -> None:
    with spool_folder(tmp_path / "web") as folder:
        async with own_name(postgres, folder):
            pass
        moved = Path(shutil.copytree(folder, tmp_path / "moved"))
        before = next_identity(RealDisk(), moved)  # as the door does when it opens
        async with own_name(postgres, moved) as lost:
            assert not lost.done()
        after = read_identity(RealDisk(), moved)
        assert after is not None
        assert (after.node, after.epoch) == (before.node, before.epoch)
        assert (before.place, after.place) == (place_of(folder), place_of(moved))
