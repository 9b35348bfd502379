"""A real `statline serve` in a folder of its own, and what its processes used."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import psutil

STATLINE = Path(sys.executable).parent / "statline"
START_S = 60.0


class Usage(NamedTuple):
    """CPU seconds and resident megabytes by role."""

    cpu_s: dict[str, float]
    rss_mb: dict[str, float]


class Server:
    """Started on construction, ready when `ready` returns, stopped by `stop`."""

    def __init__(self, data_dir: Path, environment: dict[str, str] | None = None) -> None:
        self.data_dir = data_dir
        self.port = _free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._log = (data_dir.parent / f"{data_dir.name}.log").open("wb")
        self.started_s = time.perf_counter()
        self.process = subprocess.Popen(
            [str(STATLINE), "serve", "--data-dir", str(data_dir), "--port", str(self.port)],
            stdout=self._log,
            stderr=subprocess.STDOUT,
            env=os.environ | (environment or {}),
        )

    def ready(self) -> float:
        """Wait until it accepts events; seconds from the start of the process."""
        self.wait(lambda: self.get("/ready").get("ready") is True, START_S, "ready")
        return time.perf_counter() - self.started_s

    def wait(self, condition: Callable[[], bool], limit_s: float, what: str) -> None:
        """Poll until `condition` holds; RuntimeError after `limit_s`."""
        deadline = time.monotonic() + limit_s
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                raise RuntimeError(f"statline ended with {self.process.returncode}, see {self._log.name}")
            try:
                if condition():
                    return
            except OSError:
                pass
            time.sleep(0.05)
        raise RuntimeError(f"not {what} after {limit_s} s, see {self._log.name}")

    def get(self, path: str) -> Any:
        """A JSON answer."""
        with urllib.request.urlopen(self.url + path, timeout=10) as reply:
            return json.loads(reply.read())

    def token(self, name: str) -> str:
        """A fresh server key."""
        command = [
            str(STATLINE),
            "servers",
            "add",
            name,
            "--format",
            "json",
            "--data-dir",
            str(self.data_dir),
        ]
        made = subprocess.run(command, check=True, capture_output=True, text=True).stdout
        return str(json.loads(made)["token"])

    def metric(self, name: str) -> float:
        """Sum of a metric over its labels and processes."""
        with urllib.request.urlopen(self.url + "/metrics", timeout=10) as reply:
            lines = reply.read().decode().splitlines()
        values = [line.rsplit(" ", 1)[1] for line in lines if line.split("{")[0].split(" ")[0] == name]
        return sum(float(value) for value in values)

    def drained(self, received: float, limit_s: float = 120.0) -> None:
        """Wait until everything received is inserted, a duplicate or in quarantine."""

        def is_drained() -> bool:
            return received <= sum(
                self.metric(f"statline_ingest_events_{what}_total")
                for what in ("inserted", "duplicate", "quarantined")
            )

        self.wait(is_drained, limit_s, "drained")

    def usage(self) -> Usage:
        """CPU and memory of each role now, children of the stores included."""
        cpu_s: dict[str, float] = {}
        rss_mb: dict[str, float] = {}
        root = psutil.Process(self.process.pid)
        for process in (root, *_family(root, self.data_dir)):
            role = _role(process)
            times = process.cpu_times()
            cpu_s[role] = cpu_s.get(role, 0.0) + times.user + times.system
            rss_mb[role] = rss_mb.get(role, 0.0) + process.memory_info().rss / 1e6
        return Usage(cpu_s, rss_mb)

    def stop(self) -> float:
        """SIGTERM and wait; seconds it took."""
        started = time.perf_counter()
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(30)
        self._log.close()
        return time.perf_counter() - started


def _family(root: psutil.Process, data_dir: Path) -> list[psutil.Process]:
    """Children, and the embedded Postgres, which is no child of ours."""
    family = root.children(recursive=True)
    postmaster = data_dir / "postgres" / "postmaster.pid"
    if postmaster.exists():
        process = psutil.Process(int(postmaster.read_text().splitlines()[0]))
        family += [process, *process.children(recursive=True)]
    return list({process.pid: process for process in family}.values())


def _role(process: psutil.Process) -> str:
    command = " ".join(process.cmdline())
    for role in ("web", "writer", "engine", "serve"):
        if f"statline {role}" in command or f" {role} --" in command:
            return role
    return "valkey" if "valkey" in command else "postgres"


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
