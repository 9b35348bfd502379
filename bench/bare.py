"""S0: the yardstick beside S1. Targets are for a machine; this tells how fast the one is that they are measured on.

wrk with S1's bodies and connections against bench/peers/bare.py: an edge of aiohttp without anything behind it.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Final

import psutil

from bench.load import closed_loop
from bench.server import free_port, until_it_answers

ROOT: Final = Path(__file__).parent.parent


class Bare:
    """The yardstick's process: started on construction, ready then, ended by `stop`."""

    def __init__(self) -> None:
        port = free_port()
        self._url = f"http://127.0.0.1:{port}"
        self._process = subprocess.Popen([sys.executable, "-m", "bench.peers.bare", str(port)], cwd=ROOT)
        until_it_answers(self._url, "the yardstick")

    def measure(self, bodies: Path, connections: int, seconds: float) -> dict[str, float]:
        """Requests a second, CPU microseconds of the server for each, p50 and p99 (closed loop)."""
        before = self._cpu_s()
        load = closed_loop(self._url, bodies, "", connections, seconds)
        if load["not_202"]:
            raise RuntimeError(f"{load['not_202']} answers were not 202")
        return {
            "requests_per_s": load["requests"] / load["seconds"],
            "cpu_us_per_request": (self._cpu_s() - before) / load["requests"] * 1e6,
            "p50_ms": load["p50_ms"],
            "p99_ms": load["p99_ms"],
        }

    def stop(self) -> None:
        """End the process."""
        self._process.terminate()
        self._process.wait(10)

    def _cpu_s(self) -> float:
        times = psutil.Process(self._process.pid).cpu_times()
        return float(times.user + times.system)
