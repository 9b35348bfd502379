"""The embedded Valkey: private, bounded, nothing on disk, adopted or replaced after a kill."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from redis.asyncio import Redis

from cache.embedded import EmbeddedValkey, EmbeddedValkeyFailed

START_AND_DIE = """
import os, signal, sys
from pathlib import Path
from cache.embedded import EmbeddedValkey
server = EmbeddedValkey(Path(sys.argv[1]))
server.start()
print(server.pid(), flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""


Make = Callable[..., EmbeddedValkey]


@pytest.fixture
def folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="statline-test-") as name:
        yield Path(name)


@pytest.fixture
def make(folder: Path) -> Iterator[Make]:
    """Servers of the folder, stopped at the end."""
    made: list[EmbeddedValkey] = []

    def make(below: str = "", memory_max_mib: int = 64) -> EmbeddedValkey:
        made.append(EmbeddedValkey(folder / below, memory_max_mib=memory_max_mib))
        return made[-1]

    yield make
    for server in made:
        server.stop()


async def asked(server: EmbeddedValkey, *command: str) -> object:
    client: Redis = Redis.from_url(server.url(), decode_responses=True)
    try:
        return await client.execute_command(*command)  # type: ignore[no-untyped-call] # untyped in redis-py
    finally:
        await client.aclose()


async def test_it_starts_answers_and_stops_without_leaving_a_process(make: Make) -> None:
    server = make()
    assert server.start() is False
    pid = server.pid()
    assert pid is not None
    assert await asked(server, "SET", "a", "1") is True
    assert server.version().startswith("9.")
    server.stop()
    assert not server.is_running()
    assert server.pid() is None
    assert not Path(f"/proc/{pid}").exists()


async def test_it_is_private_and_bounded_and_keeps_nothing_on_disk(make: Make, folder: Path) -> None:
    server = make(memory_max_mib=16)
    server.start()
    assert (server.folder.stat().st_mode & 0o077) == 0
    assert await asked(server, "CONFIG", "GET", "port") == {"port": "0"}
    assert await asked(server, "CONFIG", "GET", "maxmemory") == {"maxmemory": str(16 << 20)}
    assert await asked(server, "CONFIG", "GET", "maxmemory-policy") == {"maxmemory-policy": "allkeys-lru"}
    assert await asked(server, "CONFIG", "GET", "save") == {"save": ""}
    assert await asked(server, "CONFIG", "GET", "appendonly") == {"appendonly": "no"}
    await asked(server, "SET", "a", "1")
    server.stop()
    assert list(server.folder.iterdir()) == []


async def test_memory_above_the_bound_forgets_and_goes_on(make: Make) -> None:
    server = make(memory_max_mib=8)
    server.start()
    for number in range(100):
        await asked(server, "SET", f"key{number}", "x" * 200_000)
    assert await asked(server, "SET", "last", "1") is True
    assert await asked(server, "GET", "last") == "1"


async def test_one_that_a_killed_parent_left_is_adopted_with_the_new_bound(make: Make, folder: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", START_AND_DIE, str(folder)], capture_output=True, text=True, check=False
    )
    server = make(memory_max_mib=16)
    assert server.start() is True
    assert server.pid() == int(done.stdout)
    assert await asked(server, "CONFIG", "GET", "maxmemory") == {"maxmemory": str(16 << 20)}
    server.stop()
    assert not server.is_running()


def test_one_that_hangs_is_replaced(make: Make, folder: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", START_AND_DIE, str(folder)], capture_output=True, text=True, check=False
    )
    left = int(done.stdout)
    os.kill(left, signal.SIGSTOP)
    server = make()
    assert server.start() is False
    assert server.pid() not in (None, left)


def test_a_killed_server_is_started_again(make: Make) -> None:
    server = make()
    server.start()
    pid = server.pid()
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    assert not server.is_running()
    assert server.start() is False
    assert server.is_running()


def test_a_stale_pid_file_that_names_another_program_harms_nobody(make: Make, folder: Path) -> None:
    server = make()
    server.folder.mkdir(parents=True)
    (server.folder / "valkey.pid").write_text(str(os.getpid()))
    assert server.start() is False
    assert server.is_running()


async def test_a_deep_data_folder_works(make: Make, folder: Path) -> None:
    server = make("/".join(["a" * 50] * 3))
    server.start()
    assert await asked(server, "SET", "a", "1") is True
    place = Path(server.url().removeprefix("unix://")).parent
    assert place != server.folder
    server.stop()
    assert not place.exists()


def test_a_server_that_cannot_start_says_where_its_log_is(make: Make) -> None:
    server = make(memory_max_mib=-1)
    with pytest.raises(EmbeddedValkeyFailed, match=r"stopped while starting; see .*valkey\.log"):
        server.start()
