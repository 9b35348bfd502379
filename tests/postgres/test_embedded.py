"""The embedded Postgres: shared by processes, stopped by the last one, adopted after a kill."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from postgres.embedded import EmbeddedPostgres
from postgres.errors import EmbeddedPostgresFailed

USE_AND_DIE = """
import os, signal, sys
from pathlib import Path
from postgres.embedded import EmbeddedPostgres
server = EmbeddedPostgres(Path(sys.argv[1]), durable=False)
print(server.start(), server.pid(), flush=True)
sys.stdin.readline()
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.fixture
def folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="statline-test-") as name:
        yield Path(name)
        EmbeddedPostgres(Path(name)).stop()


@pytest.fixture
def server(folder: Path) -> Iterator[EmbeddedPostgres]:
    server = EmbeddedPostgres(folder, durable=False)
    yield server
    server.start()
    server.stop()


async def asked(url: str, question: str) -> Any:
    connection = await asyncpg.connect(url)
    try:
        return await connection.fetchval(question)
    finally:
        await connection.close()


async def test_it_starts_answers_and_stops_without_leaving_a_process(server: EmbeddedPostgres) -> None:
    assert server.start() is False
    pid = server.pid()
    assert pid is not None
    assert (await asked(server.url(), "SHOW server_version")).startswith("18.")
    server.stop()
    assert not server.is_running()
    assert not Path(f"/proc/{pid}").exists()


async def test_it_listens_on_its_socket_only(server: EmbeddedPostgres) -> None:
    server.start()
    assert await asked(server.url(), "SHOW listen_addresses") == ""
    assert (server.folder.stat().st_mode & 0o077) == 0


async def test_what_was_written_is_there_after_a_restart(server: EmbeddedPostgres) -> None:
    server.start()
    await asked(server.url(), "CREATE TABLE kept AS SELECT 42 AS number")
    server.stop()
    assert server.start() is False
    assert await asked(server.url(), "SELECT number FROM kept") == 42


def test_the_last_user_stops_it(folder: Path) -> None:
    first, second = EmbeddedPostgres(folder, durable=False), EmbeddedPostgres(folder, durable=False)
    assert first.start() is False
    assert second.start() is True
    first.stop()
    assert second.is_running()
    second.stop()
    assert not second.is_running()


def test_a_killed_user_leaves_it_running_and_the_next_one_adopts_and_stops_it(folder: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", USE_AND_DIE, str(folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as user:
        assert user.stdout is not None
        was_adopted, pid = user.stdout.readline().split()
        user.communicate("\n")
    assert was_adopted == "False"
    server = EmbeddedPostgres(folder, durable=False)
    assert server.start() is True
    assert server.pid() == int(pid)
    server.stop()
    assert not server.is_running()


async def test_a_killed_server_is_started_again_with_what_it_had(server: EmbeddedPostgres) -> None:
    server.start()
    await asked(server.url(), "CREATE TABLE kept AS SELECT 42 AS number")
    await asked(server.url(), "CHECKPOINT")
    pid = server.pid()
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    assert not server.is_running()
    server.start()
    assert await asked(server.url(), "SELECT number FROM kept") == 42


def test_a_pid_file_whose_number_belongs_to_another_program_is_no_obstacle(server: EmbeddedPostgres) -> None:
    server.start()
    server.stop()
    (server.folder / "postmaster.pid").write_text(f"{os.getpid()}\n{server.folder}\n1\n5432\n\n\n\nready\n")
    (server.folder / ".s.PGSQL.5432.lock").write_text(f"{os.getpid()}\n{server.folder}\n1\n5432\n\n")
    assert server.pid() is None
    assert server.start() is False
    assert server.is_running()


def test_a_first_start_that_was_killed_is_begun_again(server: EmbeddedPostgres, folder: Path) -> None:
    half_made = folder / "postgres.new"
    half_made.mkdir()
    (half_made / "PG_VERSION").write_text("18\n")
    server.start()
    assert server.is_running()
    assert not half_made.exists()


async def test_a_deep_data_folder_works(folder: Path) -> None:
    deep = folder.joinpath(*["a" * 50] * 3)
    server = EmbeddedPostgres(deep, durable=False)
    server.start()
    try:
        assert await asked(server.url(), "SELECT 1") == 1
        place = Path(server.url().partition("?host=")[2])
        assert (place.stat().st_mode & 0o077) == 0
    finally:
        server.stop()
    assert not place.exists()


async def test_a_data_folder_with_odd_characters_works(folder: Path) -> None:
    server = EmbeddedPostgres(folder / "a b,c'd%é", durable=False)
    server.start()
    try:
        assert await asked(server.url(), "SELECT 1") == 1
    finally:
        server.stop()


def test_data_of_another_major_version_is_refused_by_number(server: EmbeddedPostgres, folder: Path) -> None:
    server.start()
    server.stop()
    (server.folder / "PG_VERSION").write_text("17\n")
    try:
        with pytest.raises(
            EmbeddedPostgresFailed, match="made by Postgres 17, this statline brings Postgres 18"
        ):
            server.start()
    finally:
        (server.folder / "PG_VERSION").write_text("18\n")


def test_a_server_that_cannot_start_says_where_its_log_is(server: EmbeddedPostgres) -> None:
    server.start()
    server.stop()
    configuration = server.folder / "postgresql.conf"
    good = configuration.read_text()
    configuration.write_text(good + "\nno_such_setting = 1\n")
    try:
        with pytest.raises(EmbeddedPostgresFailed, match=r"stopped while starting; see .*postgres\.log"):
            server.start()
    finally:
        configuration.write_text(good)


def test_many_processes_that_start_it_at_once_share_one_server(folder: Path) -> None:
    users = [
        subprocess.Popen(
            [sys.executable, "-c", USE_AND_DIE, str(folder)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(4)
    ]
    answers = [user.stdout.readline().split() for user in users if user.stdout is not None]
    for user in users:
        user.communicate("\n")
    assert [answer[0] for answer in answers].count("False") == 1
    assert len({answer[1] for answer in answers}) == 1
