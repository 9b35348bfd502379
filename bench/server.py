"""A real `statline serve` in a folder of its own, and what its processes used."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import psutil

STATLINE = Path(sys.executable).parent / "statline"
START_S = 60.0
WHOLE_S = 300.0
"""ClickHouse opens the tables of many events for minutes."""


class Usage(NamedTuple):
    """CPU seconds and resident megabytes by role; of web and writer also those of the main thread alone
    (`web_loop`: HTTP; the rest is the spool's thread; `writer_loop`: the rest is decoding).
    """

    cpu_s: dict[str, float]
    rss_mb: dict[str, float]

    def cpu_us_per_event(self, before: Usage, events: float) -> dict[str, float]:
        """CPU microseconds per event since `before`, by role."""
        spent = {role: used - before.cpu_s.get(role, 0.0) for role, used in self.cpu_s.items()}
        return {f"cpu_us_per_event_{role}": spent_s / events * 1e6 for role, spent_s in spent.items()}


class Server:
    """Started on construction, ready when `ready` returns, stopped by `stop`."""

    def __init__(self, data_dir: Path, environment: dict[str, str] | None = None, *options: str) -> None:
        self.data_dir = data_dir
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._log = (data_dir.parent / f"{data_dir.name}.log").open("wb")
        self.started_s = time.perf_counter()
        self.process = subprocess.Popen(
            [str(STATLINE), "serve", "--data-dir", str(data_dir), "--port", str(self.port), *options],
            stdout=self._log,
            stderr=subprocess.STDOUT,
            env=os.environ | (environment or {}),
        )

    def ready(self) -> float:
        """Wait until it accepts events; seconds from the start of the process."""
        self.wait(lambda: self.get("/ready").get("ready") is True, START_S, "ready")
        return time.perf_counter() - self.started_s

    def whole(self) -> None:
        """Wait until every role runs and the schemas are up to date: reports are accepted long before, answers are not given."""
        log = Path(self._log.name)
        self.wait(lambda: "statline is ready on" in log.read_text("utf-8", "replace"), WHOLE_S, "whole")

    def wait(self, condition: Callable[[], bool], limit_s: float, what: str, every_s: float = 0.05) -> None:
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
            time.sleep(every_s)
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
        return sum(self.labelled(name).values())

    def labelled(self, name: str) -> dict[str, float]:
        """A metric by its labels as they are written: `stage="decode"`."""
        return _labelled(self._metrics(), name)

    def _metrics(self) -> list[str]:
        with urllib.request.urlopen(self.url + "/metrics", timeout=10) as reply:
            lines: list[str] = reply.read().decode().splitlines()
        return lines

    def received_at_rest(self) -> float:
        """Events received since the start, once that stands still: wrk leaves requests behind when its time is up."""
        received = -1.0
        while received != (received := self.metric("statline_ingest_events_received_total")):
            time.sleep(0.2)
        return received

    def settled(self) -> float:
        """Events that are inserted, duplicates or in quarantine, since the start."""
        metrics = self._metrics()
        names = (f"statline_ingest_events_{what}_total" for what in ("inserted", "duplicate", "quarantined"))
        return sum(sum(_labelled(metrics, name).values()) for name in names)

    def stage_seconds(self) -> dict[str, float]:
        """Time the writer spent in each stage (wall time; the stages of one segment do not overlap)."""
        found = self.labelled("statline_ingest_stage_seconds_total")
        return {label.split('"')[1]: seconds for label, seconds in found.items()}

    def role_pid(self, role: str) -> int:
        """Process of a role."""
        return int((self.data_dir / "run" / f"{role}.lock").read_text())

    def drained(self, received: float, limit_s: float = 120.0) -> None:
        """Wait until everything received is inserted, a duplicate or in quarantine.

        Asked four times a second: each question costs the web role what 500 events do (it was half of its CPU time of a run).
        """
        self.wait(lambda: received <= self.settled(), limit_s, "drained", every_s=0.25)

    def usage(self) -> Usage:
        """CPU and memory of each role now, children of the stores included."""
        cpu_s: dict[str, float] = {}
        rss_mb: dict[str, float] = {}
        root = psutil.Process(self.process.pid)
        for process in (root, *_family(root, self.data_dir)):
            with contextlib.suppress(psutil.NoSuchProcess):  # Postgres ends a process of its own now and then
                _add_usage(process, cpu_s, rss_mb)
        return Usage(cpu_s, rss_mb)

    def stop(self) -> float:
        """SIGTERM and wait; seconds it took."""
        started = time.perf_counter()
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(30)
        self._log.close()
        return time.perf_counter() - started


def until_it_answers(url: str, what: str) -> None:
    """Wait until `what` answers there, whatever it says; RuntimeError after START_S."""
    deadline = time.monotonic() + START_S
    while time.monotonic() < deadline:
        try:
            urllib.request.urlopen(url, timeout=2).close()
        except urllib.error.HTTPError:
            return
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise RuntimeError(f"{what} does not start")


def _labelled(metrics: list[str], name: str) -> dict[str, float]:
    found = {}
    for line in metrics:
        metric, _, value = line.rpartition(" ")
        if metric.partition("{")[0] == name:
            found[metric.partition("{")[2].rstrip("}")] = float(value)
    return found


def _add_usage(process: psutil.Process, cpu_s: dict[str, float], rss_mb: dict[str, float]) -> None:
    role, times, threads, rss = (
        _role(process), process.cpu_times(), process.threads(), process.memory_info().rss,
    )  # fmt: skip
    cpu_s[role] = cpu_s.get(role, 0.0) + times.user + times.system
    if role in ("web", "writer"):
        loop = next(each for each in threads if each.id == process.pid)
        name = f"{role}_loop"
        cpu_s[name] = cpu_s.get(name, 0.0) + loop.user_time + loop.system_time
    rss_mb[role] = rss_mb.get(role, 0.0) + rss / 1e6


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


def free_port() -> int:
    """A port nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
