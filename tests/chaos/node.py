"""A real `statline serve` in a folder of its own, which can be killed in part or whole and started again."""

from __future__ import annotations

import asyncio
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar, Final

from clickhouse.engine.credentials import engine_url
from statline import locks

START_S: Final = 120.0
STOP_S: Final = 60.0
ROLES: Final = ("web", "writer", "engine")
STORES: Final = {"postgres": "postgres", "valkey": "valkey-server"}


class Node:
    """One data folder and whatever runs on it. `made` holds every node, for whoever cleans up."""

    made: ClassVar[list[Node]] = []

    def __init__(self, folder: Path, **settings: str) -> None:
        self.folder = folder.resolve()
        self.data_dir = self.folder / "var"
        self.port = _free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.process: subprocess.Popen[bytes] | None = None
        self.clickhouse = self._embedded_clickhouse
        self.made.append(self)
        self.environment = {k: v for k, v in os.environ.items() if not k.startswith("STATLINE_")} | settings

    def start(self) -> None:
        """Start `statline serve`; its output is appended to `log` in the folder."""
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "statline", "serve", "--data-dir", "var", "--port", str(self.port),
                 "--log-format", "json"],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=self.folder, env=self.environment,
                start_new_session=True,
            )  # fmt: skip

    async def ready(self) -> None:
        """Wait until it accepts reports and all stores answer."""
        await self.until(self._is_ready, "ready")

    async def until(self, condition: Callable[[], Any], what: str, within_s: float = START_S) -> Any:
        """The first true value of `condition`, asked in a thread. AssertionError after `within_s` or if statline ends."""
        deadline = time.monotonic() + within_s
        while True:
            if value := await asyncio.to_thread(condition):
                return value
            assert self.process is None or self.process.poll() is None, f"statline ended: {self.tail()}"
            assert time.monotonic() < deadline, f"not {what} after {within_s} s: {self.tail()}"
            await asyncio.sleep(0.05)

    def tail(self) -> str:
        """The end of the log."""
        return (self.folder / "log").read_text(errors="replace")[-3000:]

    def _is_ready(self) -> bool:
        status, body = self.get("/ready")
        return status == 200 and all(body["checks"].values())

    def get(self, path: str) -> tuple[int, Any]:
        """Status and JSON; (0, None) when nobody answers."""
        try:
            with urllib.request.urlopen(self.url + path, timeout=10) as answer:
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as error:
            with error:
                return error.code, None
        except (OSError, ValueError):
            return 0, None

    def post(self, token: str, body: bytes) -> tuple[int, dict[str, str]]:
        """Send a report: status and headers; status 0 when nobody answers."""
        request = urllib.request.Request(
            self.url + "/api/v1/ingest/events", data=body, headers={"X-Server-Token": token}
        )
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return answer.status, dict(answer.headers)
        except urllib.error.HTTPError as error:
            with error:
                return error.code, dict(error.headers)
        except OSError:
            return 0, {}

    def token(self, name: str) -> str:
        """A new server key."""
        command = [
            sys.executable,
            "-m",
            "statline",
            "servers",
            "add",
            name,
            "--format",
            "json",
            "--data-dir",
            "var",
        ]
        done = subprocess.run(
            command, cwd=self.folder, env=self.environment, capture_output=True, text=True, check=True
        )
        return str(json.loads(done.stdout)["token"])

    def pid(self, target: str) -> int | None:
        """Main process of a role or an embedded store; None when it is down."""
        if target in ROLES:
            return locks.holder(self.data_dir, target)
        for pid, command in self.processes().items():
            if _program(command) == STORES[target]:
                return pid
        return None

    def kill(self, target: str) -> bool:
        """SIGKILL a role or store; whether there was one to kill."""
        return self.signal(target, signal.SIGKILL)

    def signal(self, target: str, number: int) -> bool:
        """Signal a role or store; whether there was one."""
        pid = self.pid(target)
        return pid is not None and _signal(pid, number)

    def kill_all(self) -> None:
        """SIGKILL every process of this folder, as a container's end does."""
        # Frozen first: the roles are told of their supervisor's death and would seal and drain in the last moment.
        for pid in self.processes():
            _signal(pid, signal.SIGSTOP)
        if self.process is not None:
            self.process.kill()
            self.process.wait()
        while living := self.processes():
            for pid in living:
                _signal(pid, signal.SIGKILL)
            time.sleep(0.01)

    def stop(self) -> float:
        """SIGTERM to the supervisor; seconds until it ended."""
        assert self.process is not None
        began_s = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(STOP_S)
        return time.monotonic() - began_s

    def processes(self) -> dict[int, str]:
        """Living processes of statline and its stores that name the folder or work in it, with their command lines."""
        found = {}
        for entry in Path("/proc").iterdir():
            if not entry.name.isdigit() or int(entry.name) == os.getpid():
                continue
            try:
                command = (entry / "cmdline").read_bytes().decode(errors="replace")
                works_in = str((entry / "cwd").readlink())
            except OSError:
                continue
            is_ours = "-m\0statline\0" in command or _program(command) in {
                *STORES.values(),
                "initdb",
                "postgres:",
            }
            if is_ours and (str(self.folder) in command or works_in.startswith(str(self.folder))):
                found[int(entry.name)] = command
        return found

    def spooled(self) -> list[Path]:
        """Segments that are not stored yet, open and sealed."""
        return [path for path in self.data_dir.glob("spool/*/*") if path.suffix in (".open", ".seg")]

    async def drained(self, within_s: float = 120.0) -> None:
        """Wait until everything accepted is stored or set aside."""
        await self.until(lambda: not self.spooled(), "drained", within_s)

    def metrics(self) -> dict[str, float]:
        """Every sample of /metrics by its name and labels as they are written."""
        with urllib.request.urlopen(self.url + "/metrics", timeout=10) as answer:
            lines = answer.read().decode().splitlines()
        return {
            name: float(value)
            for name, _, value in (line.rpartition(" ") for line in lines if line[:1] != "#")
        }

    def _embedded_clickhouse(self) -> str:
        """Address of the embedded engine that runs now; another store's is put in its place by who made it."""
        url = engine_url(self.data_dir)
        assert url is not None
        return url


def _program(command: str) -> str:
    """Name of the program of a command line; servers may have written their title over it."""
    return re.split(r"[\0 ]", command)[0].rpartition("/")[2]


def _signal(pid: int, number: int) -> bool:
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return False
    return True


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
