"""A whole statline for tests: one `statline serve` on a folder of its own, its roles, its log and its answers."""

from __future__ import annotations

import contextlib
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any, Final

from statline import locks

START_S: Final = 120.0
STOP_S: Final = 60.0
EVENT: Final = (
    b'{"type":"player_kill","match_id":"m","attacker_guid":"a","victim_guid":"b","weapon":"Thompson"}'
)

Eventually = Callable[..., Awaitable[Any]]


class Node:
    """One `statline serve` on a folder, with its output in files."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.data_dir = folder / "var"
        self.out, self.err = folder / "out", folder / "err"
        self.process: subprocess.Popen[bytes] | None = None

    def start(self, *options: str, **variables: str) -> None:
        self.out.write_bytes(b"")
        self.err.write_bytes(b"")
        with self.out.open("ab") as out, self.err.open("ab") as err:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "statline", "serve", "--data-dir", "var", "--port", "0",
                 "--log-format", "json", *options],
                stdout=out, stderr=err, cwd=self.folder, env=environment(**variables), start_new_session=True,
            )  # fmt: skip

    async def started(self, eventually: Eventually) -> Node:
        await eventually(lambda: self.address or self.code is not None, within_s=START_S)
        assert self.code is None, self.err.read_text()
        return self

    @property
    def pid(self) -> int:
        assert self.process is not None
        return self.process.pid

    @property
    def code(self) -> int | None:
        assert self.process is not None
        return self.process.poll()

    @property
    def address(self) -> str:
        found = re.search(r"is ready on (http\S+)", self.out.read_text())
        return found[1] if found else ""

    @property
    def token(self) -> str:
        found = re.search(r"X-Server-Token: (slk_[\w-]+)", self.out.read_text())
        return found[1] if found else ""

    @property
    def log(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.err.read_text().splitlines()]

    def role(self, name: str) -> int | None:
        return locks.holder(self.data_dir, name)

    def store(self, program: str) -> int | None:
        """The main process of an embedded store."""
        for pid, command in processes_of(self.folder).items():
            if command.split("\0")[0].split(" ")[0].rpartition("/")[2] == program:
                return pid
        return None

    async def stop(self, eventually: Eventually, number: int = signal.SIGTERM) -> int:
        os.kill(self.pid, number)
        await eventually(lambda: self.code is not None, within_s=STOP_S)
        assert self.code is not None
        return self.code

    def ask(self, path: str, token: str = "", body: bytes | None = None) -> tuple[int, Any]:
        request = urllib.request.Request(
            self.address + path, data=body, headers={"X-Server-Token": token} if token else {}
        )
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as error:
            with error:
                return error.code, json.load(error)
        except OSError:
            return 0, None

    def is_ready(self) -> bool:
        status, body = self.ask("/ready")
        return status == 200 and all(body["checks"].values())


def environment(**variables: str) -> dict[str, str]:
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("STATLINE_")}
    # No power is cut here, and syncing every part is what slows a busy machine most.
    return {**inherited, "STATLINE_CLICKHOUSE_ENGINE_DURABILITY": "memory", **variables}


def processes_of(folder: Path) -> dict[int, str]:
    """Living processes that name the folder in their command line or work in it."""
    found = {}
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit() or int(entry.name) == os.getpid():
            continue
        try:
            command = (entry / "cmdline").read_bytes().decode(errors="replace")
            works_in = str((entry / "cwd").readlink())
        except OSError:
            continue
        if str(folder) in command or works_in.startswith(str(folder)):
            found[int(entry.name)] = command
    return found


@contextlib.contextmanager
def new_node() -> Iterator[Node]:
    """A node on a folder of its own; whatever a failed test leaves is killed."""
    with tempfile.TemporaryDirectory(prefix="statline-test-") as name:
        node = Node(Path(name).resolve())
        yield node
        if node.process is not None and node.process.poll() is None:
            node.process.send_signal(signal.SIGTERM)
            try:
                node.process.wait(timeout=STOP_S)
            except subprocess.TimeoutExpired:
                node.process.kill()
                node.process.wait()
        for pid in processes_of(node.folder):
            os.kill(pid, signal.SIGKILL)


def statline(node: Node, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "statline", *arguments, "--data-dir", "var"],
        capture_output=True, text=True, cwd=node.folder, env=environment(**variables), timeout=180, check=False,
    )  # fmt: skip
