"""One process per role and folder; who it is can be read, and a left-over can be ended."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from statline import locks
from statline.errors import CommandFailed

Hold = Callable[..., subprocess.Popen[str]]

HOLD = """
import signal, sys, time
from pathlib import Path
from statline import locks
if sys.argv[3] == "stubborn":
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
with locks.held(Path(sys.argv[1]), sys.argv[2]):
    print("held", flush=True)
    time.sleep(600)
"""


@pytest.fixture
def holder_of(tmp_path: Path) -> Iterator[Hold]:
    started: list[subprocess.Popen[str]] = []

    def hold(role: str, manner: str = "willing") -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, "-c", HOLD, str(tmp_path), role, manner], stdout=subprocess.PIPE, text=True
        )
        started.append(process)
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        return process

    yield hold
    for process in started:
        process.kill()
        process.communicate()


def test_a_role_that_runs_is_refused_and_named(tmp_path: Path, holder_of: Hold) -> None:
    other = holder_of("web")
    named = rf"statline web is already running on .* \(process {other.pid}\)"
    with pytest.raises(CommandFailed, match=named), locks.held(tmp_path, "web"):
        pass
    with locks.held(tmp_path, "writer"):
        pass


def test_the_holder_is_known_while_it_lives_and_not_after(tmp_path: Path, holder_of: Hold) -> None:
    assert locks.holder(tmp_path, "web") is None
    other = holder_of("web")
    assert locks.holder(tmp_path, "web") == other.pid
    other.kill()
    other.wait()
    assert locks.holder(tmp_path, "web") is None
    with locks.held(tmp_path, "web"):
        pass


@pytest.mark.parametrize("manner", ["willing", "stubborn"])
def test_a_left_over_is_ended_however_it_behaves(tmp_path: Path, holder_of: Hold, manner: str) -> None:
    other = holder_of("writer", manner)
    assert locks.end_left_over(tmp_path, "writer", wait_s=0.2) == other.pid
    assert locks.holder(tmp_path, "writer") is None


def test_without_a_left_over_there_is_nothing_to_end(tmp_path: Path) -> None:
    assert locks.end_left_over(tmp_path, "writer", wait_s=0.2) is None


def test_a_left_over_that_is_no_statline_process_here_is_left_alone(tmp_path: Path, holder_of: Hold) -> None:
    other = holder_of("writer")
    locks.lock_path(tmp_path, "writer").write_text(str(os.getpid()))
    with pytest.raises(CommandFailed, match="cannot be seen from here"):
        locks.end_left_over(tmp_path, "writer", wait_s=0.2)
    assert other.poll() is None
